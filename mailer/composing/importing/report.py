"""What an import found and left out, as lines for a person."""

from collections.abc import Iterator

from mailer.composing.importing.model import Counts, Dropped, ImportedIssue

_SHOWN_CHARACTERS = 60


def format_report(imported: ImportedIssue) -> list[str]:
    """Return one line a finding: `FILE:LINE: what; what to do`, the line being the source's."""
    return [
        f"{imported.source_name}:{finding.source_line}: {finding.what};"
        f" {finding.remedy}{_place(finding.issue_line)}"
        for finding in imported.findings
    ]


def _place(issue_line: int) -> str:
    return f" (line {issue_line} of the issue)" if issue_line else ""


def format_balance(imported: ImportedIssue) -> str:
    """Return where the words and links of the source are now; empty where they were not counted."""
    counts = imported.counts
    if counts is None:
        return ""
    kept = counts.words - counts.words_dropped - len(counts.words_lost)
    linked = counts.links - counts.links_dropped - len(counts.links_lost)
    return (
        f"words {counts.words:,}: {kept:,} kept, {counts.words_dropped:,} left out,"
        f" {len(counts.words_lost):,} lost · links {counts.links:,}: {linked:,} kept,"
        f" {counts.links_dropped:,} left out, {len(counts.links_lost):,} lost{_pictures(counts)}"
    )


def _pictures(counts: Counts) -> str:
    if not counts.pictures:
        return ""
    kept = counts.pictures - counts.pictures_dropped - len(counts.pictures_lost)
    return (
        f" · pictures {counts.pictures:,}: {kept:,} kept, {counts.pictures_dropped:,} left out,"
        f" {len(counts.pictures_lost):,} lost"
    )


def format_dropped(imported: ImportedIssue) -> list[str]:
    """Return one line for each reason why something was left out, with its first words."""
    reasons: dict[str, list[Dropped]] = {}
    for dropped in imported.dropped:
        reasons.setdefault(dropped.why, []).append(dropped)
    return [_line(why, parts) for why, parts in reasons.items()]


def _line(why: str, parts: list[Dropped]) -> str:
    words = sum(len(part.text.split()) for part in parts)
    links = sum(len(part.links) for part in parts)
    pictures = sum(len(part.pictures) for part in parts)
    shown = f", {pictures} pictures" if pictures else ""
    begin = " / ".join(_begin(part) for part in parts[:3] if part.text)
    more = " ..." if len(parts) > 3 else ""  # noqa: PLR2004
    said = f": {begin}{more}" if begin else ""
    return f"left out, {why} ({len(parts)} x, {words} words, {links} links{shown}){said}"


def _begin(part: Dropped) -> str:
    text = " ".join(part.text.split())
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def format_changes(imported: ImportedIssue) -> Iterator[str]:
    """Yield lines on what was changed on the way: merge tags, tracked links."""
    for written, ours in imported.merge_tags:
        if ours.startswith("{{"):
            yield f"merge tag {written} became {ours}"
    if imported.unwrapped:
        count = len(imported.unwrapped)
        yield f"{count} click-tracked links lead where they led, now without the tracker"
