"""Errors as the source raises them and as the docstrings draw them are the same."""

import json
from pathlib import Path

import mailer.errors
import subscribers.errors
from mailer.errors import MailerError, ProviderThrottledError, RenderError, SendStateError
from subscribers.errors import CodedError, ImportFileError, SubscribersError
from tests.helpers import error_kit


def _classes() -> dict[str, type[CodedError]]:
    found = {**vars(mailer.errors), **vars(subscribers.errors)}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, MailerError | SubscribersError)
    }


def test_every_class_is_drawn_with_its_own_code() -> None:
    drawn = error_kit.drawn()
    assert {name: kind.default_code for name, kind in _classes().items()} == {
        name: codes[0] for name, codes in drawn.items()
    }


def test_every_code_is_drawn_once() -> None:
    codes = [code for each in error_kit.drawn().values() for code in each]
    assert len(codes) == len(set(codes))


def test_every_code_that_is_given_is_drawn_with_its_class_and_the_other_way_round() -> None:
    drawn = error_kit.drawn()
    for site in error_kit.sites():
        if site.name in drawn:
            assert site.code in drawn[site.name][1:], site
    special = {code for codes in drawn.values() for code in codes[1:]}
    written = {
        text for place, text in error_kit.texts() if not place.split(":")[0].endswith("errors.py")
    }
    assert {site.code for site in error_kit.sites()} <= special
    assert special <= written


def test_a_code_and_data_beside_one_line() -> None:
    error = SendStateError("send 7 is sent", send=7, allowed=("paused",))
    assert (str(error), error.code, error.data) == (
        "send 7 is sent",
        "send-state",
        {"send": 7, "allowed": ("paused",)},
    )
    special = SendStateError("send 7 is sent", code="special")
    assert (special.code, special.data) == ("special", {})


def test_where_it_is_goes_into_the_data() -> None:
    error = RenderError("is wrong", path=Path("a.md"), line=3, code="special", theme="digest")
    assert (str(error), error.message, error.code) == ("a.md:3: is wrong", "is wrong", "special")
    assert error.data == {"theme": "digest", "path": "a.md", "line": 3}
    assert RenderError("is wrong").data == {}
    assert ProviderThrottledError("later", retry_after_seconds=2.5).data == {
        "retry_after_seconds": 2.5
    }
    row = ImportFileError("people.csv:4: is wrong", path=Path("people.csv"), line_number=4)
    assert json.loads(json.dumps(row.data)) == {"path": "people.csv", "line_number": 4}
