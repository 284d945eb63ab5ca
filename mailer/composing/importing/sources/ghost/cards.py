"""Cards of Ghost's editors as the HTML that Ghost itself makes of them."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

Card = Mapping[str, Any]

FOR_SOME = "gh-for-some"
PAYWALL = '<div class="gh-paywall"></div>'


def _text(card: Card, *names: str) -> str:
    values = (card.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value), "")


def _figure(kind: str, inner: str, card: Card) -> str:
    caption = _text(card, "caption")
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure class="kg-card kg-{kind}-card">{inner}{below}</figure>'


def _image(card: Card) -> str:
    image = f'<img src="{escape(_text(card, "src"))}" alt="{escape(_text(card, "alt"))}">'
    href = _text(card, "href")
    return _figure("image", f'<a href="{escape(href)}">{image}</a>' if href else image, card)


def _gallery(card: Card) -> str:
    images = card.get("images")
    found = [each for each in images if isinstance(each, dict)] if isinstance(images, list) else []
    inner = "".join(
        f'<img src="{escape(_text(i, "src"))}" alt="{escape(_text(i, "alt"))}">' for i in found
    )
    return _figure("gallery", inner, card)


def _bookmark(card: Card) -> str:
    facts = card.get("metadata")
    meta: Card = facts if isinstance(facts, dict) else card
    url = _text(card, "url") or _text(meta, "url")
    title = escape(_text(meta, "title") or url)
    lines = [f'<div class="kg-bookmark-title">{title}</div>']
    lines += [
        f'<div class="kg-bookmark-{name}">{escape(value)}</div>'
        for name in ("description", "author", "publisher")
        if (value := _text(meta, name))
    ]
    content = f'<div class="kg-bookmark-content">{"".join(lines)}</div>'
    return _figure(
        "bookmark", f'<a class="kg-bookmark-container" href="{escape(url)}">{content}</a>', card
    )


def _code(card: Card) -> str:
    language = escape(_text(card, "language"))
    code = f'<pre><code class="language-{language}">{escape(_text(card, "code"))}</code></pre>'
    return _figure("code", code, card) if _text(card, "caption") else code


def _callout(card: Card) -> str:
    emoji = escape(_text(card, "calloutEmoji"))
    icon = f'<div class="kg-callout-emoji">{emoji}</div>' if emoji else ""
    text = f'<div class="kg-callout-text">{_text(card, "calloutText")}</div>'
    return f'<div class="kg-card kg-callout-card">{icon}{text}</div>'


def _toggle(card: Card) -> str:
    head = f'<div class="kg-toggle-heading"><h4>{_text(card, "heading")}</h4></div>'
    return (
        f'<div class="kg-card kg-toggle-card">{head}'
        f'<div class="kg-toggle-content">{_text(card, "content")}</div></div>'
    )


def _button(card: Card) -> str:
    href, words = escape(_text(card, "buttonUrl")), escape(_text(card, "buttonText"))
    return f'<div class="kg-card kg-button-card"><a href="{href}" class="kg-btn">{words}</a></div>'


def _embed(card: Card) -> str:
    url = _text(card, "url")
    title = escape(_text(card.get("metadata") or {}, "title") or url)
    link = f'<p><a href="{escape(url)}">{title}</a></p>' if url else _text(card, "html")
    return _figure("embed", link, card)


def _file(card: Card) -> str:
    name = escape(_text(card, "fileTitle", "title", "fileName") or _text(card, "src"))
    below = escape(_text(card, "fileCaption"))
    return f'<p><a href="{escape(_text(card, "src"))}">{name}</a></p>' + (
        f"<p>{below}</p>" if below else ""
    )


def _video(card: Card) -> str:
    src, name = _text(card, "src"), escape(_text(card, "title", "fileName"))
    return _figure("video", f'<video src="{escape(src)}" title="{name}"></video>', card)


def _markdown(card: Card) -> str:
    from mailer.composing.importing.markdown.reading import markdown_to_html  # noqa: PLC0415 - a circle

    return markdown_to_html(_text(card, "markdown", "cardContent"))


def _with_button(card: Card) -> str:
    """Return a card of words and a button, each of which it may lack."""
    image = f'<img src="{escape(src)}" alt="">' if (src := _text(card, "imageUrl")) else ""
    label = _text(card, "sponsorLabel") if card.get("hasSponsorLabel") else ""
    words = _text(card, "html", "textValue", "text", "content")
    is_shown = card.get("showButton", True) and card.get("buttonEnabled", True)
    has_button = is_shown and _text(card, "buttonUrl") and _text(card, "buttonText")
    inner = label + image + words + (_button(card) if has_button else "")
    segment = _text(card, "segment")
    is_for_some = segment and segment != "status:free,status:-free"
    return f'<div class="{FOR_SOME}">{inner}</div>' if is_for_some else inner


def _header(card: Card) -> str:
    heads = [(tag, _text(card, name)) for tag, name in (("h2", "header"), ("h3", "subheader"))]
    inner = "".join(f"<{tag}>{words}</{tag}>" for tag, words in heads if words)
    return inner + _with_button(card)


def _signup(card: Card) -> str:
    inner = "".join(
        f"<p>{_text(card, name)}</p>"
        for name in ("header", "subheader", "disclaimer", "buttonText")
    )
    return f'<div class="kg-card kg-signup-card">{inner}</div>'


def _product(card: Card) -> str:
    image = f'<img src="{escape(src)}" alt="">' if (src := _text(card, "productImageSrc")) else ""
    title = f"<h4>{words}</h4>" if (words := _text(card, "productTitle")) else ""
    button = {"buttonUrl": _text(card, "productUrl"), "buttonText": _text(card, "productButton")}
    has_button = card.get("productButtonEnabled", True) and all(button.values())
    return (
        image + title + _text(card, "productDescription") + (_button(button) if has_button else "")
    )


def _unknown(card: Card) -> str:
    """Return whatever text and addresses a card has that we do not know: nothing is lost."""
    parts = []
    for name, value in card.items():
        if not isinstance(value, str) or not value.strip():
            continue
        lowered = name.lower()
        if any(word in lowered for word in ("url", "href", "src")):
            parts.append(f'<p><a href="{escape(value)}">{escape(value)}</a></p>')
        elif any(word in lowered for word in _WORDY):
            parts.append(f"<p>{value}</p>")
    return "".join(parts)


_WORDY = ("text", "title", "head", "caption", "description", "html", "content", "label", "name")
_CARDS: dict[str, Callable[[Card], str]] = {
    "image": _image,
    "gallery": _gallery,
    "bookmark": _bookmark,
    "codeblock": _code,
    "code": _code,
    "callout": _callout,
    "toggle": _toggle,
    "button": _button,
    "embed": _embed,
    "file": _file,
    "audio": _file,
    "video": _video,
    "markdown": _markdown,
    "html": lambda card: _text(card, "html"),
    "email": lambda card: _text(card, "html"),
    "email-cta": _with_button,
    "call-to-action": _with_button,
    "header": _header,
    "product": _product,
    "signup": _signup,
    "horizontalrule": lambda card: "<hr>",  # noqa: ARG005
    "hr": lambda card: "<hr>",  # noqa: ARG005
    "paywall": lambda card: PAYWALL,  # noqa: ARG005
}
_CARDS["card-markdown"] = _markdown
_CARDS["image-card"] = _image


def card_to_html(kind: str, card: object) -> str:
    """Return a card as HTML; of one that is not known, its words and addresses."""
    if not isinstance(card, dict):
        return ""
    return _CARDS.get(kind, _unknown)(card)
