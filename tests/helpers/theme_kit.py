"""Issues set in the shipped themes, for tests of how they look."""

import re
from pathlib import Path

from mailer.composing.rendering import IssueDefaults, Theme, compile_issue, find_theme, list_themes
from mailer.message.compiled import CompiledIssue, Mailbox
from mailer.platform.resources import resource_dir

SHIPPED = resource_dir("templates") / "email"
NAMES = list_themes([SHIPPED])
SPECIMEN = (resource_dir("examples") / "specimen.md").read_text(encoding="utf-8")
ARABIC = SPECIMEN.replace("---\n", "---\nlanguage: ar\n", 1)
LEAST = "---\nsubject: The least\ndate: 2026-11-22\n---\n\nOnly words.\n"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HOSTILE = f"""\
---
subject: Long words
date: 2026-11-22
title: The {LONG} Gazette
tagline: {LONG}
author: {LONG}
author-image: https://img.example.org/a.png
contents: yes
---

{LONG} and https://example.org/{"a" * 120} in the introduction, `{LONG}()`.

## {LONG}

*{LONG}*

### {LONG}

![{LONG}](https://img.example.org/wide.png)
*{LONG}*

[{LONG}](https://example.org/a)

| {LONG} | Value | Another column | And one |
|---|---:|---|---|
| {LONG} | {"1234567890" * 6} | abc | https://example.org/{"a" * 60} |

```
{LONG}{LONG}
```

> {LONG}
>
> — {LONG}

1. {LONG}
   - {LONG}
     - {LONG}

::: note {LONG}
- {LONG}
:::

::: sponsor {LONG}
{LONG}
:::

::: poll {LONG}
- [{LONG}](https://example.org/p/1)
- [Fair](https://example.org/p/2)
:::

[{LONG}](https://example.org/b){{.button}}

[{LONG}](https://example.org/c){{.button .outline}}

{LONG}[^1]

---

{LONG}

[^1]: {LONG}
"""

BRANDED = """\
brand = "#FFCC00"

[logo]
src = "https://img.example.org/logo.png"
alt = "The Observatory"
width = 180

[[social]]
name = "Mastodon"
url = "https://social.example.org/@observatory"

[[social]]
name = "Bluesky"
url = "https://social.example.org/@sky"
"""
"""What a workspace may add to a theme."""


def compile_in(name: str, source: str, *, workspace: Path | None = None) -> CompiledIssue:
    """Return `source` compiled in the theme `name`, pictures as they are."""
    return compile_issue(
        source,
        path=Path("issues/specimen.md"),
        theme=theme_of(name, workspace=workspace),
        defaults=IssueDefaults(
            sender=Mailbox("a@example.org", "The Observatory"),
            postal_address="12 Hill Lane, Greenwich",
            has_archive=True,
        ),
    )


def theme_of(name: str, *, workspace: Path | None = None) -> Theme:
    """Return a shipped theme, with what `workspace` has of it."""
    return find_theme(name, roots=[workspace, SHIPPED] if workspace else [SHIPPED])


def branded(name: str, folder: Path) -> Path:
    """Return a workspace in `folder` that gives the theme `name` a brand, a logo, social links."""
    (folder / name).mkdir(parents=True)
    (folder / name / "theme.toml").write_text(BRANDED, encoding="utf-8")
    return folder


def with_pixels(html: str) -> str:
    """Return `html` with pictures that need no network."""
    return re.sub(r'(<img[^>]* src=")[^"]*', rf"\g<1>{PIXEL}", html)


def without_styles(html: str) -> str:
    """Return `html` as clients show it that drop every style block."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
