"""Parts for some readers: which variants there are, and what is in each."""

from collections.abc import Callable

import pytest

from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue
from mailer.sending.ledger.issues import from_document, to_document

Compile = Callable[..., CompiledIssue]
BODY = """Hello.

::: only plan = paid
## For members

### Secret

Inside, {{ first_name }}.[^m]
:::

## For all

::: only city
You live in {{ city }}.
:::

### T

Words.[^1]

[^1]: Common.
[^m]: Members'.
"""
PAID, CITY = 'plan = "paid"', "city"


def test_each_reader_gets_what_is_theirs(compile_body: Compile) -> None:
    compiled = compile_body(BODY)
    assert compiled.conditions == (PAID, CITY)
    assert [variant.shown for variant in compiled.variants] == [(PAID,), (CITY,), (PAID, CITY)]
    expected = {
        (): (False, False),
        (PAID,): (True, False),
        (CITY,): (False, True),
        (PAID, CITY): (True, True),
    }
    for shown, (secret, city) in expected.items():
        one = compiled.variant(shown)
        for part in (one.html, one.text):
            assert ("Secret" in part) is secret
            assert ("You live in" in part) is city
            assert "Words." in part
    members = compiled.variant((PAID,)).text
    assert "Inside" in members
    assert "[1] Members'.\n[2] Common." in members
    assert "[1] Common." in compiled.text
    assert "Members'" not in compiled.text


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, ()),
        ({"plan": "free"}, ()),
        ({"plan": "PAID"}, (PAID,)),
        ({"plan": "paid", "city": "Oslo"}, (PAID, CITY)),
    ],
)
def test_fields_decide(
    compile_body: Compile, fields: dict[str, str], shown: tuple[str, ...]
) -> None:
    assert compile_body(BODY).shown_to(fields) == shown


def test_it_is_kept_and_read_back(compile_body: Compile) -> None:
    compiled = compile_body(BODY)
    assert from_document(to_document(compiled)) == compiled


def test_a_part_changes_the_hash(compile_body: Compile) -> None:
    assert (
        compile_body(BODY).content_hash != compile_body(BODY.replace("Inside", "In")).content_hash
    )


def test_rules_that_exclude_each_other_make_few_variants(compile_body: Compile) -> None:
    body = "".join(f"::: only plan = p{n}\nx{n}\n:::\n\n" for n in range(12)) + "end"
    assert len(compile_body(body).variants) == 12


def test_too_many_variants_are_refused(compile_body: Compile) -> None:
    body = "".join(f"::: only f{n}\nx\n:::\n\n" for n in range(5)) + "end"
    with pytest.raises(RenderError, match="more than 16 variants") as caught:
        compile_body(body)
    assert caught.value.line == 5


def test_the_same_rule_twice_is_one(compile_body: Compile) -> None:
    body = "::: only plan=paid\na\n:::\n\n::: only plan = 'paid'\nb\n:::\n\nend"
    assert compile_body(body).conditions == (PAID,)


def test_everything_for_some_leaves_an_issue_for_all(compile_body: Compile) -> None:
    compiled = compile_body("::: only plan\nonly\n:::")
    assert "only" not in compiled.text.partition("----")[0]


def test_a_footnote_that_not_all_see_is_refused_at_its_place(compile_body: Compile) -> None:
    with pytest.raises(RenderError, match="has no text") as caught:
        compile_body("::: only vip\na[^n]\n\n[^n]: note\n:::\n\nb[^n]\n")
    assert (caught.value.line, caught.value.column) == (8, 1)


def test_an_item_that_is_empty_for_some_is_told_so(compile_body: Compile) -> None:
    with pytest.raises(RenderError, match=r"do not get every .* the item is empty") as caught:
        compile_body("### A\n\na\n\n###\n\n::: only vip\nb\n:::\n")
    assert (caught.value.line, caught.value.column) == (9, 1)


def test_parts_nest(compile_body: Compile) -> None:
    compiled = compile_body("::: only a\n::: only b\ninner\n:::\nouter\n:::\n\nend")
    assert "inner" not in compiled.variant(("b",)).text
    assert "outer" in compiled.variant(("a",)).text
    assert "inner" in compiled.variant(("a", "b")).text
