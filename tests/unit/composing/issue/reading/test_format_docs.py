"""docs/issue-format.md is true: its example compiles, its table has every key."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.composing.issue.reading.front_matter import KEYS
from mailer.message.compiled import CompiledIssue

DOCS = Path(__file__).resolve().parents[5] / "docs" / "issue-format.md"


@pytest.fixture(scope="module")
def page() -> str:
    return DOCS.read_text(encoding="utf-8")


def examples(page: str) -> list[str]:
    found = re.findall(r"^(`{3,})markdown\n(.*?\n)\1$", page, re.DOTALL | re.MULTILINE)
    return [text for _, text in found]


def test_every_example_compiles(page: str, compile_body: Callable[..., CompiledIssue]) -> None:
    _, *parts = examples(page)
    assert len(parts) >= 5
    for part in parts:
        compile_body(f"{part}\n\nMore.\n")


def test_whole_example_compiles(page: str, compile_body: Callable[..., CompiledIssue]) -> None:
    example = examples(page)[0]
    compiled = compile_body(example, front="")
    assert compiled.subject == "Small models, long memories"
    assert compiled.fields == {"first_name"}
    assert "4 stories" in compiled.html


def test_table_names_every_key(page: str) -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == set(KEYS)
