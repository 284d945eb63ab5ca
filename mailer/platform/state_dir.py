"""The folder `.mailer/` of a workspace: made once, private, never committed to version control."""

from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.files import give_to_owner_of, write_whole


def ensure_state_dir(state_dir: Path) -> None:
    """Create `state_dir` with mode 0700 and a `.gitignore` that covers all of it.

    Raises:
        ConfigurationError: it cannot be created or written to.
    """
    try:
        private_dir(state_dir)
        ignore = state_dir / ".gitignore"
        if not ignore.exists():
            write_whole(ignore, b"*\n")
    except OSError as error:
        raise ConfigurationError(
            f"{state_dir}: cannot keep state here ({error.strerror or error}); "
            "use a workspace on a writable disk"
        ) from error


def private_dir(path: Path) -> None:
    """Create `path` with mode 0700 where it is missing; its parent exists."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        give_to_owner_of(path.parent, path)


def private_dirs(path: Path) -> None:
    """Create `path`, and what is missing on the way to it, with mode 0700."""
    if not path.parent.exists():
        private_dirs(path.parent)
    private_dir(path)
