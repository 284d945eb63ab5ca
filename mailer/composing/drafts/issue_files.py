"""The issue files of a workspace: what they link to, and when they are from."""

import datetime as dt
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_FILES = 5_000
DEEPEST = 5
_LONGEST_BYTES = 2_000_000
_PASSED_OVER = frozenset({"node_modules", "build", "dist", "outbox", "site-packages", "templates"})
_FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?P<matter>.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE
)
_KEY = re.compile(
    r"^(?P<key>date|slug|list|subject)[ \t]*+:[ \t]*+(?P<value>[^\r\n]*+)$", re.MULTILINE
)
_LINK = re.compile(r"https?://[^\s<>\"'`\\()\[\]]+", re.IGNORECASE)
_LINK_END = ".,;:!?}*_"


@dataclass(frozen=True, slots=True)
class IssueFile:
    """An issue file, as far as can be told without compiling it.

    Args:
        path: the file.
        slug: from the front matter, else the file's name.
        date: None where there is none that can be read.
        mailing_list: slug; empty for none.
        links: every web address in it.
    """

    path: Path
    slug: str
    date: dt.date | None
    mailing_list: str
    links: tuple[str, ...]


def find_issue_files(folder: Path) -> list[IssueFile]:
    """Return the issue files in `folder` and below; hidden folders are passed over."""
    found = (_read(path) for path in _markdown_files(folder))
    return [one for one in found if one is not None]


def _markdown_files(folder: Path) -> Iterator[Path]:
    count = 0
    base = len(folder.parts)
    for place, folders, names in os.walk(folder):
        here = Path(place)
        is_deep = len(here.parts) - base >= DEEPEST
        folders[:] = [] if is_deep else sorted(name for name in folders if _may_enter(name))
        for name in sorted(names):
            if name.endswith((".md", ".markdown")):
                count += 1
                if count > MOST_FILES:
                    return
                yield here / name


def _may_enter(name: str) -> bool:
    return not name.startswith(".") and name not in _PASSED_OVER


def _read(path: Path) -> IssueFile | None:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST_BYTES:
            return None
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    head = _FRONT_MATTER.match(text)
    values = {m["key"]: _plain(m["value"]) for m in _KEY.finditer(head["matter"])} if head else {}
    if "subject" not in values:
        return None
    links = tuple(link.rstrip(_LINK_END) for link in _LINK.findall(text))
    return IssueFile(
        path=path,
        slug=values.get("slug") or path.stem,
        date=_date(values.get("date", "")),
        mailing_list=values.get("list", ""),
        links=links,
    )


def _plain(value: str) -> str:
    """Return a YAML scalar of one line without quotes and comment."""
    value = value.strip()
    if value[:1] in {'"', "'"}:
        return value[1:].partition(value[0])[0]
    return re.split(r"(?<!\s)\s++#", value, maxsplit=1)[0]


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
