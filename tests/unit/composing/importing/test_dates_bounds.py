"""Dates are looked for in linear time, however many blanks there are."""

import time

import pytest

from mailer.composing.importing.text.dates import find_date
from mailer.composing.importing.text.units import read_units


@pytest.mark.parametrize("lead", ["1", "1 of", "August 1", "August", "1 to 2"])
def test_blanks_after_a_part_of_a_date(lead: str) -> None:
    """One look back over 20,000 blanks for each takes minutes; a look forward, milliseconds."""
    units, _ = read_units([lead + "\t" * 20_000 + "x"])
    begun = time.thread_time()
    assert find_date(units).date is None
    assert time.thread_time() - begun < 5
