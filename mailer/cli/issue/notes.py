"""What an author would want to know before anybody gets the issue, told on stderr."""

from typing import TYPE_CHECKING

from rich.markup import escape

from mailer.cli.shared import err_console, warn

if TYPE_CHECKING:
    from mailer.composing.compiling import Draft
    from mailer.config import Settings


def tell_of_draft(draft: "Draft", settings: "Settings", *, size_bytes: int) -> None:
    """Say what is left to do in the draft, and what its size and its pictures are in for.

    Args:
        draft: as it was read.
        settings: of the workspace.
        size_bytes: of its HTML part.
    """
    from mailer.composing.rendering.pipeline import GMAIL_CLIP_BYTES, GMAIL_WARN_BYTES

    for todo in draft.todos:
        err_console.print(f"[yellow]todo:[/] {escape(todo)}", soft_wrap=True)
    if size_bytes >= GMAIL_WARN_BYTES:
        warn(
            f"{size_bytes:,} bytes of HTML: Gmail cuts off what comes after about "
            f"{GMAIL_CLIP_BYTES:,}; shorten the issue"
        )
    _tell_of_images(draft, settings)


def _tell_of_images(draft: "Draft", settings: "Settings") -> None:
    """Say what was found when the picture files of the issue were made ready."""
    from mailer.composing import compiling
    from mailer.composing.issue.tree import images_of

    if not any(image.is_local for image in images_of(draft.issue)):
        return
    theme = compiling.theme_of(draft, settings)
    hosted = compiling.hosted_images(draft.issue, theme, path=draft.path, settings=settings)
    lines = {image.src: image.line for image in reversed([*images_of(draft.issue)])}
    for src, image in hosted.items():
        place = f"{draft.path}:{lines[src]}: " if src in lines else ""
        for note in image.notes:
            err_console.print(
                f"[yellow]picture:[/] {escape(f'{place}{src} {note}')}", soft_wrap=True
            )
