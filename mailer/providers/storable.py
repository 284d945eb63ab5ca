"""JSON from outside, made fit for PostgreSQL's `text` and `jsonb`.

JSON may hold what they refuse: NUL, lone surrogates, numbers without end. One such character
must not lose the request that it came in.
"""

import json
import math

_MOST_DIGITS = 18
_MOST_DEPTH = 32


def load_json(body: bytes) -> object:
    """Parse `body`, with everything in it storable.

    Raises:
        ValueError: it is not JSON in UTF-8.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_int=_number,
            parse_float=_finite,
            parse_constant=lambda _: None,
        )
    except RecursionError:
        raise ValueError("nested too deep") from None
    return _storable(value, _MOST_DEPTH)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _finite(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _storable(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _clean(value)
    if depth == 0 and isinstance(value, list | dict):
        return "..."
    if isinstance(value, list):
        return [_storable(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _storable(item, depth - 1) for key, item in value.items()}
    return value


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
