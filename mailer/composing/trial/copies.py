"""The online version of an issue that was not sent yet: a page that tests lead to."""

from contextlib import suppress
from pathlib import Path

from mailer.config import Settings
from mailer.message.compiled import CompiledIssue
from mailer.platform.files import PRIVATE, write_whole
from mailer.platform.state_dir import private_dir

COPIES_KEPT = 20
_NUMBER_BITS = 62


def copy_number(compiled: CompiledIssue) -> int:
    """Return the number by which the copy of this very issue is known."""
    return int(compiled.content_hash[:16], 16) >> (64 - _NUMBER_BITS)


def copy_path(settings: Settings, number: int) -> Path:
    """Return where the copy of a tested issue is kept."""
    return settings.state_dir / "tests" / f"{number:016x}.html"


def keep_copy(settings: Settings, number: int, page: str) -> None:
    """Keep the page that "read online" in a test leads to, and the newest of earlier ones.

    Whether or not it can be kept, the test goes out: the link then says why there is nothing.
    """
    path = copy_path(settings, number)
    with suppress(OSError):
        private_dir(path.parent)
        write_whole(path, page.encode(), mode=PRIVATE, can_be_remade=True)
        copies = sorted(path.parent.glob("*.html"), key=lambda one: one.stat().st_mtime)
        for old in copies[:-COPIES_KEPT]:
            old.unlink(missing_ok=True)
