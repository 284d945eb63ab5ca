"""Shipped themes are clean, and the table of allowed features is held against them and mrml."""

import re
from pathlib import Path

import pytest
from compat_kit import UNSUBSCRIBE
from mjml import mjml2html

from mailer.composing.linting.compat import (
    CompatOptions,
    allowed,
    check_compiled,
    check_html,
    theme_files,
)
from mailer.composing.linting.compat.inspection import inspect
from mailer.composing.linting.compat.usage import used
from mailer.composing.linting.finding import Finding
from mailer.composing.rendering import (
    IssueDefaults,
    compile_issue,
    compile_traced,
    find_theme,
    list_themes,
)
from mailer.message.compiled import Mailbox
from mailer.platform.resources import resource_dir

SHIPPED = resource_dir("templates") / "email"
THEMES = list_themes([SHIPPED])
PATH = Path("issue.md")
ADDRESS = "The Observatory Press\n12 Hill Lane\nGreenwich"
DEFAULTS = IssueDefaults(
    sender=Mailbox("news@example.org", "The Observatory"),
    postal_address=ADDRESS,
    list_name="The Observatory",
    has_archive=True,
)
FRONT = "---\nsubject: Small models\ndate: 2026-11-22\n---\n\n"
EVERYTHING = """---
subject: "Small models, {{ first_name | default: 'friend' }}"
date: 2026-11-22
title: The Observatory
tagline: Science, looked at closely
preheader: "Why a notebook beats a bigger brain, and how to count every tree twice."
author: Ada Byron
author-url: https://example.org/ada
author-bio: Writes about engines.
author-image: https://img.example.org/ada.jpg
---

Good morning, {{ first_name | default: "friend" }}. Two teams found that less is enough[^1].

## Research {#research}

*Papers, in plain words*

### Machine learning

[Small models, long memories](https://example.org/notebook)

A network with a notebook keeps up. It is [well described](https://example.org/method). See
[the tools](#tools), ~~not~~ *only* `here` and **there**.

### Climate

![A map of trees as green dots](https://img.example.org/trees.png){width=320}
*Each dot is one tree.*

[Counting every tree, twice](https://example.org/trees)

The second count came out lower than the first.

## Worth an afternoon {#tools accent=2}

### A file manager that understands worktrees

> The second count came out lower.
>
> — Grace Hopper, [Nanoseconds](https://example.org/ns)

```python
# a comment
@decorator
def main(x: int) -> str:
    \"\"\"Say it.\"\"\"
    return f"{x!r} {1 + 2.5}" if x is not None else 'no'
class Wrong(Exception): pass
```

| Name | Figure |
|---|---:|
| One | 1 |

1. First
2. Second
   - nested

#### A small heading

[Read the report](https://example.org/report){.button}

[Read the other report](https://example.org/report2){.button .outline}

::: note Mind this
A note with [a link to follow](https://example.org/note).
:::

::: tip
A tip.
:::

::: important
Important.
:::

::: warning
Warned.
:::

::: sponsor Acme Anvils
Acme [makes anvils](https://acme.example/).
:::

::: poll How was this issue?
- [Splendid](https://example.org/poll?answer=splendid)
- [So-so](https://example.org/poll?answer=so-so)
:::

### A colour tool that starts from contrast

<https://example.org/colour>

[![A palette of five colours](https://img.example.org/palette.png)](https://example.org/palette)

---

That is all for this week.

[^1]: The note, with [a link](https://example.org/note).
"""
CLEAN_ISSUES = {
    "everything": EVERYTHING,
    "letter": FRONT + "Dear reader,\n\nthis is a letter with a few words, and no more.\n\nYours\n",
    "arabic": FRONT.replace("---\n\n", "language: ar\n---\n\n")
    + "مرحبا بكم في هذا العدد من الرسالة\n",
    "links": FRONT
    + "".join(
        f"## S{n}\n\n### [Title {n}](https://example.org/{n})\n\nWords.\n\n" for n in range(9)
    ),
    "members": FRONT + "Hello everybody.\n\n::: only plan = paid\nFor those who pay.\n:::\n",
}
MJML = (
    """<mjml lang="en"><mj-head><mj-title>T</mj-title><mj-preview>First line</mj-preview>
<mj-breakpoint width="480px" /><mj-style>.a { color: #000000 }</mj-style></mj-head>
<mj-body width="600px" background-color="#ffffff">
<mj-wrapper background-url="https://e.org/a.png" padding="20px 0px">
<mj-section background-color="#ffffff" border-radius="4px">
<mj-column width="50%" border="1px solid #000000" inner-border="1px solid #eeeeee">
<mj-text height="40px"><h1>A heading</h1></mj-text></mj-column>
<mj-column><mj-image src="https://e.org/a.png" alt="A chart" width="100px" fluid-on-mobile="true"
 srcset="https://e.org/b.png 2x" /></mj-column></mj-section></mj-wrapper>
<mj-section full-width="full-width" background-url="https://e.org/a.png" background-size="cover">
<mj-group><mj-column><mj-text>Words</mj-text></mj-column>
<mj-column vertical-align="middle"><mj-divider /></mj-column></mj-group></mj-section>
<mj-section direction="rtl"><mj-column background-color="#eeeeee" padding="10px">
<mj-spacer height="20px" />
<mj-button href="https://e.org/" inner-padding="16px 25px">Buy the thing</mj-button>
<mj-table><tr><th>Head</th></tr></mj-table><mj-raw><p>Raw words</p></mj-raw>
<mj-text><a href="UNSUBSCRIBE">Unsubscribe</a> from this</mj-text></mj-column></mj-section>
</mj-body></mjml>""".replace(">\n", ">")
    .replace("\n", " ")
    .replace("UNSUBSCRIBE", UNSUBSCRIBE)
)


