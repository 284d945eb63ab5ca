"""The wheel does the whole job, outside the checkout and without development tools."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from install_kit import PROJECT, ROOT, build, install, site_packages

_ADVICE = re.compile(r"pip install \\?[\"']?(?P<name>[\w-]+)\[(?P<extra>\w+)\]")
_IMPORT_ALL = """
import importlib, pkgutil, mailer, subscribers
for package in (mailer, subscribers):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "__main__" not in module.name and ".migrations." not in module.name:
            importlib.import_module(module.name)
"""
_STRANGER = "raise ImportError('a package of somebody else')\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def programs(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment that strangers' packages of our names share."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    programs = install(built[0], folder)
    for name in ("subscribers", "worker"):
        (site_packages(folder) / f"{name}.py").write_text(_STRANGER)
    return programs


def _environment(programs: Path) -> dict[str, str]:
    ours = ("MAILER_", "DATABASE_URL", "REDIS_URL", "PYTHON", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PATH": f"{programs}{os.pathsep}{kept['PATH']}"}


@pytest.mark.slow
def test_the_demo_runs(programs: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [programs / "mailer", "demo", "--exit"],
        cwd=tmp_path,
        env=_environment(programs),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the books balance" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_every_module_imports_without_a_warning(programs: Path) -> None:
    """What a new Python deprecates in us or in a dependency shows here first."""
    done = subprocess.run(
        [programs / "python", "-P", "-W", "error", "-c", _IMPORT_ALL],
        env=_environment(programs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_development_tools_are_absent(programs: Path) -> None:
    for module in ("pytest", "boto3", "hatchling"):
        done = subprocess.run(
            [programs / "python", "-c", f"import {module}"], capture_output=True, check=False
        )
        assert done.returncode != 0, module


def test_the_wheel_has_one_name_at_the_top(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mailer"}
    assert "mailer/py.typed" in names


def test_the_sdist_makes_the_same_wheel(built: tuple[Path, Path], tmp_path: Path) -> None:
    with tarfile.open(built[1]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    again, _ = build(tmp_path / "dist", source)
    with zipfile.ZipFile(built[0]) as ours, zipfile.ZipFile(again) as theirs:
        assert sorted(ours.namelist()) == sorted(theirs.namelist())
    assert (source / "tests" / "conftest.py").exists()


def test_advice_names_our_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == PROJECT
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    texts += [path for path in ROOT.glob("mailer/**/*") if path.suffix in {".py", ".toml"}]
    advised = {
        (match["name"], match["extra"])
        for path in texts
        for match in _ADVICE.finditer(path.read_text(encoding="utf-8"))
    }
    assert advised == {(PROJECT, extra) for extra in project["optional-dependencies"]}


def test_the_version_is_the_programs(programs: Path) -> None:
    done = subprocess.run(
        [programs / "mailer", "--version"],
        env=_environment(programs),
        capture_output=True,
        text=True,
        check=True,
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert done.stdout == f"mailer {project['version']}\n"
    assert Path(sys.executable).parent != programs
