"""Lists that rules go by, each with its source."""

from functools import cache
from importlib.resources import files


@cache
def lines_of(name: str) -> frozenset[str]:
    """Return the lines of the list `name`, without its comments."""
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
