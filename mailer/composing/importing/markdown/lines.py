"""Lines that site generators add to Markdown: Liquid tags, attribute lists, fences of blocks.

Each keeps its place, so that what follows is found on its own line of the source.
"""

import re
from dataclasses import dataclass, field
from functools import partial

from mailer.composing.importing.markdown.shortcodes import without_shortcodes
from mailer.composing.importing.model import Dropped, Finding

EMBED = re.compile(r"""\{%\s*[a-z]{1,20}\s+["']?(https?://[^\s"'%<>]{1,500})["']?\s*%\}""")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LIQUID_LINE = re.compile(r"[ \t]*\{%-?[ \t]*(?P<tag>\w++)(?P<rest>[^%\n]*+)%\}[ \t]*")
_ATTRIBUTE_LINE = re.compile(r"[ \t]*\{:[^{}\n]*\}[ \t]*")
_ID_LINE = re.compile(r"[ \t]*\{:[^{}\n]*?(#[A-Za-z][\w-]*)")
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_NAME = r"\{[^{}\n]*\}|\[[^\[\]\n]*\]|[A-Za-z][\w-]*+"
_DIV = re.compile(rf" {{0,3}}:{{3,}}+[ \t]*+(?P<name>{_NAME})?[ \t]*+(?P<title>[^\n]*+)")
_DEFINITION = re.compile(r" {0,3}\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]+<?(?:https?://|mailto:|/|#)\S")
_CLOSERS = ("{{</", "{{< /", "{{%/", "{{% /")


@dataclass(slots=True)
class MarkdownText:
    """Markdown as read.

    Args:
        html: each block on the line that it has in the source, as far as that can be.
        title: of its only `h1`, if it begins with that; else empty.
        findings: places to look at.
        dropped: parts of it that no reader is shown.
    """

    html: str = ""
    title: str = ""
    findings: list[Finding] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


@dataclass(slots=True)
class _Lines:
    """Collects the lines of a text that are left, each at its place.

    Args:
        read: is told what is left out.
        kept: the lines so far.
        definitions: of links, which Markdown would take for words of the paragraph above.
        fence: of the block of code that is open; empty outside code.
    """

    read: MarkdownText
    kept: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    fence: str = ""

    def add(self, line: str, number: int) -> None:
        """Add the line `number` of the source, or what stands for it."""
        mark = _FENCE.match(line)
        if mark and (not self.fence or mark[1].startswith(self.fence)):
            self.fence = "" if self.fence else mark[1]
        is_code = bool(self.fence or mark)
        self.kept.append(line if is_code else self._outside_code(line, number))

    def _outside_code(self, line: str, number: int) -> str:
        tag = _LIQUID_LINE.fullmatch(line)
        if tag and not EMBED.search(line):
            return _without_tag(tag, self.read, number)
        if _ATTRIBUTE_LINE.fullmatch(line):
            self._name_heading(line)
            self.read.dropped.append(Dropped(number, line.strip(), "a list of attributes"))
            return ""
        if div := _DIV.fullmatch(line):
            return self._without_div(div, number)
        if _DEFINITION.match(line) and self._is_below_words():
            self.definitions.append(line)
            return ""
        return without_shortcodes(line, partial(_left_out, self.read, number))

    def _is_below_words(self) -> bool:
        above = self.kept[-1] if self.kept else ""
        return bool(above.strip()) and not _DEFINITION.match(above)

    def _name_heading(self, line: str) -> None:
        """Give the heading right above a list of attributes the anchor in that."""
        name = _ID_LINE.match(line)
        at = -2 if self.kept and _UNDERLINE.fullmatch(self.kept[-1]) else -1
        if name and len(self.kept) >= -at and (at < -1 or _ATX.match(self.kept[-1])):
            self.kept[at] += f" {{{name[1]}}}"

    def _without_div(self, div: re.Match[str], number: int) -> str:
        written = div[0].strip().removesuffix(div["title"]).strip()
        self.read.dropped.append(Dropped(number, written, "the fence of a block"))
        return f"**{div['title'].strip()}**" if div["title"].strip(" :") else ""


def without_tags(text: str, read: MarkdownText, first_line: int) -> list[str]:
    """Return the lines, those empty that are nothing but a tag or an attribute list.

    Definitions of links right below words, or below such a tag, go to the end: Markdown would
    take them for words of the paragraph.
    """
    lines = _Lines(read)
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), first_line):
        lines.add(line, number)
    return [*lines.kept, "", *lines.definitions] if lines.definitions else lines.kept


def _left_out(read: MarkdownText, number: int, written: str) -> None:
    read.dropped.append(Dropped(number, written, "a tag of the site's generator"))
    if not written.startswith(_CLOSERS):
        what = f"{written[:60]} stands for something of the site's generator"
        read.findings.append(Finding("file_not_here", number, 0, what, "write what it shows"))


def _without_tag(tag: re.Match[str], read: MarkdownText, number: int) -> str:
    if tag["tag"] == "highlight":
        return f"```{tag['rest'].split()[0] if tag['rest'].split() else ''}"
    if tag["tag"] == "endhighlight":
        return "```"
    written = tag[0].strip()
    read.dropped.append(Dropped(number, written, "a tag of the site's generator"))
    if tag["tag"].startswith("include"):
        what = f"{written} stands for a file that is not here"
        read.findings.append(Finding("file_not_here", number, 0, what, "write what it shows"))
    return ""
