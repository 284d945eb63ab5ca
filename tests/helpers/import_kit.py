"""Imports of the sample exports, and HTML as nobody should write it."""

import io
import random
import re
import zipfile
from pathlib import Path

from mailer.composing.importing import ImportedIssue
from mailer.composing.importing.import_file import Beside, Named, find_post, make_issue, named
from mailer.composing.importing.sources import Export, Post, read_export
from mailer.composing.issue.tree import Issue
from mailer.composing.rendering import parse_issue

EXPORTS = Path(__file__).parents[1] / "unit" / "composing" / "importing" / "exports"
SITE = "https://site.example.org"


def zipped(name: str) -> bytes:
    """Return a folder of samples as the zip that its system would give."""
    target = io.BytesIO()
    root = EXPORTS / name
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(root).as_posix())
    return target.getvalue()


def packed(files: dict[str, str]) -> bytes:
    """Return a zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def opened(name: str, *, source: str = "auto", base_url: str = SITE) -> Export:
    path = EXPORTS / name
    data = zipped(name) if path.is_dir() else path.read_bytes()
    return read_export(data, name=name, source=source, base_url=base_url)


def imported(name: str, slug: str = "", *, base_url: str = SITE) -> ImportedIssue:
    """Return the issue of one post of a sample, held against it."""
    export = opened(name, base_url=base_url)
    posts = named(export)
    each = find_post(posts, slug) if slug else posts[0]
    if (EXPORTS / name).is_file() and not each.post.files:
        object.__setattr__(each.post, "files", Beside((EXPORTS / name).parent))
    return make_issue(each, source_name=name, output=Path("issue.md"))


def body(issue: ImportedIssue) -> str:
    """Return the file below its front matter."""
    return issue.markdown.split("\n---\n", 1)[1].strip("\n")


def from_html(html: str, **facts: object) -> ImportedIssue:
    """Return the issue of some HTML, held against it."""
    post = Post("html", "x.html", html, **facts)  # type: ignore[arg-type]
    return make_issue(Named(post.slug, post), source_name="x.html", output=Path("issue.md"))


def parsed(issue: ImportedIssue) -> Issue:
    return parse_issue(issue.markdown, path=Path("issue.md"))


# --- HTML as nobody should write it ---------------------------------------------------------

_INLINE = re.findall(
    r"\S+", "b i em strong a code span sup sub s u q kbd font label x-y time mark del ins small"
)
_BLOCK = re.findall(
    r"\S+",
    "p div h1 h2 h3 h4 h5 ul ol li blockquote pre table tr td th tbody thead caption section"
    " article header footer nav aside figure figcaption dl dt dd details summary center form"
    " button noscript template textarea select option svg main address iframe video object",
)
_WORDS = [
    *re.findall(
        r"\S+",
        "word Two 1. 2) - # ## > * **x _ __ a_b ` ``x ``` [x] (y) ![ ! &amp; &lt;b&gt; { } {{ {#a}"
        " | ::: --- ~~ ~ \\\\ . “q” é 世界 😀 10 [^1] : = + &nbsp; TODO <!--c--> http://a.b/c &"
        " a@b.c « … x &#x200b; {.button} $ \x01 \ufffe &shy; ﬁ Å İ % العربية",
    ),
    "{{ name }}",
    "::: note",
    "%FIRSTNAME%",
    "*|FNAME|*",
    "{% if x %}",
]
_HREFS = [
    "https://e.org/x", "http://e.org/a b", "/rel", "#frag", "#fn1", "mailto:a@b.c", "", "tel:1",
    "javascript:x()", "https://e.org/(x)", "https://e.org/?a=1&amp;b=2", "https://e.org/{{ x }}",
    "ftp://x", "https://[bad", "//e.org/y", "https://münchen.de/ü|x", "https://e.org/%zz",
    "data:text/html,x", "https://e.org/`*_", " https://e.org/s ", "HTTPS://E.org/Q",
    "https://e.org/\\x", "https://e.org/<x>", "https://e.org/x!", "https://e.org/世界",
]  # fmt: skip
_ATTRIBUTES = [
    "", "", "", "", "", ' id="fn1"', ' class="footnote"', ' class="kg-callout-card"',
    ' class="button-wrapper"', ' class="kg-bookmark-card"', ' style="display:none"',
    ' class="post-content"', " hidden", ' role="presentation"', " border=1", " colspan=2",
    " rowspan=2", ' id="frag"', ' class="kg-toggle-card"', ' class="graf--mixtapeEmbed"',
    """ data-attrs='{"url":"https://e.org/d"}'""",
]  # fmt: skip
_LEAVES = [
    "<br>", "<hr>", '<img src="https://e.org/i.png" alt="A [b] *c*">', "<img src=x>",
    '<img src="data:image/png;base64,iVBORw0KGgo=">', "<br/><br>",
    '<img width=1 height=1 src="https://t.org/p">', '<img class=emoji alt="😀" src="/e.png">',
]  # fmt: skip
_BROKEN = [
    "<", "</", "<!--", "<b", "&#", '<a href="', "<p x='", "<![CDATA[", "-->", "<script>", "<?x",
    "</script>", "<title>", "</title>", "<style>", "</style>", "\0", "]]>", "</br>", "</p>", "<>",
]  # fmt: skip


def wild_html(seed: int, *, is_broken: bool) -> str:
    """Return HTML that is different for each seed."""
    chance = random.Random(seed)
    return "".join(_piece(chance, is_broken=is_broken) for _ in range(chance.randint(3, 60)))


def _piece(chance: random.Random, *, is_broken: bool) -> str:
    kind = chance.random()
    if kind < 0.36:
        words = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(1, 4)))
        return words + chance.choice(["", " ", "\n"])
    if kind < 0.50:
        return _opened_inline(chance)
    if kind < 0.62:
        return f"</{chance.choice(_INLINE)}>"
    if kind < 0.78:
        tag = chance.choice(_BLOCK)
        attrs = f' src="{chance.choice(_HREFS)}"' if tag == "iframe" else chance.choice(_ATTRIBUTES)
        return f"<{tag}{attrs}>"
    if kind < 0.92:
        return f"</{chance.choice(_BLOCK)}>"
    return chance.choice(_LEAVES if kind < 0.96 or not is_broken else _BROKEN)


def _opened_inline(chance: random.Random) -> str:
    tag = chance.choice(_INLINE)
    styles = [
        "",
        ' style="font-weight:bold"',
        ' style="display:none"',
        ' style="font-style:italic"',
    ]
    attrs = {"a": f' href="{chance.choice(_HREFS)}"', "span": chance.choice(styles)}.get(tag, "")
    return f"<{tag}{attrs}>"


def wild_page(seed: int, *, is_broken: bool = True) -> Post:
    """Return a page with chance settings."""
    chance = random.Random(~seed)
    return Post(
        "html",
        "x.html",
        wild_html(seed, is_broken=is_broken),
        title=chance.choice(["", "T", "word Two"]),
        url=chance.choice(["", "https://s.org/p/"]),
        is_whole=chance.random() < 0.5,
        is_mail=chance.random() < 0.3,
        has_merge_tags=chance.random() < 0.3,
    )
