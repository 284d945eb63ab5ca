"""The JSON Schema of the front matter agrees with the parser, and with what is in docs/."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mailer.composing.issue.reading.front_matter import KEYS
from mailer.composing.issue.reading.schema import front_matter_schema
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "front-matter.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(
    front_matter_schema(), format_checker=jsonschema.FormatChecker()
)
GOOD = "subject: S\ndate: 2026-11-22\n"


class Yaml12(yaml.SafeLoader):
    """Reads words such as `yes`, and dates, as text."""


Yaml12.yaml_implicit_resolvers = {
    first: [each for each in resolvers if not each[0].endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])


def agrees(front: str) -> bool:
    """Ask as an editor does: with YAML 1.2, in which `no` and dates are text."""
    values: dict[str, Any] = yaml.load(front, Loader=Yaml12)  # noqa: S506 - a safe loader
    return VALIDATOR.is_valid(values)


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
        (f"slug: {'a' * 100}", True),
        (f"slug: {'a' * 101}", False),
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
        ("author: A\nauthor-image: a.png", True),
        ("author: A\nauthor-image: 'my pictures/ä.png'", True),
        ("author: A\nauthor-image: /a.png", False),
        ("author: A\nauthor-image: 'data:image/png;base64,AA'", False),
        ("author-bio: B", False),
        ("author:\nauthor-bio: B", False),
        ("author-url: ''\ntitle:\nlist: ''\nlanguage: null\ncontents:", True),
        ("author: A\nauthor-url: https://", False),
        ("title: 2026\ntagline: 1.50\nslug: 47\nauthor: true", True),
        ("slug: -47", False),
        ("contents: Yes", True),
        ("contents: 'NO'", True),
        ("from: '{{ a }} <a@example.com>'", False),
        ("from: 'Smith, Ann <a@example.com>'", True),
        ("from: a@example.com, b@example.com", False),
        ("from: A <a@example.com> B", False),
        ("from: a@localhost", False),
        ("from: ä@example.com", False),
        ("colour: red", False),
        ("title: T\ntagline: U\nauthor: A\nauthor-bio: B", True),
    ],
)
def test_it_agrees_with_the_parser(more: str, is_good: bool) -> None:  # noqa: FBT001
    assert agrees(GOOD + more) is is_good
    try:
        parse_issue(f"---\n{GOOD}{more}\n---\nx", path=Path("a.md"))
    except RenderError:
        assert not is_good
    else:
        assert is_good


@pytest.mark.parametrize("front", ["subject: S\n", "date: 2026-11-22\n"])
def test_what_is_required(front: str) -> None:
    assert not agrees(front)


@pytest.mark.parametrize(
    ("subject", "is_good"),
    [
        ("'{{ a }} and {{ b | default: \"c\" }}'", True),
        ("'{{ A }}'", False),
        ("'{{ a'", False),
        ("'{{ a }'", False),
        ("'{{ not closed'", True),
        ("'{{ a | upper }}'", False),
        ("12", True),
        ("'  '", False),
    ],
)
def test_it_agrees_on_subjects(subject: str, is_good: bool) -> None:  # noqa: FBT001
    front = f"subject: {subject}\ndate: 2026-11-22\n"
    assert agrees(front) is is_good
    try:
        parse_issue(f"---\n{front}---\nx", path=Path("a.md"))
    except RenderError:
        assert not is_good
    else:
        assert is_good


def test_every_key_is_described() -> None:
    properties = front_matter_schema()["properties"]
    assert list(properties) == list(KEYS)
    assert all(len(each["description"]) > 10 for each in properties.values())
