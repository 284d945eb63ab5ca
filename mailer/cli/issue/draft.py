"""`mailer issue draft`: what feeds brought since the last issue, as an issue to go on with."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.advice import given_by
from mailer.cli.options import Force, Json

MOST_ENTRIES = 500
MOST_WORDS = 2_000


class GroupBy(StrEnum):
    """What makes a section."""

    FEED = "feed"
    CATEGORY = "category"
    NONE = "none"


_Feeds = Annotated[
    list[str] | None,
    typer.Argument(metavar="FEED", help="More feeds: addresses, files, or - for standard input."),
]
_FromFeed = Annotated[
    list[str] | None,
    typer.Option("--from-feed", metavar="FEED", help="A feed; may be given several times."),
]
_FromOpml = Annotated[
    list[Path] | None,
    typer.Option("--from-opml", metavar="FILE", help="All feeds of a feed reader's export."),
]
_Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Issue file; issue-DATE.md by default, - for standard output."
    ),
]
_Since = Annotated[
    str, typer.Option(metavar="WHEN", help="last, a date such as 2026-11-20, or an age such as 7d.")
]
_Limit = Annotated[
    int, typer.Option(min=1, max=MOST_ENTRIES, help="Maximum, shared among the feeds.")
]
_Title = Annotated[str, typer.Option(help="Subject line; a TODO by default.")]
_GroupBy = Annotated[GroupBy, typer.Option(help="What makes a section.")]
_Words = Annotated[
    int,
    typer.Option(min=0, max=MOST_WORDS, help="Approximate words per summary; 0 for all."),
]
_ListSlug = Annotated[
    str, typer.Option("--list", "-l", metavar="SLUG", help="Mailing list that the issue is for.")
]
_Images = Annotated[bool, typer.Option("--images", help="Include pictures.")]
_Updated = Annotated[
    bool, typer.Option("--updated", help="Include entries that were only updated.")
]
_Again = Annotated[bool, typer.Option("--again", help="Include entries of earlier issues.")]
_DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be included; write nothing.")
]


def draft(
    feeds: _Feeds = None,
    from_feed: _FromFeed = None,
    from_opml: _FromOpml = None,
    output: _Output = None,
    since: _Since = "last",
    limit: _Limit = 50,
    title: _Title = "",
    group_by: _GroupBy = GroupBy.FEED,
    words: _Words = 60,
    list_slug: _ListSlug = "",
    images: _Images = False,
    updated: _Updated = False,
    again: _Again = False,
    force: Force = False,
    dry_run: _DryRun = False,
    as_json: Json = False,
) -> int:
    """Collect what is new in feeds since the last issue into a draft to edit.

    RSS, Atom and JSON Feed; by default, the feeds of [draft] in mailer.toml. Exits with 1 if some
    feeds could not be read, and with 2 if none could.

    Examples:
      mailer issue draft --from-feed https://blog.example.org/feed.xml

      mailer issue draft --from-feed https://rss.arxiv.org/rss/cs.LG -o week-42.md --limit 20

      mailer issue draft --from-opml feeds.opml --since 7d --group-by category --dry-run
    """
    from mailer.cli.issue.draft_run import DraftRun
    from mailer.composing.drafts import drafting
    from mailer.composing.drafts.writing import Grouping

    run = DraftRun.begin(is_dry=dry_run, overwrites=force, as_json=as_json)
    sources = run.sources([*(from_feed or []), *(feeds or [])], from_opml or [])
    file = run.file(output)
    with given_by("--since"):
        drafting.parse_since(since, now=run.now)  # a mistake shows before anything is fetched
    drafting.check_title(title, origin="--title")
    order = drafting.DraftOrder(
        file=file,
        slug=drafting.slug_for(file, now=run.now),
        title=title,
        mailing_list=list_slug,
        since=since,
        limit=limit,
        grouping=Grouping(group_by.value),
        with_images=images,
        with_updates=updated,
        repeats=again,
    )
    return run.draft(order, run.read(sources, words=words))
