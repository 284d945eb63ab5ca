"""The scanner of expressions tells slow ones from quick ones, the same each time."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

import mailer

SLOW = [
    (r"\s+#", "search"),
    (r"(a+)+b", "match"),
    (r"(?:a|a)*b", "match"),
    (r"[ \t]+$", "sub"),
    (r"<!--.*?-->", "sub"),
    (r"\d+\.?\d*", "fullmatch"),
    (r"(?P<words>.*?)[ ]*#*", "fullmatch"),
    (r"<img\b[^>]*\bsrc=", "search"),
    (r",(?![^()]*\))", "split"),
    (r"\n(?s:.*)b", "search"),
]
QUICK = [
    (r"(?<!\s)\s++#", "search"),
    (r"\s+#", "match"),
    (r"(?<![ \t])[ \t]++$", "sub"),
    (r"(?s)<!--.*?(?:-->|\Z)", "sub"),
    (r"\d++(?:\.\d*+)?", "fullmatch"),
    (r"<img\b[^<>]*\bsrc=", "search"),
    (r"a{1,90}b", "search"),
    (r"(?i:\bword\b)", "findall"),
    (r"\n.*b", "search"),
]


@pytest.fixture
def patterns(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(mailer.__file__).parent.parent / "tools")
    return importlib.import_module("patterns")


@pytest.mark.parametrize(("text", "method"), SLOW)
def test_slow_ones_are_found(text: str, method: str, patterns: Any) -> None:
    assert patterns.slowness(re.compile(text), frozenset({method})).startswith(
        (method, "sub", "match")
    )


@pytest.mark.parametrize(("text", "method"), QUICK)
def test_quick_ones_are_not(text: str, method: str, patterns: Any) -> None:
    assert patterns.slowness(re.compile(text), frozenset({method})) == ""


def test_bytes_are_read(patterns: Any) -> None:
    assert patterns.slowness(re.compile(rb"\s+#"), frozenset({"search"}))


@pytest.mark.parametrize(
    "text", [r"(?:ab?)++", r"a(?:b|cd)*+", r"(?>a|ab)c", r"(x(?:a+b)?+)", "(a)*+"]
)
def test_possessive_groups_are_found(text: str, patterns: Any) -> None:
    assert "possessive" in patterns.possessive_group(re.compile(text))


@pytest.mark.parametrize("text", [r"a*+b", r"[^<>]++", r".?+x", r"(?:a)*+", r"(?:ab?)+", r"(a++)*"])
def test_possessive_characters_are_not(text: str, patterns: Any) -> None:
    assert patterns.possessive_group(re.compile(text)) == ""
