"""The image's files are enough to install from, and nothing in it runs as root or unwatched."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import cli_kit
import yaml
from cli_kit import Cli, wait_until
from docs_kit import free_port
from install_kit import ROOT, build

from mailer.cli import app
from mailer.cli.help import build_command, commands_of

cli = cli_kit.cli

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def _copy_what_docker_sees(target: Path) -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    for name in [line[1:] for line in lines if line.startswith("!")]:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)


def test_its_files_make_the_same_wheel(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    _copy_what_docker_sees(source)
    command = [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    expected, _ = build(tmp_path / "dist")
    with zipfile.ZipFile(wheel) as ours, zipfile.ZipFile(expected) as theirs:
        assert sorted(ours.namelist()) == sorted(theirs.namelist())
    constraints = re.search(r"--constraint /src/(\S+)", DOCKERFILE)
    assert constraints is not None
    assert (source / constraints[1]).is_file()


def test_it_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert users == ["mailer"]
    assert f"useradd --uid 10001 --create-home --home-dir /letter {users[0]}" in DOCKERFILE


def test_every_service_is_watched_and_ours_share_an_image() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"web", "worker", "database", "redis"}
    assert all("healthcheck" in service for service in services.values())
    assert services["web"]["image"] == services["worker"]["image"]


def _is_healthy(service: str, *, port: int = 8080) -> bool:
    """Run a service's own health check, on this machine."""
    kind, *check = COMPOSE["services"][service]["healthcheck"]["test"]
    command = ["sh", "-c", *check] if kind == "CMD-SHELL" else check
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [word.replace("8080", str(port)) for word in command],
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode == 0


def test_the_workers_health_check_knows_a_worker_from_none(cli: Cli) -> None:
    assert not _is_healthy("worker")
    cli.worker()
    assert _is_healthy("worker")


def test_the_health_check_of_the_web_app_knows_it_from_none(cli: Cli) -> None:
    port = free_port()
    assert not _is_healthy("web", port=port)
    process = cli.start("web", "--port", str(port))
    wait_until(lambda: _is_healthy("web", port=port) or process.has_ended(), seconds=60)
    assert not process.has_ended(), process.text


def test_the_commands_of_the_containers_are_ours() -> None:
    commands = commands_of(build_command(app))
    lines = [json.loads(line) for line in re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)]
    ours = [one for one in COMPOSE["services"].values() if one["image"] == "newsletter-mailer"]
    lines += [one["command"] for one in ours if "command" in one]
    assert lines == [["web", "--host", "0.0.0.0"], ["worker"]]  # noqa: S104 - of a container
    for name, *words in lines:
        commands[name,].make_context(name, words).close()


def test_secrets_are_not_in_the_image() -> None:
    assert "secrets" not in (ROOT / ".dockerignore").read_text()
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert all("file" in secret for secret in COMPOSE["secrets"].values())
