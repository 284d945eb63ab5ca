"""Starting a server from the first installation with which it starts."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from mailer.errors import ConfigurationError

_Found = TypeVar("_Found")


def start_first(
    title: str, installations: Iterable[_Found], start: Callable[[_Found], None]
) -> str:
    """Start a server from the first of its `installations` that does start.

    Args:
        title: the server's name, for messages.
        installations: the best first, at least one.
        start: starts one, or raises and leaves nothing of it running.

    Returns:
        Why a better one is not used; empty where the best one runs.

    Raises:
        ConfigurationError: none of them starts; says of each why.
    """
    failures: list[str] = []
    for one in installations:
        try:
            start(one)
        except (ConfigurationError, OSError) as error:
            failures.append(f"{one}: {error}")
        else:
            return "; ".join([*failures, f"{title} runs from {one} instead"]) if failures else ""
    raise ConfigurationError("; ".join(failures))
