"""Raw MJML in an issue: checked on its own, then set where the author put it.

The theme's template knows nothing of raw fragments. It sets a placeholder amid an `<mj-text>`; here
that element is closed before the fragment and opened again after it, and so are the column and
section around it where the fragment brings sections of its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape

from mailer.composing.issue.reading.line_breaks import between
from mailer.composing.issue.reading.merge import MergeSyntaxError, Tokens, fields_in, wrong_field
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import MergeField, RawMjml
from mailer.composing.rendering.mjml_rules import Fault, all_faults, first_fault
from mailer.composing.rendering.mrml import entities_in_attributes, mrml_fault
from mailer.errors import RenderError
from mailer.message.compiled import SlotContext

_SECTIONS = ("<mj-section", "<mj-wrapper")
_FRAME = ("<mjml><mj-body>", "</mj-body></mjml>")
_COLUMN = ("<mj-section><mj-column>", "</mj-column></mj-section>")
_TOP = re.compile(r"<(mj-[a-z]+)")
_NOT_HERE = {"mj-head", "mj-body", "mjml", "mj-column", "mj-attributes", "mj-style", "mj-group"}
_MARKUP = re.compile(r"<[^<>]*+>|[^<]+")
_TAG = re.compile(r"</?(?P<name>[A-Za-z][\w:-]*)")
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr",
}  # fmt: skip
"""Tags that stand amid a line of words."""
_HREF = re.compile(r'\bhref="([^"]*)"')
_ALT = re.compile(r'\balt="(?=\s*+[^"\s])([^"]*+)"')
_NEAR = 200
_TAGS_AFTER = re.compile(r"\A(?:<[^<>]*+>)+")
_LINE_END = re.compile(
    r"<pre\b.*?(?:</pre\s*+>|\Z)|(?<![ \t])[ \t]*+\n\s*+", re.DOTALL | re.IGNORECASE
)
_EMPTY = re.compile(r"<mj-text\b[^<>]*+></mj-text>")


def check_raw(blocks: Iterable[RawMjml], source: Source) -> None:
    """Check that fragments are MJML that may stand in a column, or whole sections.

    Raises:
        RenderError: one is not; with the line and column of the author's file, and the others.
    """
    errors = [_error(fault, block, source) for block in blocks for fault in _faults(block.text)]
    if errors:
        raise RenderError.of(errors)


def _error(fault: Fault, block: RawMjml, source: Source) -> RenderError:
    offset = min(max(fault.offset, 0), len(block.text))
    *above, before = block.text[:offset].split("\n")
    at = len(above)
    line = block.line + 1 + at
    column = _indent(source, line, block.text.split("\n")[at]) + len(before) + 1
    return source.error(f"in the MJML fragment: {fault.message}", line=line, column=column)


def _indent(source: Source, line: int, text: str) -> int:
    """Return by how much the fence, and so the line, is indented in the file."""
    whole = source.lines[line - 1] if line <= len(source.lines) else ""
    return len(whole) - len(text) if whole.endswith(text) else 0


def _faults(text: str) -> list[Fault]:
    top = _TOP.search(text)
    if top is None or text[: top.start()].strip():
        return [Fault("it begins with an MJML element, such as <mj-text> or <mj-section>", 0)]
    if top[1] in _NOT_HERE:
        message = f"<{top[1]}> cannot stand here: write <mj-section>, or what goes in a column"
        return [Fault(message, top.start())]
    if found := all_faults(text):
        return found
    begin, end = _framed(text)
    document = begin + text + end
    fault = first_fault(document) or mrml_fault(document)
    return [Fault(fault.message, fault.offset - len(begin))] if fault else []


def _framed(text: str) -> tuple[str, str]:
    if text.lstrip().startswith(_SECTIONS):
        return _FRAME
    return _FRAME[0] + _COLUMN[0], _COLUMN[1] + _FRAME[1]


def filled(block: RawMjml, tokens: Tokens, source: Source) -> str:
    """Return a fragment with tokens for its merge fields.

    Raises:
        RenderError: a merge field is not well-formed.
    """
    lines = []
    for number, line in enumerate(block.text.split("\n"), block.line + 1):
        try:
            lines.append("".join(_filled(line, tokens)))
        except MergeSyntaxError as error:
            raise wrong_field(error, source=source, line=number) from None
    return "\n".join(lines)


def _filled(line: str, tokens: Tokens) -> Iterator[str]:
    for piece in fields_in(line):
        if isinstance(piece, MergeField):
            yield tokens.token(piece.field, context=SlotContext.HTML, default=piece.default)
        else:
            yield piece.text


def set_fragments(mjml: str, fragments: Mapping[str, str]) -> str:
    """Return `mjml` with fragments in place of their placeholders.

    Raises:
        RenderError: the theme puts an issue's text where no fragment can stand.
    """
    for placeholder, fragment in fragments.items():
        before, _, after = mjml.partition(placeholder)
        begin, end = _seam(before, whole_sections=fragment.lstrip().startswith(_SECTIONS))
        mjml = f"{before}{begin}{_on_one_line(fragment.strip())}{end}{after}"
    return _EMPTY.sub("", entities_in_attributes(mjml)) if fragments else mjml


def _on_one_line(fragment: str) -> str:
    """Return a fragment with a blank for each line's end: mrml deletes those between two tags.

    Between Chinese or Japanese a line's end is nothing, past tags, too.
    """

    def shown(found: re.Match[str]) -> str:
        if not found[0].isspace() or fragment.isascii():
            return " " if found[0].isspace() else found[0]
        before = _without_tags(fragment[max(0, found.start() - _NEAR) : found.start()])
        return between(before, _TAGS_AFTER.sub("", fragment[found.end() : found.end() + _NEAR]))

    return _LINE_END.sub(shown, fragment)


def _without_tags(words: str) -> str:
    """Return words without the tags at their end."""
    while words.endswith(">") and "<" in words:
        words = words[: words.rfind("<")]
    return words


def _seam(before: str, *, whole_sections: bool) -> tuple[str, str]:
    """Return what closes the elements around the end of `before`, and what opens them again."""
    names = ["mj-text", "mj-column", "mj-section"] if whole_sections else ["mj-text"]
    tags = [_last_tag(before, name) for name in names]
    closing = "".join(f"</{name}>" for name in names)
    return closing, "".join(reversed(tags))


def _last_tag(before: str, name: str) -> str:
    at = before.rfind(f"<{name}")
    if at < 0 or f"</{name}>" in before[at:]:
        raise RenderError(
            f"the theme has no <{name}> around an MJML fragment: put the text into one"
        )
    return before[at : before.index(">", at) + 1]


def raw_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words of a fragment, and of its pictures, and where it links to, in order.

    Words go on over tags that stand amid a line; a link's address follows its words.
    """
    words, url = "", ""
    for piece in _MARKUP.findall(text):
        if not piece.startswith("<"):
            words += piece
            continue
        tag = _TAG.match(piece)
        name = tag["name"].lower() if tag else "b"
        is_line_end = name not in _INLINE or (name == "a" and url)
        if is_line_end and (words.strip() or url):
            yield _plain(words), url
            words, url = "", ""
        if href := _HREF.search(piece):
            url = unescape(href[1])
        if alt := _ALT.search(piece):
            words += f" [{alt[1]}] "
    if words.strip() or url:
        yield _plain(words), url


def _plain(words: str) -> str:
    lines = [" ".join(line.split()) for line in unescape(words).splitlines()]
    shown = ""
    for line in filter(None, lines):
        shown += f"{between(shown, line)}{line}" if shown else line
    return shown
