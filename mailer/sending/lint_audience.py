"""What a linter wants to know of a mailing list: who lacks which merge field, who has the issue."""

from pathlib import Path

from sqlalchemy import Engine

from mailer.composing.linting.lint_file import compile_document, read_document
from mailer.composing.linting.lintable import Audience
from mailer.composing.linting.repair import parse_what_is_right
from mailer.composing.linting.scan.document import Document
from mailer.config import Settings
from mailer.errors import NotFoundError
from mailer.message.compiled import SYSTEM_FIELDS
from mailer.sending.gaps import count_gaps
from mailer.sending.ledger import issues, planning
from subscribers.lists import mailing_lists


def count_audience(
    engine: Engine, path: Path, settings: Settings, *, list_slug: str = ""
) -> Audience:
    """Count over a mailing list, for the merge fields that the issue at `path` uses.

    Args:
        engine: of the workspace's database.
        path: the issue's file; it may be broken: then parts for some readers count as everybody's.
        settings: of the workspace.
        list_slug: of the list; the issue's own by default.

    Raises:
        RenderError: the file cannot be read.
        NotFoundError: no list is named.
        UnknownMailingListError: there is no such list.
    """
    document = read_document(path)
    own = document.front.values.get("list")
    slug = list_slug or (own.value if own else "")
    if not slug:
        raise NotFoundError("no mailing list is named", code="list-unnamed")
    names = {each.name for each in document.fields if each.name} - SYSTEM_FIELDS
    with engine.connect() as connection:
        list_id = mailing_lists.get_mailing_list(connection, slug).id
        counts = planning.count_audience(
            connection,
            mailing_list_id=list_id,
            issue_id=issues.find_issue_id(connection, _issue_slug(document, path)),
        )
        lacking = {
            name: planning.count_lacking(connection, mailing_list_id=list_id, field=name)
            for name in sorted(names)
        }
        known = planning.field_names(connection, mailing_list_id=list_id)
        known |= {name for name, count in lacking.items() if count < counts.active}
        compiled = compile_document(document, path, settings)
        if compiled is not None and compiled.conditions:
            lacking = count_gaps(connection, compiled, mailing_list_id=list_id)
    return Audience(slug, counts.active, lacking, frozenset(known), counts.already_planned)


def _issue_slug(document: Document, path: Path) -> str:
    parsed = parse_what_is_right(document.source, document.front, path=path)
    if parsed.issue is None or parsed.is_front_broken:
        return ""
    return parsed.issue.front_matter.slug