def compiled_findings(source: str, name: str) -> list[Finding]:
    theme = find_theme(name, roots=[SHIPPED])
    compiled = compile_traced(source, path=PATH, theme=theme, defaults=DEFAULTS).traced
    options = CompatOptions(postal_address=ADDRESS, source=source, theme_files=theme_files(theme))
    return check_compiled(compiled, path=PATH, options=options)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("issue", CLEAN_ISSUES)
def test_clean_issues_have_no_findings_in_shipped_themes(issue: str, theme: str) -> None:
    assert compiled_findings(CLEAN_ISSUES[issue], theme) == []


def test_what_mrml_writes_has_no_findings() -> None:
    html = mjml2html(MJML, fonts={})
    options = CompatOptions(unsubscribe_url=UNSUBSCRIBE)
    assert {finding.code for finding in check_html(html, path=PATH, options=options)} == set()


def test_the_table_holds_nothing_that_neither_mrml_nor_a_theme_uses() -> None:
    documents = [mjml2html(MJML, fonts={})]
    for name in THEMES:
        theme = find_theme(name, roots=[SHIPPED])
        documents.append(compile_issue(EVERYTHING, path=PATH, theme=theme, defaults=DEFAULTS).html)
    in_use = {
        slug
        for html in documents
        for slug in used(inspect(html, path=PATH, options=CompatOptions()))
    }
    assert allowed.ALLOWED.keys() - in_use == set()


def test_a_theme_s_poor_colour_is_placed_in_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "digest"
    folder.mkdir()
    (folder / "theme.css").write_text(".m { color: #bbbbbb }\n.m a { color: #bbbbbb }\n")
    theme = find_theme("digest", roots=[tmp_path, SHIPPED])
    compiled = compile_traced(
        CLEAN_ISSUES["letter"], path=PATH, theme=theme, defaults=DEFAULTS
    ).traced
    options = CompatOptions(postal_address=ADDRESS, theme_files=theme_files(theme))
    found = [
        one
        for one in check_compiled(compiled, path=PATH, options=options)
        if one.code == "contrast-low"
    ]
    assert (folder / "theme.css", 1) in {(one.path, one.line) for one in found}


def test_mrml_s_wrong_widths_are_found() -> None:
    body = (
        '<mj-section padding="0px"><mj-column><mj-image padding="0 44px" alt="A chart"'
        ' src="https://e.org/a.png" /></mj-column></mj-section></mj-body>'
    )
    html = mjml2html(re.sub(r"</mj-body>", body, MJML), fonts={})
    options = CompatOptions(unsubscribe_url=UNSUBSCRIBE)
    assert {finding.code for finding in check_html(html, path=PATH, options=options)} == {
        "outlook-width"
    }
    right = mjml2html(re.sub(r"</mj-body>", body.replace("0 44px", "0px 44px"), MJML), fonts={})
    assert check_html(right, path=PATH, options=options) == []
