"""Windows are not cut off here, however busy the machine is."""

import provider_kit
import pytest

unhurried = provider_kit.unhurried


@pytest.fixture(autouse=True)
def _no_hurry(unhurried: None) -> None:
    """Apply to every test."""
