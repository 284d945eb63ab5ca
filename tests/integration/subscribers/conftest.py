from collections.abc import Callable
from pathlib import Path

import pytest
from audience_kit import NOW, Audience
from sqlalchemy import Engine

from subscribers.lists import mailing_lists


@pytest.fixture
def audience(engine: Engine) -> Audience:
    with engine.begin() as connection:
        weekly = mailing_lists.create_mailing_list(
            connection, slug="weekly", name="Weekly", now=NOW
        )
    return Audience(engine, weekly)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str, name: str = "people.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8", newline="")
        return path

    return write
