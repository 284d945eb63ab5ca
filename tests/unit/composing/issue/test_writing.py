"""What is written reads back as the same tree, whatever it holds."""

import dataclasses
from pathlib import Path
from typing import Any

import issue_trees as trees
from hypothesis import HealthCheck, given, settings

from mailer.composing.issue.reading.parser import parse
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import (
    Blocks,
    Comment,
    FrontMatter,
    Inlines,
    Issue,
    Link,
    Paragraph,
    Text,
    nodes_in,
    plain_text,
)
from mailer.composing.issue.writing import (
    normal_blocks,
    normal_issue,
    normal_words,
    write_blocks,
    write_issue,
)

generated = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=100)
HEAD = "---\nsubject: x\ndate: 2026-11-22\nslug: x\n---\n\n"


def read(text: str) -> Issue:
    return parse(Source(text, Path("x.md")))


def placeless(node: Any) -> Any:
    """Return a part of a tree without lines."""
    if isinstance(node, tuple):
        return tuple(map(placeless, node))
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    values = {f.name: placeless(getattr(node, f.name)) for f in dataclasses.fields(node)}
    values |= {name: 0 for name in ("line", "column") if name in values}
    values |= {name: () for name in ("todos", "conditions") if name in values}
    return type(node)(**values)


def uncommented(node: Any) -> Any:
    """Return a part of a tree without remarks to its author."""
    if isinstance(node, tuple):
        return tuple(uncommented(each) for each in node if not isinstance(each, Comment))
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    values = {f.name: uncommented(getattr(node, f.name)) for f in dataclasses.fields(node)}
    return type(node)(**values)


def reads_back(blocks: Blocks) -> None:
    normal = settled(normal_blocks(uncommented(blocks)))
    issue = read(f"{HEAD}First.\n\n{write_blocks(blocks)}\n\n###\n\nLast.\n")
    assert placeless(issue.introduction[1:]) == placeless(normal)


def settled(blocks: Blocks) -> Blocks:
    return normal_issue(
        Issue(FrontMatter((), "x", None), (Paragraph((Text("First."),), 0), *blocks), (), ())  # type: ignore[arg-type]
    ).introduction[1:]


@given(trees.words)
@generated
def test_words_read_back(words: Inlines) -> None:
    reads_back((Paragraph((Text("x"), *words), 0),))
    reads_back((Paragraph(words, 0),))


@given(trees.words)
@generated
def test_words_keep_what_they_say(words: Inlines) -> None:
    normal = normal_words(words)
    said = plain_text(words).replace("\t", " ")
    assert "".join(plain_text(normal).split()) == "".join(
        plain_text(normal_words((Text(said),))).split()
    ) or any(isinstance(node, Link) for node in nodes_in(words))
    assert normal_words(normal) == normal


@given(trees.blocks)
@generated
def test_blocks_read_back(blocks: Blocks) -> None:
    reads_back(blocks)


@given(trees.blocks)
@generated
def test_the_normal_form_of_the_normal_form_is_that_form(blocks: Blocks) -> None:
    assert normal_blocks(normal_blocks(blocks)) == normal_blocks(blocks)


@given(trees.issues | trees.noted_issues)
@generated
def test_issues_read_back(issue: Issue) -> None:
    written = read(write_issue(issue))
    normal = placeless(normal_issue(uncommented(issue)))
    found = placeless(written)
    assert found.introduction == normal.introduction
    assert found.sections == normal.sections
    assert found.closing == normal.closing
    assert found.footnotes == normal.footnotes
