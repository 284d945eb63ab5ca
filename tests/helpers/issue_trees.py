"""Trees of issues for hypothesis: every kind of block and word, and text that is hostile."""

# ruff: noqa: E501, RUF001 - lists of many short texts, letters of many scripts

import datetime as dt

from hypothesis import strategies as st

from mailer.composing.issue.tree import (
    Author,
    Block,
    Button,
    Callout,
    CodeBlock,
    CodeSpan,
    Comment,
    Emphasis,
    Footnote,
    FootnoteMark,
    FrontMatter,
    Image,
    Inline,
    Inlines,
    Issue,
    Item,
    LineBreak,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Rule,
    Section,
    Sponsor,
    Strikethrough,
    Strong,
    Subheading,
    Table,
    Text,
)
from mailer.message.compiled import Mailbox

HOSTILE = [
    *"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", " ", "  ", "\t", "\n", "a", "b", "9", "Z", "{#one}", "{.button}",
    "{width=1}", "{:.x}", ":::", "::: note", "{{ x }}", "{{ x | default: 'y' }}", "{{", "}}", "==", "===", "$",
    "$x$", "1.", "2)", "1. ", "- ", "+ ", "* ", "# ", "#", "> ", "---", "***", "___", "- - -", "|", "a | b",
    "--- | ---", "```", "~~~", "~~", "**", "__", "<!--", "-->", "<!-- x -->", "<b>", "</p>", "https://a.dev/x",
    "<https://a.dev>", "a@b.dev", "[x](https://a.dev)", "[^1]", "[^1]: x", "[x]: https://a.dev", "[x][y]",
    "![x](y)", "&amp;", "&lt", "&#35;", "\\", "\\\\", "\\*", "snake_case", "강조", "强调：", "、", "。", "強調",
    "“q”", "（", "שלום", "العربية", "👩\u200d🚀", "😀", "\u00a0", "\u3000", "\u200b", "\u2028", "\x07", "é", "…", "— ", "-- ",
]  # fmt: skip

_pieces = st.sampled_from(HOSTILE)
_wild = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)
texts = st.one_of(
    st.lists(_pieces, min_size=1, max_size=6).map("".join),
    st.tuples(_pieces, _wild, _pieces).map("".join),
    _wild,
)
names = st.sampled_from(["a", "one", "two-2", "snake_case", "x9_-"])
fields = st.builds(
    MergeField, st.sampled_from(["x", "name", "first_name", "a9"]), st.none() | texts
)
urls = st.sampled_from(
    ["https://a.dev/", "https://a.dev/a_b*c?x=1&y=2#z", "https://a.dev/(x)", "https://a.dev/x)", "https://a.dev/(",
     "https://a.dev/?a=&lt=1&copy;", "https://a.dev/%7B%7Bx%7D%7D", "https://a.dev/ä b", "mailto:a@b.dev", "#one",
     "HTTP://A.dev", "https://a.dev/x\\y", "https://a.dev/<x>", "https://a.dev/'q'\"", "https://xn--4ca.dev/`x`",
     "https://ä.dev/%C3%A4", "{{archive_url}}", "https://a.dev/|", "https://a.dev/((", "https://a.dev/[x]"]
)  # fmt: skip
sources = st.sampled_from(
    ["https://a.dev/p.png", "pictures/map one.png", "p(1).png", "https://a.dev/&lt;.png"]
)

_text = st.builds(Text, texts)
_leaves = st.one_of(
    _text,
    _text,
    _text,
    st.builds(CodeSpan, texts),
    st.just(LineBreak()),
    fields,
)


def _wider(inner: st.SearchStrategy[Inline]) -> st.SearchStrategy[Inline]:
    """Return words of one level more; levels are counted, as `st.recursive` draws most twice."""
    children = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        _leaves,
        st.builds(Emphasis, children),
        st.builds(Strong, children),
        st.builds(Strikethrough, children),
        st.builds(Link, urls, children),
    )


