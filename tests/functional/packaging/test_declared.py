"""What the program imports, on any path through it, is installed with what it declares."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from install_kit import ROOT, closure
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_OURS = {"mailer", "subscribers", "worker"}


def sources() -> Iterator[Path]:
    for folder in ("mailer", "subscribers"):
        yield from (ROOT / folder).rglob("*.py")
    yield ROOT / "worker.py"


def imported_by(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_every_import_is_installed_with_what_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    installed = closure([Requirement(line) for lines in groups for line in lines])
    imported = {name for source in sources() for name in imported_by(source)}
    assert "celery" in imported
    distributions = metadata.packages_distributions()
    missing = {
        name
        for name in imported - _OURS - sys.stdlib_module_names
        if not installed & {canonicalize_name(one) for one in distributions.get(name, [])}
    }
    assert missing == set()
