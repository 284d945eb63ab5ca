"""Tracing: from which line of the author's file each element of the HTML comes.

While an issue is rendered, its lines stand in marks: attributes, and class names where MJML takes
no attribute. Afterwards they become `data-line`, to look at, or go, to be sent. No text that an
author could write contains a mark, so what is sent is what it would be without them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailer.composing.issue.reading.merge import Tokens


@dataclass(frozen=True, slots=True)
class Tracer:
    """Writes marks, and reads them.

    Args:
        prefix: what every mark begins with; letters, digits and underscores.
    """

    prefix: str

    def attribute(self, line: int) -> str:
        """Return the mark for an HTML element."""
        return f' data-line="{self.mark(line)}"'

    def mark(self, line: int) -> str:
        """Return the mark as a name, to stand before the other classes of an MJML element."""
        return f"{self.prefix}{line}"

    def shown(self, html: str) -> str:
        """Return marked HTML with each line as `data-line`."""
        html = html.replace(f' data-line="{self.prefix}', ' data-line="')
        return self._without_classes(html, _with_line)

    def removed(self, html: str) -> str:
        """Return marked HTML as it would be without marks."""
        html = re.sub(rf' data-line="{self.prefix}\d+"', "", html)
        return self._without_classes(html, lambda names, _: names)

    def _without_classes(self, html: str, write: Callable[[str, str], str]) -> str:
        if self.prefix not in html:
            return html
        marked = rf' class="([^"]*?){self.prefix}(\d+)(-outlook)?(?: ([^"]*))?"'
        return re.sub(marked, lambda found: _rewritten(found, write), html)


def tracer_for(tokens: Tokens) -> Tracer:
    """Return a tracer whose marks do not occur in the text that `tokens` are for."""
    return Tracer(f"{tokens.prefix}L")


def _rewritten(found: re.Match[str], write: Callable[[str, str], str]) -> str:
    before, line, for_outlook, after = found.groups()
    names = before.removesuffix(" ") if after is None else before + after
    is_only_mark = not before and after is None
    attribute = "" if is_only_mark else f' class="{names}"'
    return attribute if for_outlook else write(attribute, line)


def _with_line(attribute: str, line: str) -> str:
    return f'{attribute} data-line="{line}"'
