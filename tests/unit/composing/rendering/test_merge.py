"""Merge fields: one token a field, default and context, in subject, HTML and text."""

import re
from collections.abc import Callable

import pytest

from mailer.composing.issue.reading.merge import MergeSyntaxError, match_field, tokens_for
from mailer.composing.issue.tree import MergeField
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, Recipient, SlotContext, slot_values

Compile = Callable[..., CompiledIssue]
FRONT = "---\nsubject: \"Hi {{ name | default: 'you' }}\"\ndate: 2026-11-22\n---\n"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{{ name }}", MergeField("name")),
        ("{{name}}", MergeField("name")),
        ('{{ a_1 | default: "x y" }}', MergeField("a_1", "x y")),
        ("{{ a|default:'x \"y\"' }}", MergeField("a", 'x "y"')),
        ('{{ a | default: "" }}', MergeField("a", "")),
    ],
)
def test_well_formed(text: str, field: MergeField) -> None:
    assert match_field(text, 0) == (field, len(text))


@pytest.mark.parametrize("text", ["{{", "{{ and so on", "{{ a b", "{{% raw %"])
def test_not_meant(text: str) -> None:
    assert match_field(text, 0) is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ Name }}",
        "{{ }}",
        "{{ a | upper }}",
        "{{ a | default: x }}",
        "{{ a }",
        "{{ a",
        "{{ 1a }}",
    ],
)
def test_meant_but_wrong(text: str) -> None:
    with pytest.raises(MergeSyntaxError, match="write"):
        match_field(text, 0)


def test_each_context_has_its_slot(compile_body: Compile) -> None:
    compiled = compile_body(
        'Dear {{ name | default: "you" }} and {{ name | default: "you" }}, {{ town }}\n',
        front=FRONT,
    )
    slots = [(slot.field, slot.context, slot.default) for slot in compiled.slots]
    assert len(slots) == len(set(slots))
    assert ("name", SlotContext.SUBJECT, "you") in slots
    assert ("town", SlotContext.TEXT, None) in slots
    assert compiled.fields == {"name", "town"}
    for slot in compiled.slots:
        assert re.fullmatch(r"[A-Za-z0-9_]+", slot.token)
        part = {"subject": compiled.subject, "html": compiled.html, "text": compiled.text}
        assert slot.token in part[slot.context]
        assert not any(slot.token in other for key, other in part.items() if key != slot.context)


def test_unsubscribe_links_are_slots(compile_body: Compile) -> None:
    compiled = compile_body("x")
    html_token, text_token = (
        slot.token for slot in compiled.slots if slot.field == "unsubscribe_url"
    )
    assert f'href="{html_token}"' in compiled.html
    assert f"\n{text_token}\n" in compiled.text


def test_filled_values_are_escaped(compile_body: Compile) -> None:
    compiled = compile_body("Dear {{ name }}\n")
    recipient = Recipient(
        1, "a@example.org", "", "m@x", "https://e.org/u?a=1&b=2", "", {"name": "<b>"}
    )
    page = compiled.html
    for token, value in slot_values(compiled, recipient).items():
        page = page.replace(token, value)
    assert "Dear &lt;b&gt;" in page
    assert 'href="https://e.org/u?a=1&amp;b=2"' in page


def test_tokens_are_prefix_free_and_absent_from_the_source() -> None:
    tokens = tokens_for("text")
    made = [tokens.token(f"f{n}", context=SlotContext.HTML) for n in range(11_000)]
    assert len(set(made)) == len(made)
    assert not made[10_500].startswith(made[1_050])
    taken = tokens_for("x").prefix
    assert tokens_for(f"x {taken}").prefix not in f"x {taken}"


def test_author_text_that_looks_like_another_language_is_inert(compile_body: Compile) -> None:
    compiled = compile_body("{% raw %} {# c #} {{ and *|NAME| %recipient% {{{\n")
    for part in (compiled.html, compiled.text):
        assert "{% raw %} {# c #} {{ and *|NAME| %recipient% {{{" in part


def test_preheader_shows_defaults(compile_body: Compile) -> None:
    compiled = compile_body('Hello {{ name | default: "there" }}, how are you?\n')
    assert compiled.preheader == "Hello there, how are you?"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Dear {{ name }},\n\nThe tide is in. So are we.\n", "The tide is in. So are we."),
        ('Dear {{ name | default: "" }},\n\nThe tide is in.\n', "The tide is in."),
        ("The tide is in. You, {{ email }}, know. Go!\n", "The tide is in. Go!"),
        ("潮が満ちた。{{ name }}さんへ。行こう。\n", "潮が満ちた。行こう。"),
        ("Dear {{ name }},\n\n## Tides\n\n### [High](https://example.org/a)\n", "High"),
    ],
)
def test_preheader_has_no_gaps(compile_body: Compile, body: str, expected: str) -> None:
    assert compile_body(body).preheader == expected


def test_error_in_the_subject_names_its_place(compile_body: Compile) -> None:
    with pytest.raises(RenderError) as caught:
        compile_body("x", front='---\ndate: 2026-11-22\nsubject: "Hi {{ Name }}"\n---\n')
    assert (caught.value.line, caught.value.column) == (3, 14)
    assert str(caught.value.path) == "issues/first-light.md"


def test_the_wrong_one_of_several_fields_is_named(compile_body: Compile) -> None:
    front = '---\nsubject: "{{ a }} {{ 1 and {{ B }}"\ndate: 2026-11-22\n---\n'
    with pytest.raises(RenderError, match="B") as caught:
        compile_body("x", front=front)
    assert (caught.value.line, caught.value.column) == (2, 28)


def test_a_field_in_a_kicker_stays_a_field(compile_body: Callable[..., CompiledIssue]) -> None:
    compiled = compile_body("## S\n\n### For {{ name }}\n\n[T](https://e.org)\n\nx")
    (token,) = [
        slot.token
        for slot in compiled.slots
        if slot.field == "name" and slot.context is SlotContext.TEXT
    ]
    assert f"FOR {token}\nT\n" in compiled.text


@pytest.mark.parametrize(
    "body",
    [
        "See [it]({{ archive_url }}).",
        '[it]({{archive_url}} "on the web"){.button}',
        "See [it][web].\n\n[web]: {{ archive_url }}",
        "[it](<{{ archive_url }}>)",
        "### [it]({{ archive_url }})\n\nx",
        "[![it](https://e.org/a.png)]({{ archive_url }})",
        "::: poll Q\n- [it]({{ archive_url }})\n:::",
    ],
)
def test_two_fields_may_be_the_address_of_a_link(compile_body: Compile, body: str) -> None:
    compiled = compile_body(body.replace("archive_url", "unsubscribe_url"))
    html, text = (
        next(
            slot.token
            for slot in compiled.slots
            if (slot.field, slot.context) == ("unsubscribe_url", context)
        )
        for context in (SlotContext.HTML, SlotContext.TEXT)
    )
    own_html, own_text = compiled.html.count(f'href="{html}"'), compiled.text.count(f"\n{text}\n")
    without = compile_body("x")
    footer = next(slot.token for slot in without.slots if slot.field == "unsubscribe_url")
    assert own_html == without.html.count(f'href="{footer}"') + 1
    assert own_text == 2
    assert "{{" not in compiled.html + compiled.text
    archived = compile_body(body)
    assert any(slot.field == "archive_url" for slot in archived.slots)
