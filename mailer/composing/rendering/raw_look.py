"""Raw MJML made to follow the theme where its author says nothing: dark mode, and its lines.

Text without a colour of its own, on a ground that is not its author's, gets the class `raw`;
sections without a ground get `card`. Theme and dark mode then treat them as their own.
"""

import re
from dataclasses import dataclass, field

from mailer.composing.rendering.tracing import Tracer

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>mj-[a-z]++)(?P<rest>(?:[^<>\"/]|/(?!>)|\"[^\"]*+\")*)(?P<end>/?>)"
)
_CSS_CLASS = re.compile(r'(\bcss-class=")([^"]*)"')
_GROUND = re.compile(r"\b(?:inner-)?background-(?:color|url)=|\bcontainer-background-color=")
_COLOUR = re.compile(r'(?<![-\w])color="')
_SECTIONS = {"mj-section", "mj-wrapper"}
_AREAS = {*_SECTIONS, "mj-column", "mj-group"}
_WORDS = {"mj-text", "mj-table"}


def dressed(fragment: str, *, first_line: int, tracer: Tracer | None) -> str:
    """Return a fragment with the classes that its elements lack.

    Args:
        fragment: checked MJML.
        first_line: of the author's file on which it begins.
        tracer: marks each element with its line, where that is wanted.
    """
    return _TAG.sub(_Dresser(fragment, first_line, tracer), fragment)


@dataclass(slots=True)
class _Dresser:
    fragment: str
    first_line: int
    tracer: Tracer | None
    grounds: list[bool] = field(default_factory=list)

    def __call__(self, tag: re.Match[str]) -> str:
        name, rest = tag["name"], tag["rest"]
        if tag["close"]:
            if name in _AREAS:
                self.grounds.pop()
            return tag[0]
        looks = self._looks(name, rest)
        if name in _AREAS and not tag["end"].startswith("/"):
            self.grounds.append(bool(_GROUND.search(rest)))
        rest = _with_classes(rest, looks) if looks else rest
        if self.tracer:
            line = self.first_line + self.fragment.count("\n", 0, tag.start())
            rest = _with_mark(rest, self.tracer.mark(line))
        return f"<{name}{rest}{tag['end']}"

    def _looks(self, name: str, rest: str) -> list[str]:
        if _GROUND.search(rest) or any(self.grounds):
            return []
        if name in _SECTIONS:
            return ["card"]
        return ["raw"] if name in _WORDS and not _COLOUR.search(rest) else []


def _with_classes(rest: str, names: list[str]) -> str:
    given = _CSS_CLASS.search(rest)
    if given is None:
        return f'{rest.rstrip()} css-class="{" ".join(names)}"' + (
            " " if rest.endswith(" ") else ""
        )
    own = given[2].split()
    both = " ".join([*own, *(name for name in names if name not in own)])
    return f'{rest[: given.start()]}css-class="{both}"{rest[given.end() :]}'


def _with_mark(rest: str, mark: str) -> str:
    """Return attributes with `mark` before the classes: MJML adds to the last for Outlook."""
    given = _CSS_CLASS.search(rest)
    if given is None:
        return _with_classes(rest, [mark])
    if not given[2].strip():  # it would not be the same without the mark
        return rest
    return f'{rest[: given.start()]}css-class="{mark} {given[2]}"{rest[given.end() :]}'
