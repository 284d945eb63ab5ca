"""Whatever blocks an author puts together: every word and link is in the HTML and in the text."""

import itertools
import re
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from mailer.message.compiled import CompiledIssue

Compile = Callable[..., CompiledIssue]

LEAVES = (
    "W",
    "W *W* **W** ~~W~~ `W`\\\nW",
    "W [W](L) W",
    "[W](L)",
    "<L>",
    "W\n[W](L){.button}\nW",
    "![W](L){width=100}\n*W*",
    "[![W](L)](L)",
    "- W\n- W [W](L)\n\n  W",
    "3. W\n4. W",
    "| W | W |\n|---|--:|\n| W | [W](L) |",
    "```python\nW = 1  # W\n```",
    "    W",
    "#### W {#W}",
    "***",
    '```{=mjml}\n<mj-text>W <a href="L">W</a></mj-text>\n```',
    "```{=mjml}\n<mj-section><mj-column><mj-text>W</mj-text></mj-column></mj-section>\n```",
    "::: poll W\nW\n\n- [W](L)\n- [W](L)\n:::",
    "W[^N]\n\n[^N]: W [W](L)",
    "<!-- TODO: W2 -->",
)
INNER = [leaf for leaf in LEAVES if "mjml" not in leaf and "[^N]" not in leaf]
WRAPS = (
    "::: note W\n{}\n:::",
    "::: sponsor\n{}\n:::",
    "> {}\n>\n> — W",
    "- {}",
    "::: only x\n{}\n:::",
)
HEADS = (
    "## W",
    "## W {#W accent=2}\n\n*W*",
    "### W",
    "### W\n\n[W](L)",
    "### [W](L)",
    "###\n\nW",
    "## [W](L) W\n\n*[W](L)*",
    "### W [W](L)",
)


def wrapped(wrap: str, inside: str) -> str:
    mark = {">": "> ", "-": "  "}.get(wrap[0], "")
    return wrap.format(inside.replace("\n", f"\n{mark}"))


BLOCKS = st.recursive(
    st.sampled_from(INNER),
    lambda inner: st.builds(wrapped, st.sampled_from(WRAPS), inner),
    max_leaves=4,
)
PARTS = st.lists(st.one_of(BLOCKS, st.sampled_from(LEAVES), st.sampled_from(HEADS)), max_size=9)


def numbered(text: str) -> tuple[str, list[str], list[str]]:
    """Return `text` with a word, address or label of its own at each place, and those."""
    counter = itertools.count(1)
    words: list[str] = []
    links: list[str] = []

    def name(found: re.Match[str]) -> str:
        if found[0] == "L":
            links.append(f"https://e.org/l{next(counter)}")
            return links[-1]
        words.append(f"word{next(counter)}x")
        return words[-1]

    parts = re.split(r"(\[\^N\])", text)
    labels = (label for n in itertools.count(1) for label in (f"[^n{n}]", f"[^n{n}]"))
    labelled = "".join(next(labels) if part == "[^N]" else part for part in parts)
    return re.sub(r"\b[WL]\b", name, labelled), words, links


@settings(
    max_examples=120,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(PARTS)
def test_nothing_is_lost(compile_body: Compile, parts: list[str]) -> None:
    body, words, links = numbered("\n\n".join(["W", *parts]))
    compiled = compile_body(body)
    if compiled.conditions:
        compiled = compiled.variant(compiled.conditions)
    page = lxml_html.fromstring(compiled.html)
    shown = page.text_content() + " ".join(image.get("alt") or "" for image in page.iter("img"))
    anchors = {element.get("id") for element in page.iter() if element.get("id")}
    shown += " ".join(anchors)
    assert [word for word in words if word not in shown] == []
    hrefs = {element.get("href") or element.get("src") for element in page.iter("a", "img")}
    assert [link for link in links if link not in hrefs] == []
    anchors = {element.get("id") for element in page.iter() if element.get("id")}
    assert [
        word for word in words if word not in compiled.text.lower() and word not in anchors
    ] == []
    lone = [
        link for link in links if link not in compiled.text and f'src="{link}"' not in compiled.html
    ]
    assert lone == []
