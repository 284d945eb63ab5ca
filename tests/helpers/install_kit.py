"""The program as people install it: built, and put into an environment with what it declares."""

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "newsletter-mailer"


def build(target: Path, source: Path = ROOT) -> tuple[Path, Path]:
    """Build both distributions; returns the wheel and the sdist."""
    command = [sys.executable, "-P", "-m", "hatchling", "build", "-d", target]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    [wheel] = target.glob("*.whl")
    [sdist] = target.glob("*.tar.gz")
    return wheel, sdist


def install(wheel: Path, folder: Path) -> Path:
    """Make an environment with the wheel and the packages that it declares; nothing is downloaded.

    The packages are links to those of this environment, so what is only there by chance is missing.

    Returns:
        Its folder of programs.
    """
    venv.create(folder, symlinks=True)
    programs = folder / "bin"
    command = [sys.executable, "-m", "pip", "--python", programs / "python", "install"]
    subprocess.run(
        [*command, "--quiet", "--no-index", "--no-deps", "--no-compile", wheel], check=True
    )
    packages = site_packages(folder)
    for name in closure(_declared_by(packages)):
        _link(metadata.distribution(name), packages)
    return programs


def site_packages(folder: Path) -> Path:
    """Return where an environment has its packages."""
    return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))


def _declared_by(packages: Path) -> list[Requirement]:
    [ours] = metadata.distributions(name=PROJECT, path=[str(packages)])
    return [Requirement(line) for line in ours.requires or ()]


def closure(requirements: list[Requirement]) -> set[str]:
    """Return the names of all distributions that are needed, extras that are asked for included."""
    seen: set[tuple[str, str]] = set()
    waiting = list(_needed(requirements, extra=""))
    while waiting:
        name, extra = one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        declared = [Requirement(line) for line in metadata.distribution(name).requires or ()]
        waiting += _needed(declared, extra=extra)
    return {name for name, _ in seen}


def _needed(requirements: list[Requirement], *, extra: str) -> Iterator[tuple[str, str]]:
    for one in requirements:
        if one.marker is None or one.marker.evaluate({"extra": extra}):
            yield from ((canonicalize_name(one.name), asked) for asked in ("", *one.extras))


def _link(distribution: metadata.Distribution, packages: Path) -> None:
    tops = {path.parts[0] for path in distribution.files or ()}
    for top in tops - {"..", "__pycache__", "bin"}:
        link = packages / top
        if not link.exists():
            link.symlink_to(Path(str(distribution.locate_file(top))))
