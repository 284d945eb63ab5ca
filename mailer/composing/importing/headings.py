"""Headings in a row, parted into the items that they head."""

from collections.abc import Sequence

from mailer.composing.importing.model import Unit

_PAIR = 2


def part_headings(
    run: Sequence[Unit], *, usual_gap: int, pairs: bool, has_body: bool
) -> list[Sequence[Unit]]:
    """Return `run` in pieces of one or two headings: title, or kicker and title.

    Args:
        run: headings with nothing between them.
        usual_gap: blank lines between two units, most often.
        pairs: whether the section's items have kicker and title.
        has_body: whether the last piece has something below it.
    """
    pieces: list[Sequence[Unit]] = []
    segments = _segments(run, usual_gap=usual_gap, shortest=_PAIR if pairs else 1)
    for at, segment in enumerate(segments):
        is_last = has_body and at == len(segments) - 1
        size = _size_of_last(segment, pairs=pairs) if is_last else 0
        pieces += _without_body(segment[: len(segment) - size], pairs=pairs)
        pieces += [segment[len(segment) - size :]] if size else []
    return pieces


def _size_of_last(segment: Sequence[Unit], *, pairs: bool) -> int:
    if len(segment) <= _PAIR:
        return len(segment)
    return _PAIR if pairs else 1


def _without_body(headings: Sequence[Unit], *, pairs: bool) -> list[Sequence[Unit]]:
    step = _PAIR if pairs and len(headings) % _PAIR == 0 else 1
    return [headings[at : at + step] for at in range(0, len(headings), step)]


def _segments(run: Sequence[Unit], *, usual_gap: int, shortest: int) -> list[Sequence[Unit]]:
    """Return `run` cut where an item surely begins."""
    levels = {unit.level for unit in run}
    top = min(levels - {0}, default=0) if len(levels) > 1 else 0
    cuts = [
        at
        for at in range(1, len(run))
        if _begins_item(run, at, usual_gap=usual_gap, shortest=shortest, top=top)
    ]
    return [run[a:b] for a, b in zip([0, *cuts], [*cuts, len(run)], strict=True)]


def _begins_item(run: Sequence[Unit], at: int, *, usual_gap: int, shortest: int, top: int) -> bool:
    """Whether the heading is marked as the first of an item, or follows a finished title.

    So does one after a wide gap, unless the run is no longer than `shortest`. `top` is the
    uppermost level of the run's headings, if these have several.
    """
    before, unit = run[at - 1], run[at]
    if unit.marker is not None or before.url:
        return True
    if top and unit.level == top:
        return True
    return len(run) > shortest and unit.gap > max(usual_gap, before.gap)
