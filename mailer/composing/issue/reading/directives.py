"""Directives: parts of an issue between `::: name words` and `:::`."""

import difflib
import re
from typing import TYPE_CHECKING, Literal, cast

from markdown_it.rules_block import StateBlock

from mailer.errors import RenderError

if TYPE_CHECKING:
    from mailer.composing.issue.reading.source import Source

CALLOUTS = ("note", "tip", "important", "warning")
DIRECTIVES = (*CALLOUTS, "sponsor", "poll", "only")

DirectiveName = Literal["note", "tip", "important", "warning", "sponsor", "poll", "only"]

_ELSEWHERE = {
    "info": "note", "callout": "note", "aside": "note", "hint": "tip", "caution": "warning",
    "danger": "warning", "attention": "warning", "ad": "sponsor", "if": "only", "survey": "poll",
}  # fmt: skip
"""What other programs call them."""

_LINE = re.compile(r":{3,}+[ \t]*+(?P<name>[A-Za-z][\w-]*+)?(?P<words>[^\n]*+)$")
_LIST_INDENT = 2
_NAMELESS = f"after ':::' comes a name ({', '.join(DIRECTIVES)}), or nothing where a part ends"
_FENCE = re.compile(r"(`{3,}+(?![^\n]*`)|~{3,})")


def directive_rule(state: StateBlock, begin: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """Parse a directive as a block of Markdown: `directive_open`, its blocks, `directive_close`.

    Raises:
        RenderError: the name is unknown, or the directive does not end.
    """
    line = _line(state, begin)
    if state.is_code_block(begin) or not line.startswith(":::"):
        return False
    found = _LINE.fullmatch(line)
    if not found or not found["name"]:
        if found and not found["words"].strip():
            raise _error(state, begin, "':::' ends nothing here: take it out")
        raise _error(state, begin, _NAMELESS)
    if silent:
        return True
    name = _known(found["name"], state, begin)
    close = _closing(state, begin, end, name)
    _push(state, begin, close, name=name, words=found["words"].strip())
    return True


def _push(state: StateBlock, begin: int, close: int, *, name: str, words: str) -> None:
    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "directive", close
    opener = state.push("directive_open", "", 1)
    opener.map = [begin, close]
    opener.info = name
    opener.meta = {"words": words}
    if words and name != "only":
        title = state.push("inline", "", 0)
        title.content, title.map, title.children = words, [begin, begin + 1], []
    state.md.block.tokenize(state, begin + 1, close)
    state.push("directive_close", "", -1)
    state.parentType, state.lineMax = parent, line_max
    state.line = close + 1


def _line(state: StateBlock, number: int) -> str:
    begins = state.bMarks[number] + state.tShift[number]
    return state.src[begins : state.eMarks[number]].rstrip()


def _closing(state: StateBlock, begin: int, end: int, name: str) -> int:
    """Return the number of the line that ends the directive; those within it count.

    What is indented further stands in a list, with an end of its own.
    """
    depth, fence = 1, ""
    for number in range(begin + 1, end):
        line = _line(state, number)
        if state.sCount[number] < state.blkIndent and line:
            break
        if not _is_beside(state, begin, number):
            continue
        mark = _FENCE.match(line)
        if mark and (not fence or (line.startswith(fence) and not line.strip(mark[1][0]))):
            fence = "" if fence else mark[1]
        elif not fence and line.startswith(":::"):
            found = _LINE.fullmatch(line)
            if not found or (not found["name"] and found["words"].strip()):
                raise _error(state, number, _NAMELESS)
            depth += 1 if found["name"] else -1
        if not depth:
            return number
    raise _error(state, begin, f"the part '{name}' is not closed: end it with a line ':::'")


def _is_beside(state: StateBlock, begin: int, number: int) -> bool:
    return state.sCount[number] < state.sCount[begin] + _LIST_INDENT


def _known(name: str, state: StateBlock, line: int) -> DirectiveName:
    if name in DIRECTIVES:
        return cast("DirectiveName", name)
    same = _ELSEWHERE.get(name.lower())
    close = [same] if same else difflib.get_close_matches(name.lower(), DIRECTIVES, cutoff=0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(DIRECTIVES)}"
    raise _error(state, line, f"there is no ':::' part {name!r}: {hint}")


def _error(state: StateBlock, line: int, message: str) -> RenderError:
    source: Source = state.env["source"]
    return source.error(message, line=line + state.env["first_line"], at=":::")
