"""caniemail's data: whole, with its licence, and every feature of it is looked for."""

import json
from pathlib import Path

import pytest
from compat_kit import CLEAN, findings, message

from mailer.composing.linting.compat import DEFAULT_CLIENTS, allowed, caniemail
from mailer.composing.linting.compat.caniemail import clients, features, verdict
from mailer.errors import ConfigurationError

FOLDER = Path(caniemail.__file__).parent
STYLED = '<p style="{}">a</p>'
IN_HEAD = "<style>{}</style>"

SNIPPETS = {
    "css-at-media-hover": IN_HEAD.format("@media (hover) { p { margin: 0 } }"),
    "css-at-keyframes": IN_HEAD.format("@keyframes x { from { top: 0 } }"),
    "css-at-supports": IN_HEAD.format("@supports (top: 0) { p { margin: 0 } }"),
    "css-nesting": IN_HEAD.format("p { margin: 0; & b { margin: 0 } }"),
    "css-pseudo-class-has": IN_HEAD.format("p:has(b) { margin: 0 }"),
    "css-pseudo-element-before": IN_HEAD.format("p::before { margin: 0 }"),
    "css-pseudo-element-after": IN_HEAD.format("p:after { margin: 0 }"),
    "css-selector-general-sibling": IN_HEAD.format("p ~ p { margin: 0 }"),
    "css-selector-universal": IN_HEAD.format("* { margin: 0 }"),
    "css-display-grid": STYLED.format("display: grid"),
    "css-left-right-top-bottom": STYLED.format("left:0"),
    "css-gap": STYLED.format("row-gap:1px"),
    "css-linear-gradient": STYLED.format("background:linear-gradient(red,blue)"),
    "css-function-clamp": STYLED.format("width:clamp(1px,2px,3px)"),
    "css-unit-vw": STYLED.format("width:50vw"),
    "css-unit-rem": STYLED.format("width:1.5rem"),
    "css-unit-initial": STYLED.format("width:initial"),
    "css-intrinsic-size": STYLED.format("width:fit-content"),
    "css-variables": STYLED.format("--brand:red"),
    "css-margin-inline-start-end": STYLED.format("margin-inline-start:1px"),
    "css-border-image": STYLED.format("border-image:url(x.png) 1"),
    "css-background-image": STYLED.format("background:#fff url(https://e.org/x.png)"),
    "html-dialog": "<dialog>a</dialog>",
    "html-progress": "<progress>a</progress>",
    "html-textarea": "<textarea>a</textarea>",
    "html-select": "<select><option>a</option></select>",
    "html-button-submit": "<button>a</button>",
    "html-input-radio": '<input type="radio">',
    "html-object": "<object>a</object>",
    "html-picture": "<picture></picture>",
    "html-popover": "<p popover>a</p>",
    "html-image-maps": '<map name="x"></map>',
    "image-heif": '<img src="https://e.org/a.heic" alt="An A" width="9">',
    "image-mp4": '<img src="https://e.org/a.mp4?x=1.png" alt="An A" width="9">',
}


def test_the_data_is_whole_and_has_its_licence() -> None:
    assert len(features()) == 307
    assert "MIT License" in (FOLDER / "caniemail-LICENSE.txt").read_text()
    data = json.loads((FOLDER / "caniemail.json").read_text())
    assert data["source"].startswith("caniemail 2.0.2")
    assert all(len(one["support"]) == len(data["clients"]) for one in data["features"].values())


@pytest.mark.parametrize(
    ("slug", "client", "support"),
    [
        ("css-display-flex", "outlook.windows", "n"),
        ("css-display-flex", "apple-mail.ios", "y"),
        ("css-position", "yahoo.ios", "a"),
        ("image-webp", "outlook.windows", "n"),
        ("image-svg", "gmail.desktop-webmail", "n"),
        ("html-anchor-links", "gmail.ios", "n"),
    ],
)
def test_support_as_published(slug: str, client: str, support: str) -> None:
    assert features()[slug].support[client] == support


def test_families_stand_for_their_platforms() -> None:
    assert clients(("apple-mail",)) == ("apple-mail.ios", "apple-mail.macos")
    assert clients(("gmail", "gmail.ios"))[0].startswith("gmail.")
    assert len(clients(("gmail", "gmail.ios"))) == len(clients(("gmail",)))
    assert len(clients(DEFAULT_CLIENTS)) == 15


def test_an_unknown_client_is_named() -> None:
    with pytest.raises(ConfigurationError, match="no mail client 'outlok'"):
        clients(("outlok",))


def test_what_is_not_known_does_not_count() -> None:
    found = verdict("css-display-flex", ("outlook.windows", "gmail.ios"))
    assert (found.share, found.known) == (0.5, 2)
    assert found.without == ("Outlook (Windows)",)
    untested = verdict("css-display-flex", ("free-fr.desktop-webmail",))
    assert (untested.share, untested.known) == (1.0, 0)


@pytest.mark.parametrize("slug", SNIPPETS)
def test_the_feature_is_told(slug: str) -> None:
    snippet = SNIPPETS[slug]
    html = message(head=snippet) if snippet.startswith("<style") else message(snippet)
    assert slug in {(one.facts or {}).get("feature") for one in findings(html)}


@pytest.mark.parametrize(
    "body",
    [
        IN_HEAD.format("@media print { p { margin: 0 } }"),
        STYLED.format("position:static;display:block;flex-direction:row"),
        STYLED.format("font-family:'Segoe UI flex',Arial"),
        STYLED.format("background:url(https://e.org/calc(1).png)").replace("url", "none;x"),
        '<p title="display:flex">display:flex, var(--x), @import</p>',
        '<p class="position-absolute" id="grid">a</p>',
    ],
)
def test_what_only_looks_like_a_feature_is_none(body: str) -> None:
    html = message(head=body) if body.startswith("<style") else message(body)
    assert findings(html) == []


def test_keyframes_are_no_nesting() -> None:
    html = message(head=IN_HEAD.format("@keyframes x { from { margin: 0 } 50% { margin: 0 } }"))
    assert [(one.facts or {}).get("feature") for one in findings(html)] == ["css-at-keyframes"]


def test_a_background_that_vml_draws_in_outlook_is_fine() -> None:
    vml = '<!--[if mso]><v:rect><v:fill src="https://e.org/x.png"/></v:rect><![endif]-->'
    picture = STYLED.format("background:#fff url('https://e.org/x.png') center")
    assert findings(message(vml + picture)) == []


def test_the_tables_name_features_and_give_reasons() -> None:
    named = {*allowed.ALLOWED, *allowed.GRACEFUL, *allowed.STRUCTURAL}
    assert named <= features().keys()
    assert not allowed.ALLOWED.keys() & allowed.GRACEFUL.keys()
    assert all(allowed.ALLOWED.values())
    assert CLEAN.allow == frozenset()
