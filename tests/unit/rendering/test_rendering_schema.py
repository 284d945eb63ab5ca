"""The JSON Schema of the front matter agrees with the parser, and with what is in docs/."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mailer.domain.message import CompiledIssue
from mailer.errors import RenderError
from mailer.rendering.schema import front_matter_schema

Compile = Callable[..., CompiledIssue]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "front-matter.schema.json"
GOOD = "subject: S\ndate: 2026-11-22\n"


def agrees(front: str) -> bool:
    values: dict[str, Any] = yaml.safe_load(front)
    plain = {
        key: value.isoformat() if isinstance(value, dt.date) else value
        for key, value in values.items()
    }
    validator = jsonschema.Draft202012Validator(front_matter_schema())
    return validator.is_valid(plain)


def test_the_document_is_up_to_date() -> None:
    assert json.loads(DOCUMENT.read_text()) == front_matter_schema(), (
        "mailer issue schema > docs/front-matter.schema.json"
    )


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(front_matter_schema())


@pytest.mark.parametrize(
    ("more", "is_good"),
    [
        ("", True),
        ("slug: week-1", True),
        ("slug: Week 1", False),
        ("preheader: 'a {{ b }}'", False),
        ("list: my-list", True),
        ("list: My List", False),
        ("from: A <a@example.com>", True),
        ("from: nobody", False),
        ("theme: letter", True),
        ("theme: ../x", False),
        ("language: pt-BR", True),
        ("language: english please", False),
        ("contents: no", True),
        ("contents: perhaps", False),
        ("author: A\nauthor-url: https://e.org", True),
        ("author-url: https://e.org", False),
        ("author: A\nauthor-image: a.png", False),
        ("colour: red", False),
        ("title: T\ntagline: U\nauthor: A\nauthor-bio: B", True),
    ],
)
def test_it_agrees_with_the_parser(compile_body: Compile, more: str, is_good: bool) -> None:  # noqa: FBT001
    assert agrees(GOOD + more) is is_good
    try:
        compile_body("x", front=f"---\n{GOOD}{more}\n---\n")
    except RenderError:
        assert not is_good
    else:
        assert is_good


@pytest.mark.parametrize("front", ["subject: S\n", "date: 2026-11-22\n"])
def test_what_is_required(front: str) -> None:
    assert not agrees(front)
