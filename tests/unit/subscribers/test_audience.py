"""Whom a send goes to, as a value: what is not supported is refused, never left out silently."""

import pytest

from subscribers.audience import Audience
from subscribers.errors import UnsupportedAudienceError
from subscribers.segments.language import parse_segment


def test_one_list_is_an_audience() -> None:
    audience = Audience.of_list(7)
    assert (audience.list_ids, audience.only_list_id) == ((7,), 7)
    assert audience == Audience((7,))


@pytest.mark.parametrize(
    "audience",
    [
        Audience(()),
        Audience((1, 2)),
        Audience((1,), segment=parse_segment("plan = paid")),
        Audience((1,), excluded_list_ids=(2,)),
    ],
)
def test_what_nobody_counts_yet_is_refused(audience: Audience) -> None:
    with pytest.raises(UnsupportedAudienceError):
        _ = audience.only_list_id
