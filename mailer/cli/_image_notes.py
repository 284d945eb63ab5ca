"""What an author may want to know of the pictures of an issue, told on stderr."""

from typing import TYPE_CHECKING

from rich.markup import escape

from mailer.cli._shared import err_console

if TYPE_CHECKING:
    from mailer.config import Settings
    from mailer.services.publishing import Draft


def tell_of_images(draft: "Draft", settings: "Settings") -> None:
    """Say what was found when the picture files of the issue were made ready."""
    from mailer.domain.issue import images_of
    from mailer.services import publishing

    if not any(image.is_local for image in images_of(draft.issue)):
        return
    theme = publishing.theme_of(draft, settings)
    hosted = publishing.hosted_images(draft.issue, theme, path=draft.path, settings=settings)
    lines = {image.src: image.line for image in reversed([*images_of(draft.issue)])}
    for src, image in hosted.items():
        place = f"{draft.path}:{lines[src]}: " if src in lines else ""
        for note in image.notes:
            err_console.print(
                f"[yellow]picture:[/] {escape(f'{place}{src} {note}')}", soft_wrap=True
            )
