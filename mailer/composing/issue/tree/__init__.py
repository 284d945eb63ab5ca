"""A parsed issue: what its author wrote, as a tree, free of Markdown, HTML and MJML.

Every block knows the line of the author's file that it comes from, so that whoever finds fault
with it later can say where. The format is described in docs/issue-format.md.
"""

from mailer.composing.issue.tree.blocks import Block, Blocks, Button, Callout, CalloutKind, CodeBlock, Comment, Image, ListBlock, Paragraph, Poll, Quote, RawMjml, Rule, Sponsor, Subheading, Table
from mailer.composing.issue.tree.parts import Author, Footnote, FrontMatter, Issue, Item, Section
from mailer.composing.issue.tree.todos import Todo, find_todos
from mailer.composing.issue.tree.walking import blocks_of, images_of, inner_blocks, lines_of, links_of, merge_fields_of, nodes_in, words_of
from mailer.composing.issue.tree.words import CodeSpan, Emphasis, FootnoteMark, Inline, Inlines, LineBreak, Link, MergeField, Strikethrough, Strong, Text, one_line, plain_text

__all__ = [
    "Author",
    "Block",
    "Blocks",
    "Button",
    "Callout",
    "CalloutKind",
    "CodeBlock",
    "CodeSpan",
    "Comment",
    "Emphasis",
    "Footnote",
    "FootnoteMark",
    "FrontMatter",
    "Image",
    "Inline",
    "Inlines",
    "Issue",
    "Item",
    "LineBreak",
    "Link",
    "ListBlock",
    "MergeField",
    "Paragraph",
    "Poll",
    "Quote",
    "RawMjml",
    "Rule",
    "Section",
    "Sponsor",
    "Strikethrough",
    "Strong",
    "Subheading",
    "Table",
    "Text",
    "Todo",
    "blocks_of",
    "find_todos",
    "images_of",
    "inner_blocks",
    "lines_of",
    "links_of",
    "merge_fields_of",
    "nodes_in",
    "one_line",
    "plain_text",
    "words_of",
]
