"""Front matter of other people's Markdown: YAML, TOML, JSON, or lines of `Key: value`."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import yaml

from mailer.composing.importing.fields import Fields
from mailer.composing.importing.model import Dropped

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_MOST_LINES = 400
_MOST_ALIASES = 10
_LONGEST = 65_536
_KEY_LINE = re.compile(r"([A-Za-z][\w-]*)[ \t]*:[ \t]+(\S.*)")
_HEADERS = frozenset({"title", "date"})
"""One of them is among lines of `Key: value` that are front matter, as in Pelican's posts."""
_DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?=\D|\Z)")

FIELDS = Fields(
    title=("subject", "title", "headline"),
    subtitle=("subtitle", "subheading", "tagline"),
    preheader=("description", "preheader", "summary", "excerpt", "preview_text"),
    date=(
        "publish_date", "date", "published", "published_at", "pubdate", "creation_date", "created"
    ),
    language=("language", "lang", "locale"),
    url=("absolute_url", "canonical_url"),
    status=("status", "email_type"),
)  # fmt: skip
_READ = frozenset(name for field in fields(FIELDS) for name in getattr(FIELDS, field.name))


@dataclass(frozen=True, slots=True)
class Matter:
    """What a file says before its text.

    Args:
        values: text by key, keys in lower case; empty where the file begins with its text.
        first: index of the text's first line.
        lines: index of each key's line.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    first: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)

    def body(self, text: str) -> str:
        """Return the text below it."""
        return "\n".join(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))[self.first :])

    def unused(self) -> tuple[Dropped, ...]:
        """Return the keys that an issue has no place for."""
        return tuple(
            Dropped(self.lines.get(key, 0) + 1, f"{key}: {value}", "front matter")
            for key, value in self.values.items()
            if key not in {*_READ, "id", "body"} and value
        )


def read_matter(text: str) -> Matter:
    """Return the front matter of a Markdown file."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    begin = next((at for at, line in enumerate(lines[:9]) if line.strip()), 0)
    fence = lines[begin].rstrip()
    if fence.startswith("{"):
        return _json(lines, begin)
    if fence not in _FENCES:
        return _headers(lines, begin)
    ends = range(begin + 1, min(len(lines), begin + _MOST_LINES))
    end = next((at for at in ends if lines[at].rstrip() in _FENCES[fence]), None)
    if end is None:
        return Matter()
    inside = lines[begin + 1 : end]
    found: Mapping[Any, object] = _toml(inside) if fence == "+++" else _yaml(inside)
    values = {str(key).lower(): _text(value) for key, value in found.items()}
    if not values and any(line.strip() for line in inside):
        return Matter()
    return Matter(values, end + 1, dict(_places(inside, begin + 1)))


def _headers(lines: list[str], begin: int) -> Matter:
    """Return lines of `Key: value` at a file's beginning, if a title or date is among them."""
    found: dict[str, str] = {}
    at = begin
    while at < min(len(lines), begin + _MOST_LINES) and (line := _KEY_LINE.fullmatch(lines[at])):
        found[line[1].lower()] = line[2].strip()
        at += 1
    is_over = at == len(lines) or not lines[at].strip()
    if len(found) < len(_HEADERS) or not is_over or not _HEADERS & found.keys():
        return Matter()
    return Matter(found, at, dict(_places(lines[begin:at], begin)))


def _json(lines: list[str], begin: int) -> Matter:
    """Return an object in braces at a file's beginning, as Hugo reads it."""
    text = "\n".join(lines[begin : begin + _MOST_LINES])
    try:
        value, end = json.JSONDecoder().raw_decode(text[:_LONGEST])
    except (ValueError, RecursionError):
        return Matter()
    first = begin + text[:end].count("\n")
    rest = text[end:].partition("\n")[0].strip()
    if not isinstance(value, dict) or rest or not _HEADERS & {str(key).lower() for key in value}:
        return Matter()
    values = {str(key).lower(): _text(each) for key, each in value.items()}
    return Matter(values, first + 1, dict(_places(lines[begin : first + 1], begin)))


def _yaml(lines: list[str]) -> Mapping[Any, object]:
    text = "\n".join(lines)
    if len(text) > _LONGEST:
        return {}
    try:
        value = _loaded(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return dict(_one_by_one(lines))
    return value if isinstance(value, dict) else {}


@lru_cache(maxsize=1)
def _loaded(text: str) -> object:
    """Return YAML's value; kept, since the lines that tell a file's kind are read once more."""
    return yaml.load(text, Loader=_FewAliases)  # noqa: S506 - a SafeLoader


class _FewAliases(yaml.SafeLoader):
    """Refuses a document whose aliases could multiply it: ten make it 40 times as long at most."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > _MOST_ALIASES:
                raise yaml.YAMLError("too many aliases")
        return super().compose_node(parent, index)


def _one_by_one(lines: list[str]) -> Iterator[tuple[object, object]]:
    """Yield the lines `key: value` of what is not YAML as a whole, such as `title: On: off`."""
    for line in lines:
        if found := _KEY_LINE.fullmatch(line.rstrip()):
            try:
                value = yaml.load(found[2], Loader=_FewAliases)  # noqa: S506 - a SafeLoader
            except (yaml.YAMLError, ValueError, RecursionError):
                value = found[2]
            yield found[1], value if isinstance(value, str | dt.date) else found[2]


def _toml(lines: list[str]) -> Mapping[str, object]:
    try:
        return tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _text(value: object) -> str:
    """Return a value as text; of a list, its values, of nothing, nothing."""
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items())
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else " ".join(str(value).split())


def _places(lines: list[str], first: int) -> Iterator[tuple[str, int]]:
    for at, line in enumerate(lines, first):
        if found := re.match(r"([A-Za-z_][\w-]*)[ \t]*[:=]", line):
            yield found[1].lower(), at


def dated_name(name: str) -> tuple[dt.date | None, str]:
    """Return the day in a file's name, as Jekyll has it, and the name without it."""
    path = PurePosixPath(name)
    dated = _DATED_NAME.match(path.name)
    try:
        date = dt.date(int(dated[1]), int(dated[2]), int(dated[3])) if dated else None
    except ValueError:
        date = None
    return date, _DATED_NAME.sub("", path.stem)
