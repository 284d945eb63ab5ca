"""What caniemail calls the words of CSS and HTML, where its name does not tell by itself."""

PROPERTIES = {
    "css-left-right-top-bottom": ("left", "right", "top", "bottom"),
    "css-gap": ("gap", "column-gap", "row-gap", "grid-gap"),
    "css-column-layout-properties": (
        *("columns", "column-width", "column-span", "column-fill", "column-rule"),
        *("column-rule-color", "column-rule-style", "column-rule-width"),
    ),
    "css-grid-template": (
        *("grid", "grid-template", "grid-template-areas", "grid-template-columns"),
        *("grid-template-rows", "grid-area", "grid-column", "grid-row", "grid-auto-flow"),
    ),
    "css-block-inline-size": ("block-size",),
    "css-margin-block-start-end": ("margin-block-start", "margin-block-end"),
    "css-margin-inline-start-end": ("margin-inline-start", "margin-inline-end"),
    "css-margin-inline-block": ("margin-inline", "margin-block"),
    "css-padding-block-start-end": ("padding-block-start", "padding-block-end"),
    "css-padding-inline-start-end": ("padding-inline-start", "padding-inline-end"),
    "css-padding-inline-block": ("padding-inline", "padding-block"),
    "css-border-inline-block": ("border-inline", "border-block"),
    "css-border-inline-block-longhand": tuple(
        f"border-{axis}-{what}"
        for axis in ("inline", "block")
        for what in ("color", "style", "width")
    ),
    "css-border-inline-block-individual": tuple(
        f"border-{axis}-{end}{what}"
        for axis in ("inline", "block")
        for end in ("start", "end")
        for what in ("", "-color", "-style", "-width")
    ),
    "css-border-radius-logical": tuple(
        f"border-{one}-{other}-radius" for one in ("start", "end") for other in ("start", "end")
    ),
    "css-border-radius": tuple(
        f"border-{one}-{other}-radius" for one in ("top", "bottom") for other in ("left", "right")
    ),
    "css-border": (
        *("border-top", "border-right", "border-bottom", "border-left"),
        *("border-color", "border-style", "border-width"),
        *(
            f"border-{side}-{what}"
            for side in ("top", "right", "bottom", "left")
            for what in ("color", "style", "width")
        ),
    ),
    "css-padding": tuple(f"padding-{side}" for side in ("top", "right", "bottom", "left")),
    "css-margin": tuple(f"margin-{side}" for side in ("top", "right", "bottom", "left")),
    "css-scroll-snap": ("scroll-snap-type", "scroll-snap-align", "scroll-snap-stop"),
    "css-overflow": ("overflow-x", "overflow-y"),
    "css-mask-image": ("mask",),
    "css-outline": ("outline-color", "outline-style", "outline-width"),
    "css-text-emphasis": ("text-emphasis-color", "text-emphasis-style"),
    "css-animation": tuple(
        f"animation-{what}"
        for what in ("name", "duration", "delay", "iteration-count", "fill-mode")
    ),
    "css-transition": tuple(
        f"transition-{what}" for what in ("property", "duration", "delay", "timing-function")
    ),
    "css-border-image": ("border-image-source", "border-image-slice"),
}
"""Features, each with the properties that it is about beyond the one it is named for."""

NO_PROPERTY = {
    *("css-comments", "css-conic-gradient", "css-flex-direction", "css-flex-wrap"),
    *("css-important", "css-inert-attribute", "css-intrinsic-size", "css-linear-gradient"),
    *("css-modern-color", "css-nesting", "css-position", "css-radial-gradient", "css-rgb"),
    *("css-rgba", "css-sytem-ui", "css-variables", "css-display"),
}
"""Features that a value, selector or rule shows: their name is no property."""

FUNCTIONS = {
    **dict.fromkeys(("lch", "oklch", "lab", "oklab", "color-mix", "color"), "css-modern-color"),
    **{name: f"css-function-{name}" for name in ("clamp", "min", "max", "light-dark")},
    **{
        f"{repeated}{kind}-gradient": f"css-{kind}-gradient"
        for kind in ("linear", "radial", "conic")
        for repeated in ("", "repeating-")
    },
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "calc": "css-unit-calc",
    "var": "css-variables",
}
"""Features by the function in a value."""

KEYWORDS = {
    "initial": "css-unit-initial",
    **dict.fromkeys(("fit-content", "min-content", "max-content"), "css-intrinsic-size"),
    **dict.fromkeys(
        ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace"), "css-sytem-ui"
    ),
}
"""Features by a word in a value."""

OF_VALUES = frozenset({*FUNCTIONS.values(), *KEYWORDS.values()})
"""Features that the value alone shows, whatever the property."""

BY_VALUE = {
    ("display", "flex"): "css-display-flex",
    ("display", "inline-flex"): "css-display-flex",
    ("display", "grid"): "css-display-grid",
    ("display", "inline-grid"): "css-display-grid",
    ("display", "none"): "css-display-none",
    ("flex-direction", "column"): "css-flex-direction",
    ("flex-direction", "column-reverse"): "css-flex-direction",
    ("flex-wrap", "wrap"): "css-flex-wrap",
    ("flex-wrap", "wrap-reverse"): "css-flex-wrap",
    **{
        ("position", one): f"css-position:{one}"
        for one in ("relative", "absolute", "fixed", "sticky")
    },
}
"""Features by a property and its whole value."""

AT_RULES = {
    "font-face": "css-at-font-face",
    "import": "css-at-import",
    "keyframes": "css-at-keyframes",
    "-webkit-keyframes": "css-at-keyframes",
    "supports": "css-at-supports",
}
"""Features by the name of an at-rule; `@media` has several."""

ELEMENTS = {
    **{
        name: f"html-{name}"
        for name in (
            *("abbr", "acronym", "address", "audio", "base", "bdi", "blockquote", "body", "code"),
            *("del", "dfn", "dialog", "div", "form", "hr", "img", "marquee", "meter", "object"),
            *("p", "picture", "pre", "progress", "rp", "rt", "ruby", "select", "small", "span"),
            *("strike", "strong", "style", "svg", "table", "textarea", "video", "wbr"),
        )
    },
    **{f"h{level}": "html-h1-h6" for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        (
            *("article", "aside", "details", "figcaption", "figure", "footer", "header", "main"),
            *("mark", "nav", "section", "summary", "time"),
        ),
        "html-semantics",
    ),
    "map": "html-image-maps",
    "embed": "html-object",
}
"""Features by the element."""

ATTRIBUTES = {
    **{
        name: f"html-{name}"
        for name in (
            *("align", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby"),
            *("aria-live", "background", "cellpadding", "cellspacing", "dir", "height", "hidden"),
            *("lang", "popover", "required", "role", "srcset", "target", "valign", "width"),
        )
    },
    "sizes": "html-srcset",
    "loading": "html-loading-attribute",
    "inert": "css-inert-attribute",
}
"""Features by the attribute, on whatever element."""

INPUTS = {"checkbox", "hidden", "radio", "reset", "submit", "text"}
"""Types of `<input>` that have a feature each."""

FORMATS = {
    "apng": "image-apng",
    "avif": "image-avif",
    "bmp": "image-bmp",
    "gif": "image-gif",
    "heic": "image-heif",
    "heif": "image-heif",
    "ico": "image-ico",
    "jpeg": "image-jpg",
    "jpg": "image-jpg",
    "mp4": "image-mp4",
    "png": "image-png",
    "svg": "image-svg",
    "tif": "image-tiff",
    "tiff": "image-tiff",
    "webp": "image-webp",
}
"""Features by what a picture's file name ends with."""
