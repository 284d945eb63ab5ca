"""Raw MJML made to follow the theme where its author says nothing: dark mode, and whence it comes.

Text without a colour of its own, on a ground that is not its author's, gets the class `raw`;
sections without a ground get `card`. Theme and dark mode then treat them as their own.
"""

import re
from dataclasses import dataclass, field

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>mj-[a-z]+)(?P<rest>(?:[^<>\"]|\"[^\"]*\")*?)(?P<end>/?>)"
)
_CSS_CLASS = re.compile(r'(\bcss-class=")([^"]*)"')
_GROUND = re.compile(r"\b(?:inner-)?background-(?:color|url)=|\bcontainer-background-color=")
_COLOUR = re.compile(r'(?<![-\w])color="')
_SECTIONS = {"mj-section", "mj-wrapper"}
_AREAS = {*_SECTIONS, "mj-column", "mj-group"}
_WORDS = {"mj-text", "mj-table"}
_TRACE = re.compile(r' class="(?:([^"]*?) ?)?\bRAWLINE(\d+)"')


def dressed(fragment: str, *, first_line: int | None) -> str:
    """Return a fragment with the classes that its elements lack.

    Args:
        fragment: checked MJML.
        first_line: of the author's file on which it begins, where that is to be traced.
    """
    return _TAG.sub(_Dresser(fragment, first_line), fragment)


def with_lines(html: str) -> str:
    """Return HTML made of traced fragments, with their lines as `data-line`."""
    return _TRACE.sub(_as_data, html)


def _as_data(found: re.Match[str]) -> str:
    names = f' class="{found[1]}"' if found[1] else ""
    return f'{names} data-line="{found[2]}"'


@dataclass(slots=True)
class _Dresser:
    fragment: str
    first_line: int | None
    grounds: list[bool] = field(default_factory=list)

    def __call__(self, tag: re.Match[str]) -> str:
        name, rest = tag["name"], tag["rest"]
        if tag["close"]:
            if name in _AREAS:
                self.grounds.pop()
            return tag[0]
        names = [*self._looks(name, rest), *self._line(tag.start())]
        if name in _AREAS and not tag["end"].startswith("/"):
            self.grounds.append(bool(_GROUND.search(rest)))
        return f"<{name}{_with_classes(rest, names)}{tag['end']}" if names else tag[0]

    def _looks(self, name: str, rest: str) -> list[str]:
        if _GROUND.search(rest) or any(self.grounds):
            return []
        if name in _SECTIONS:
            return ["card"]
        return ["raw"] if name in _WORDS and not _COLOUR.search(rest) else []

    def _line(self, at: int) -> list[str]:
        if self.first_line is None:
            return []
        return [f"RAWLINE{self.first_line + self.fragment.count(chr(10), 0, at)}"]


def _with_classes(rest: str, names: list[str]) -> str:
    given = _CSS_CLASS.search(rest)
    if given is None:
        return f'{rest.rstrip()} css-class="{" ".join(names)}"' + (
            " " if rest.endswith(" ") else ""
        )
    own = given[2].split()
    both = " ".join([*own, *(name for name in names if name not in own)])
    return f'{rest[: given.start()]}css-class="{both}"{rest[given.end() :]}'
