"""Where what ships beside the package is: `templates/`, `examples/` and the worker."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def resource_dir(name: str) -> Path:
    """Return the shipped folder `name`: in the package when installed, beside it in a checkout."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def worker_module() -> str:
    """Return the name of the module with the Celery app, installed or in a checkout."""
    return "mailer._bundled.worker" if (_PACKAGE / "_bundled").is_dir() else "worker"
