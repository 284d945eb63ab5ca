"""The notes of a claim's journal as bytes, and what they say when they are read back.

A journal begins with a head: how many bytes of notes follow, with a checksum. Each note is a line
with a checksum. The head is written after the note, so a file that was cut short, overwritten with
zeros or damaged in any other way contradicts itself, and is not believed where it is silent.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mailer.providers.outcome import Outcome
from mailer.states import DeliveryState

HEAD_BYTES = 26
"""16 hex digits of length, 8 of checksum, a blank and a newline."""

_BEGUN, _ENDED = "B", "E"

_ENDS = (DeliveryState.ACCEPTED, DeliveryState.REJECTED)
"""Outcomes after which a delivery is not handed over again under the same claim, so that one
remains true whatever notes were lost after it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What is known of a dead worker's claim.

    Args:
        outcomes: hand-overs that ended, the last word on each.
        in_flight: deliveries begun and not ended: they may have gone out.
        is_whole: whether a delivery that is in neither surely was not begun.
    """

    outcomes: tuple[Outcome, ...] = ()
    in_flight: frozenset[int] = field(default_factory=frozenset)
    is_whole: bool = True


NOTHING_KNOWN = Recovered(is_whole=False)
"""Where there is no journal, or none that can be read."""


def head(length: int) -> bytes:
    """Return the head of a journal with `length` bytes of notes."""
    said = f"{length:016x}"
    return f"{said} {zlib.crc32(said.encode()):08x}\n".encode()


def begun(delivery_ids: Sequence[int]) -> bytes:
    """Return the note that these go out now."""
    return _line(f"{_BEGUN} {' '.join(map(str, delivery_ids))}")


def ended(outcomes: Iterable[Outcome]) -> bytes:
    """Return the notes of how these ended."""
    facts = (
        json.dumps([outcome.delivery_id, outcome.state, outcome.reason, outcome.receipt])
        for outcome in outcomes
    )
    return b"".join(_line(f"{_ENDED} {fact}") for fact in facts)


def parse(content: bytes) -> Recovered:
    """Return what the journal's bytes say; a last line that was cut off was never acted on."""
    length = _length(content[:HEAD_BYTES])
    noted = content[HEAD_BYTES:]
    is_whole = length is not None and length <= len(noted)
    known = noted[: length or 0]
    beyond = noted[len(known) :].rstrip(b"\0").rpartition(b"\n")
    lines = [*known.split(b"\n")[:-1], *filter(None, beyond[0].split(b"\n"))]
    in_flight: set[int] = set()
    outcomes: dict[int, Outcome] = {}
    for line in lines:
        is_whole = _read(line, in_flight, outcomes) and is_whole
    is_whole = is_whole and (not known or known.endswith(b"\n"))
    return _recovered(in_flight, outcomes, is_whole=is_whole)


def _recovered(in_flight: set[int], outcomes: dict[int, Outcome], *, is_whole: bool) -> Recovered:
    believed = (
        outcome
        for id_, outcome in outcomes.items()
        if id_ not in in_flight and (is_whole or outcome.state in _ENDS)
    )
    return Recovered(tuple(believed), frozenset(in_flight), is_whole)


def _read(line: bytes, in_flight: set[int], outcomes: dict[int, Outcome]) -> bool:
    """Take in one note; whether it is as it was written."""
    said, _, checksum = line.rpartition(b" ")
    if checksum != _checksum(said):
        return False
    kind, _, rest = said.decode("ascii").partition(" ")
    if kind == _BEGUN:
        in_flight.update(_ids(rest))
        return True
    delivery_id, state, reason, receipt = json.loads(rest)
    in_flight.discard(delivery_id)
    outcomes[delivery_id] = Outcome(delivery_id, DeliveryState(state), reason, receipt)
    return True


def _ids(text: str) -> Iterator[int]:
    return map(int, text.split())


def _length(data: bytes) -> int | None:
    """Return the length that a head states; None if it is damaged."""
    said, _, _ = data.partition(b" ")
    try:
        length = int(said, 16)
    except ValueError:
        return None
    return length if head(length) == data else None


def _line(said: str) -> bytes:
    data = said.encode("ascii")
    return b"%s %s\n" % (data, _checksum(data))


def _checksum(data: bytes) -> bytes:
    return b"%08x" % zlib.crc32(data)
