"""What an author would want to know before anybody gets the issue, told on stderr."""

from typing import TYPE_CHECKING

from rich.markup import escape

from mailer.cli.shared import err_console, warn

if TYPE_CHECKING:
    from mailer.composing.compiling import Compilation


def tell_of(compilation: "Compilation", *, size_bytes: int) -> None:
    """Say what is left to do in an issue, and what its size and its pictures are in for.

    Args:
        compilation: of its file.
        size_bytes: of its HTML part.
    """
    from mailer.composing.rendering.pipeline import GMAIL_CLIP_BYTES, GMAIL_WARN_BYTES

    for todo in compilation.draft.todos:
        err_console.print(f"[yellow]todo:[/] {escape(todo)}", soft_wrap=True)
    if size_bytes >= GMAIL_WARN_BYTES:
        warn(
            f"{size_bytes:,} bytes of HTML: Gmail cuts off what comes after about "
            f"{GMAIL_CLIP_BYTES:,}; shorten the issue"
        )
    _tell_of_images(compilation)


def _tell_of_images(compilation: "Compilation") -> None:
    """Say what was found when the picture files of the issue were made ready."""
    from mailer.composing.issue.tree import images_of

    draft = compilation.draft
    if not any(image.is_local for image in images_of(draft.issue)):
        return
    lines = {image.src: image.line for image in reversed([*images_of(draft.issue)])}
    for src, image in compilation.images.items():
        place = f"{draft.path}:{lines[src]}: " if src in lines else ""
        for note in image.notes:
            err_console.print(
                f"[yellow]picture:[/] {escape(f'{place}{src} {note}')}", soft_wrap=True
            )
