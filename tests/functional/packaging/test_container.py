"""The image's files are enough to install from, and nothing in it runs as root or unwatched."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import yaml
from install_kit import ROOT, build

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


def test_secrets_are_not_in_the_image() -> None:
    assert "secrets" not in (ROOT / ".dockerignore").read_text()
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert all("file" in secret for secret in COMPOSE["secrets"].values())
