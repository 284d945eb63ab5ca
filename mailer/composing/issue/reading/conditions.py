"""Conditional parts (`::: only RULE`): left out of what others get, their conditions noted."""

from collections.abc import MutableMapping
from typing import Any

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from subscribers.errors import SegmentError
from subscribers.segments.language import parse_segment, write_segment


def condition_rule(state: StateCore) -> None:
    """Leave out the parts that only others see; note every condition in `env["conditions"]`.

    Raises:
        RenderError: a condition is not a segment rule.
    """
    kept: list[Token] = []
    outer: list[bool | None] = []  # of each open directive: is it shown? None where not an `only`
    for token in state.tokens:
        if token.type == "directive_open":
            outer.append(_is_shown(token, state.env) if token.info == "only" else None)
        is_frame = token.type.startswith("directive") and outer[-1] is not None
        if token.type == "directive_close":
            closed = outer.pop()
            if False in outer or closed is not None:
                continue
        if False not in outer and not is_frame:
            kept.append(token)
    state.tokens = kept


def _is_shown(token: Token, env: MutableMapping[str, Any]) -> bool:
    line = (token.map or [0])[0] + env["first_line"]
    try:
        condition = write_segment(parse_segment(token.meta["words"]))
    except SegmentError as error:
        message = f"':::only' needs a rule: {error}"
        raise env["source"].error(message, line=line, at=":::") from None
    conditions: dict[str, int] = env["conditions"]
    conditions.setdefault(condition, line)
    shown: frozenset[str] | None = env["shown"]
    return shown is None or condition in shown
