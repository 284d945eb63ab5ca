"""docs/issue-format.md is true: its example compiles, its table has every key."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.domain.message import CompiledIssue
from mailer.rendering.front_matter import KEYS

DOCS = Path(__file__).resolve().parents[3] / "docs" / "issue-format.md"


@pytest.fixture(scope="module")
def page() -> str:
    return DOCS.read_text(encoding="utf-8")


def test_example_compiles(page: str, compile_body: Callable[..., CompiledIssue]) -> None:
    (example,) = re.findall(r"```markdown\n(.*?\n)```", page, re.DOTALL)
    compiled = compile_body(example, front="")
    assert compiled.subject == "Small models, long memories"
    assert compiled.fields == {"first_name"}
    assert "4 stories" in compiled.html


def test_table_names_every_key(page: str) -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == set(KEYS)
