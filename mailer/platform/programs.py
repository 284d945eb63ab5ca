"""How other programs are started, so that no file of the current folder is executed by accident.

The current folder is often a repository that others contribute to. `python -m` and Celery import
from it, and a relative or empty entry in PATH or PYTHONPATH finds programs and modules there.
docs/decisions/0032-nothing-runs-from-the-current-folder.md has the rules.
"""

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

NEUTRAL_FOLDER = "/"
"""Where our processes run: nobody but root writes to it."""
_SEARCHED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Lists of folders in which programs, modules and libraries are looked for."""
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_INSTALLED = {"site-packages", "dist-packages"}


def module_command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of ours or of a library as a program.

    Args:
        module: its full name.
        arguments: what it is given.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def forget_current_folder(environ: MutableMapping[str, str] = os.environ) -> None:
    """Drop what makes this process and its children search the current folder for programs.

    Args:
        environ: the environment, which is changed.
    """
    for name in _SEARCHED:
        if name in environ:
            _keep_absolute(environ, name)
    if _PACKAGE_ROOT.name not in _INSTALLED:  # a checkout, which may not be installed
        others = environ.get("PYTHONPATH", "").split(os.pathsep)
        path = dict.fromkeys([str(_PACKAGE_ROOT), *others])
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))


def forget_other_databases(environ: MutableMapping[str, str] = os.environ) -> None:
    """Drop what PostgreSQL's client takes from the environment, which is meant for other servers.

    PGPORT or PGHOSTADDR would lead away from the workspace's own server, and PGSERVICE to none.

    Args:
        environ: the environment, which is changed.
    """
    for name in [name for name in environ if name.startswith("PG")]:
        del environ[name]


def _keep_absolute(environ: MutableMapping[str, str], name: str) -> None:
    entries = environ[name].split(os.pathsep)
    if all(os.path.isabs(entry) for entry in entries):  # noqa: PTH117 - for text
        return
    kept = os.pathsep.join(entry for entry in entries if os.path.isabs(entry))  # noqa: PTH117 - too
    if kept:
        environ[name] = kept
    else:
        del environ[name]
