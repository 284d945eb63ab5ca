"""`mailer lists archive` and `archive-link`: who may read what a mailing list was sent."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Json
from mailer.cli.shared import console, err_console, print_json, show_time
from subscribers.model import ArchiveRobots, ArchiveVisibility

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from subscribers.lists.archive import ListArchive

_MEANINGS = {
    ArchiveVisibility.PUBLIC: "anybody may read it",
    ArchiveVisibility.UNLISTED: "anyone with an address may read it; it is not listed anywhere",
    ArchiveVisibility.PRIVATE: "only those with a signed link may read it",
}

Slug = Annotated[str, typer.Argument(help="The mailing list.")]


def archive(
    slug: Slug,
    visibility: Annotated[
        ArchiveVisibility | None,
        typer.Option("--visibility", help="Who may read it; unchanged by default."),
    ] = None,
    robots: Annotated[
        ArchiveRobots | None,
        typer.Option("--robots", help="Whether search engines may index it, if public."),
    ] = None,
    revoke_links: Annotated[
        bool, typer.Option("--revoke-links", help="Revoke every signed link made so far.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show who may read a mailing list's web archive, or change it.

    An issue that was sent to several lists is public if one of them is.

    Examples:
      mailer lists archive weekly

      mailer lists archive weekly --visibility public --robots noindex

      mailer lists archive members --visibility private --revoke-links
    """
    from mailer.bootstrap import open_app
    from subscribers.lists.archive import change_archive

    with open_app() as opened, opened.engine.begin() as connection:
        found = change_archive(
            connection, slug, visibility=visibility, robots=robots, revoke_links=revoke_links
        )
        data = _as_data(opened, found)
    if as_json:
        print_json(data)
    else:
        _show(found, data)
        if revoke_links:
            console.print("every signed link made so far is revoked")


def archive_link(
    slug: Slug,
    days: Annotated[
        int,
        typer.Option("--days", metavar="DAYS", help="How long it works.", min=1, max=3650),
    ] = 30,
    as_json: Json = False,
) -> None:
    """Print a signed link that opens a private mailing list's archive.

    Anyone who has it can read the archive, so treat it like a password. It expires after some days,
    or when `mailer lists archive SLUG --revoke-links` revokes all links.

    Examples:
      mailer lists archive-link members

      mailer lists archive-link members --days 7
    """
    import datetime as dt

    from mailer.bootstrap import open_app
    from mailer.message.links import shared_link
    from mailer.platform.clock import utcnow
    from subscribers.lists.archive import get_archive

    expires_at = (utcnow() + dt.timedelta(days=days)).replace(microsecond=0)
    with open_app() as opened:
        with opened.engine.connect() as connection:
            found = get_archive(connection, slug)
        base_url = opened.settings.web.base_url
        url = shared_link(opened.signer, found, base_url=base_url, expires_at=expires_at)
    if as_json:
        print_json({"url": url, "expires_at": expires_at})
        return
    console.print(escape(url))
    err_console.print(f"it works until {show_time(expires_at)}", style="dim")
    if found.visibility is not ArchiveVisibility.PRIVATE:
        err_console.print(
            f"the archive of '{slug}' is {found.visibility.value}: it can be read without a link",
            style="yellow",
        )


def _as_data(opened: "App", found: "ListArchive") -> dict[str, object]:
    from mailer.message.links import list_path

    is_open = found.visibility is not ArchiveVisibility.PRIVATE
    url = opened.settings.web.base_url + list_path(found.slug) if is_open else ""
    return {
        "slug": found.slug,
        "name": found.name,
        "visibility": found.visibility.value,
        "robots": found.robots.value,
        "url": url,
    }


def _show(found: "ListArchive", data: dict[str, object]) -> None:
    console.print(
        f"archive of [bold]{found.slug}[/]: {found.visibility.value}"
        f" ({_MEANINGS[found.visibility]})"
    )
    if found.visibility is ArchiveVisibility.PRIVATE:
        console.print(f"a link to it: mailer lists archive-link {found.slug}")
        return
    told = "may list it" if found.is_indexed else "are told not to list it"
    console.print(f"search engines {told}")
    console.print(escape(str(data["url"])))
