"""However many blanks stand between two words, raw text is read in time that grows as they do."""

import time
from pathlib import Path

import pytest

from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.sources import read_export


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u3000"])
@pytest.mark.parametrize("lead", ["word", "1", "August 1", "# Heading", "a [1]", "- entry", "By"])
def test_blanks_between_words(blank: str, lead: str, tmp_path: Path) -> None:
    """Twice as many took four to eight times as long, and a minute at 16,000."""
    text = f"{lead}{blank * 50_000}word\n\nMore words here.\n"
    begun = time.thread_time()
    (post,) = named(read_export(text.encode(), name="a.txt"))
    made = make_issue(post, source_name="a.txt", output=tmp_path / "a.md")
    assert "More words here." in made.markdown
    assert time.thread_time() - begun < 5
