"""Features that are used on purpose although some clients lack them, each with the reason.

`ALLOWED` is never reported. It holds what mrml writes into messages and what the shipped themes use
with a fallback; a test compiles the themes, and holds this table against what they use.
`GRACEFUL` is reported as a note at most: where it fails, nothing that a reader needs is lost.
"""

_FALLS_BACK = "falls back to the plain look"
_MRML = "mrml writes it into every message"

ALLOWED = {
    # what mrml writes
    "css-height": f"{_MRML}: `height:auto` on pictures, whose attributes say the size",
    "css-outline": f"{_MRML}: the reset `outline:none` on pictures",
    "css-overflow": f"{_MRML}: on the hidden preheader, which has `display:none` as well",
    "css-opacity": f"{_MRML}: on the hidden preheader, which has `display:none` as well",
    "css-max-height": f"{_MRML}: on the hidden preheader, which has `display:none` as well",
    "css-word-spacing": f"{_MRML}: `normal`, which is the default",
    "css-cursor": f"{_MRML}: `auto` on buttons; pointers look as usual",
    "css-background-position": "goes with a background picture, which is reported",
    "css-background-repeat": "goes with a background picture, which is reported",
    "css-background-size": "goes with a background picture, which is reported",
    "html-srcset": "the picture in `src` is shown instead",
    "css-table-layout": f"{_MRML}: on tables of one fixed column",
    "css-border-spacing": f"{_MRML}: beside the cellspacing attribute, which every client knows",
    "html-body": f"{_MRML}: colours stand on a table inside as well",
    "html-role": f"{_MRML}: screen readers skip layout tables; others ignore it",
    "html-aria-label": f"{_MRML}: names the message for screen readers; others ignore it",
    "html-target": "links open in a new window where the client lets them choose; else as usual",
    "html-height": f"{_MRML}: `auto` on pictures; the width attribute decides",
    "css-at-media": "the message is legible at every width without it",
    "css-selector-child": "in rules for mobile and dark mode, which are enhancements",
    # what the shipped themes use
    "css-color-scheme": "tells that dark colours are there; without it the light ones stay",
    "html-meta-color-scheme": "tells that dark colours are there; without it the light ones stay",
    "css-at-media-prefers-color-scheme": "dark colours are an enhancement; the light ones stay",
    "css-border-radius": f"corners are square instead: {_FALLS_BACK}",
    "css-text-decoration-color": f"the underline has the text's colour: {_FALLS_BACK}",
    "css-text-decoration-thickness": f"the underline is as thick as usual: {_FALLS_BACK}",
    "css-text-underline-offset": f"the underline is nearer: {_FALLS_BACK}",
    "css-word-break": "long addresses widen the message instead",
    "css-white-space": "short labels may break, and code keeps its lines by `<br>`",
    "html-anchor-links": "what is linked to stands in the same message, and the web archive has it",
    "html-lang": "screen readers read with the wrong voice where it is stripped; nothing else",
}

_NO_LOSS = "nothing that a reader needs is lost without it"

GRACEFUL = {
    **dict.fromkeys(
        (
            *("css-min-height", "css-selector-adjacent-sibling", "css-selector-attribute"),
            *("css-selector-chaining", "css-text-decoration-line", "css-text-decoration-style"),
            *("css-overflow-wrap", "css-word-wrap", "css-font-kerning", "css-sytem-ui"),
            *("html-abbr", "html-semantics"),
            *("css-accent-color", "css-animation", "css-at-keyframes", "css-transition"),
            *("css-at-media-hover", "css-at-media-prefers-reduced-motion", "css-at-supports"),
            *("css-at-media-device-pixel-ratio", "css-at-media-orientation", "css-comments"),
            *("css-box-shadow", "css-caption-side", "css-empty-cells"),
            *("css-font-size-adjust", "css-font-stretch", "css-hyphenate-character"),
            *("css-hyphenate-limit-chars", "css-hyphens", "css-list-style-image"),
            *("css-list-style-position", "css-orphans", "css-widows", "css-outline-offset"),
            *(
                "css-pseudo-class-active",
                "css-pseudo-class-focus",
                "css-pseudo-class-focus-visible",
            ),
            *("css-pseudo-class-focus-within", "css-pseudo-class-hover", "css-pseudo-class-link"),
            *("css-pseudo-class-visited", "css-pseudo-class-target", "css-pseudo-element-marker"),
            *("css-resize", "css-scroll-snap", "css-tab-size", "css-text-decoration-skip-ink"),
            *("css-text-emphasis", "css-text-emphasis-position", "css-text-justify"),
            *("css-text-align-last", "css-text-shadow", "css-text-underline-position"),
            *("css-text-wrap", "css-user-select", "css-backdrop-filter", "css-text-overflow"),
            *("css-pseudo-element-first-letter", "css-pseudo-element-first-line"),
            *("html-acronym", "html-dfn", "html-bdi", "html-del", "html-strike", "html-wbr"),
            *("html-aria-describedby", "html-aria-hidden", "html-aria-labelledby"),
            *("html-aria-live", "html-loading-attribute", "html-picture"),
        ),
        _NO_LOSS,
    )
}

STRUCTURAL = frozenset({"html-link", "image-base64", "image-svg", "image-webp", "image-avif"})
"""Reported by rules of their own, with more to say."""
