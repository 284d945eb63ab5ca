"""A ledger that hands to the in-memory provider."""

from pathlib import Path

import pytest
from ledger_kit import Ledger
from sqlalchemy import Engine

from mailer.providers.memory import MemoryProvider


@pytest.fixture
def ledger(engine: Engine, tmp_path: Path) -> Ledger:
    return Ledger(engine, tmp_path / "journal", MemoryProvider())
