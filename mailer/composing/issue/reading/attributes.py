"""Attributes: `{.button}`, `{width=320}`, `{#name accent=2}` after a link, picture or heading."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailer.composing.issue.reading.source import Source

_WHOLE = re.compile(r"\{(?P<inside>[^{}\n]*)\}")
_PART = re.compile(
    r"""\s*(?:\.(?P<class>[A-Za-z][\w-]*)|\#(?P<id>[A-Za-z][\w-]*)
        |(?P<key>[a-z][a-z-]*)=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+)))(?=\s|$)""",
    re.VERBOSE,
)
_MEANT = re.compile(r"\{\s*(?:[.#:]\S|[A-Za-z][\w-]*=\S)")


class AttributeSyntaxError(ValueError):
    """Attributes were meant, but they cannot be read."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the braces say.

    Args:
        id: after `#`; may be empty.
        classes: after `.`.
        values: `key=value`.
    """

    id: str = ""
    classes: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def end_of_braces(text: str, position: int) -> int:
    """Return where the braces end that begin at `position`; 0 where none do."""
    found = _WHOLE.match(text, position)
    return found.end() if found else 0


def match_attributes(text: str, position: int) -> tuple[Attributes, int] | None:
    """Return the attributes in braces at `position`, and the position after them.

    None where braces hold something else: they are then the author's text.

    Raises:
        AttributeSyntaxError: attributes were meant.
    """
    found = _WHOLE.match(text, position)
    attributes = _read(found["inside"]) if found else None
    if found and not attributes and _MEANT.match(text, position):
        raise AttributeSyntaxError(
            f"{found[0]!r} cannot be read: write {{.class}}, {{#name}} or {{key=value}}, separated"
            " by spaces; names begin with a letter of a to z (for braces as such, write \\{)"
        )
    return (attributes, found.end()) if found and attributes else None


def _read(inside: str) -> Attributes | None:
    inside = inside.rstrip()
    position, classes, values, name = 0, [], {}, ""
    while position < len(inside):
        part = _PART.match(inside, position)
        if not part:
            return None
        position = part.end()
        if part["class"]:
            classes.append(part["class"])
        elif part["id"]:
            name = part["id"]
        else:
            values[part["key"]] = part["quoted"] if part["bare"] is None else part["bare"]
    if not inside.strip():
        return None
    return Attributes(name, tuple(classes), values)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The attributes that `what`, such as "a link", may have."""

    what: str
    classes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    id: bool = False

    def check(
        self,
        given: Attributes,
        source: Source,
        *,
        line: int,
        column: int | None = None,
        at: str = "",
    ) -> None:
        """Check that all of the attributes `given` are allowed.

        Raises:
            RenderError: one is not; the message says which are. For its place, see `Source.error`.
        """
        known = _written(self.classes, self.keys, has_id=self.id)
        for each in _written(given.classes, given.values, has_id=bool(given.id)):
            if each not in known:
                message = _unknown(each, self.what, known)
                raise source.error(message, line=line, column=column, at=at)


def _written(classes: Iterable[str], keys: Iterable[str], *, has_id: bool) -> list[str]:
    names = [*(f".{each}" for each in classes), *(f"{key}=" for key in keys)]
    return [*names, "#name"] if has_id else names


def _unknown(given: str, what: str, known: list[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known) or 'none'}"
    return f"{what} has no attribute {given!r}: {hint} (for braces as such, write \\{{)"