_word = _wider(_wider(_wider(_leaves)))
words: st.SearchStrategy[Inlines] = st.lists(_leaves | _word, max_size=4).map(tuple)
some_words = st.tuples(st.sampled_from([Text("x"), Text("“q”"), Text("語")]), words).map(
    lambda pair: (pair[0], *pair[1])
)
links = st.builds(Link, urls, some_words)
images = st.builds(
    Image, sources, texts, words, st.just("") | urls, st.just(0), st.none() | st.integers(1, 2000)
)
_blocks = st.one_of(
    st.builds(Paragraph, words, st.just(0)),
    st.builds(Paragraph, words, st.just(0)),
    st.builds(Subheading, words, st.just(0), st.just("") | names),
    images,
    st.builds(
        CodeBlock, texts, st.just(0), st.sampled_from(["", "python", "c++", "`x", "{=mjml}"])
    ),
    st.builds(Rule, st.just(0)),
    st.builds(Button, links, st.booleans(), st.just(0)),
)


_cells = st.lists(_leaves | _word, max_size=2).map(tuple)


def _rows(width: int) -> st.SearchStrategy[Table]:
    row = st.tuples(*[_cells] * width)
    aligns = st.tuples(*[st.sampled_from(["", "left", "center", "right"])] * width)
    return st.builds(Table, row, st.lists(row, max_size=2).map(tuple), aligns, st.just(0))


_tables = st.one_of(*map(_rows, (1, 2, 3)))
_flat = st.one_of(_blocks, _blocks, _blocks, _tables)


def _deeper(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=2).map(tuple)
    entries = st.lists(blocks, min_size=1, max_size=3).map(tuple)
    choices = st.lists(links, min_size=1, max_size=2).map(tuple)
    kinds = st.sampled_from(["note", "tip", "important", "warning"])
    return st.one_of(
        _flat,
        st.builds(ListBlock, entries, st.sampled_from([None, None, 0, 1, 9, 1998]), st.just(0)),
        st.builds(Quote, blocks, st.just(0), words),
        st.builds(Callout, kinds, words, blocks, st.just(0)),
        st.builds(Sponsor, words, blocks, st.just(0)),
        st.builds(Poll, words, blocks, choices, st.just(0)),
    )


block = _flat | _deeper(_deeper(_flat))
blocks = st.lists(block, max_size=3).map(tuple)
raw = st.builds(
    RawMjml, st.sampled_from(["<mj-text>x</mj-text>", "", "```\n<mj-text/>"]), st.just(0)
)
remarks = st.builds(Comment, texts, st.just(0))
top = st.lists(st.one_of(_flat, block, raw, remarks), max_size=2).map(tuple)
items = st.builds(
    Item, words, words, st.just("") | urls, top, st.integers(0, 2), st.just(0), st.just("") | names
)
accents = st.sampled_from(["", "2", "#1F6F5C"])
sections = st.builds(
    Section, words, words, top, st.lists(items, max_size=2).map(tuple), st.just(0), names, accents
)
_mailboxes = st.none() | st.builds(
    Mailbox, st.just("ann@example.org"), st.sampled_from(["", "Ann O'Neil", "R&D: news"])
)
authors = st.none() | st.builds(
    Author, st.just("Ann"), st.sampled_from(["", "https://a.dev/ann"]), texts, st.none()
)
_value = texts.filter(lambda text: text.strip())
front_matters = st.builds(
    FrontMatter,
    subject=st.lists(st.builds(Text, texts) | fields, max_size=3).map(
        lambda nodes: (Text("x"), *nodes)
    ),
    slug=st.sampled_from(["week-47", "2026-11-22-news", "null", "47"]),
    date=st.dates(dt.date(1970, 1, 1), dt.date(2100, 1, 1)),
    preheader=texts,
    mailing_list=st.sampled_from(["", "weekly", "no"]),
    sender=_mailboxes,
    reply_to=_mailboxes,
    theme=st.sampled_from(["", "default"]),
    language=st.sampled_from(["", "de", "pt-BR", "no"]),
    title=texts,
    tagline=texts,
    headline=words,
    author=authors,
    has_contents=st.none() | st.booleans(),
)
issues = st.builds(
    Issue,
    front_matters,
    top.map(lambda blocks: (Paragraph((Text("Hello"),), 0), *blocks)),
    st.lists(sections, max_size=2).map(tuple),
    top,
)


def with_note(issue: Issue, note: tuple[Block, ...]) -> Issue:
    """Return an issue whose first paragraph refers to a footnote."""
    first = Paragraph((Text("Hello"), FootnoteMark(1), Text(": x")), 0)
    rest = issue.introduction[1:]
    footnote = Footnote(1, (Paragraph((Text("Note"),), 0), *note), 0)
    return Issue(issue.front_matter, (first, *rest), issue.sections, issue.closing, (), (footnote,))


noted_issues = st.builds(with_note, issues, blocks)
