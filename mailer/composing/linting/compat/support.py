"""Rule: HTML, CSS and picture formats that chosen mail clients do not support."""

from collections.abc import Iterator

from mailer.composing.linting.compat import caniemail
from mailer.composing.linting.compat.allowed import ALLOWED, GRACEFUL, STRUCTURAL
from mailer.composing.linting.compat.caniemail import Verdict
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.usage import Use, used
from mailer.composing.linting.compat.wording import counted
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule

CSS = Rule(
    "css-unsupported",
    Severity.WARNING,
    "CSS that chosen clients ignore",
    "Clients drop what they do not know, so the message looks different there.",
    "Leave it out, or write it so that the message reads well without it.",
)
HTML = Rule(
    "html-unsupported",
    Severity.WARNING,
    "HTML that chosen clients ignore or strip",
    "Clients strip what they do not know, often with everything in it.",
    "Leave it out, or link to the web archive where it works.",
)
FORMAT = Rule(
    "image-format-unsupported",
    Severity.WARNING,
    "a picture format that chosen clients do not show",
    "Readers see an empty frame with the alternative text.",
    "Serve the picture as JPEG or PNG.",
)
RULES = (CSS, HTML, FORMAT)

_BY_CATEGORY = {"css": CSS, "html": HTML, "image": FORMAT}
_FIXES = {
    "css-display-flex": "Lay out with MJML's columns, or `display:inline-block` and a width.",
    "css-display-grid": "Lay out with MJML's columns, or `display:inline-block` and a width.",
    "css-position": "Lay out in the order of reading, with paddings instead of positions.",
    "css-background-image": "Set a background colour that reads well, too, or use a picture.",
    "css-variables": "Write the value itself: a theme's values go into theme.toml.",
    "css-at-import": "Put the rules into the theme's own CSS.",
    "css-at-font-face": "Name fonts that readers have after the web font.",
    "css-rgba": "Write the colour as #rrggbb, mixed with what lies behind it.",
    "css-object-fit": "Crop the picture to the shape in which it is shown.",
    "html-video": "Show a picture that links to the video.",
    "html-audio": "Link to the recording.",
    "html-form": "Link to a web page with the form.",
    "html-svg": "Serve the drawing as a PNG of twice its shown width.",
}


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield one finding for each feature that too few of the chosen clients support."""
    options = inspection.options
    chosen = caniemail.clients(options.clients)
    for use in used(inspection).values():
        base = use.slug.partition(":")[0]
        if use.slug in ALLOWED or base in options.allow or use.slug in STRUCTURAL:
            continue
        verdict = caniemail.verdict(use.slug, chosen)
        if verdict.known and verdict.share < options.min_support:
            yield _finding(inspection, use, verdict)


def _finding(inspection: Inspection, use: Use, verdict: Verdict) -> Finding:
    feature = caniemail.feature_of(use.slug)
    percent = round(100 * verdict.share)
    rule = _BY_CATEGORY[feature.category]
    return inspection.finding(
        rule,
        f"{caniemail.title_of(use.slug)}{counted(use.count)} does not work in"
        f" {_listed(verdict.without)}",
        at=use.element,
        words=use.words,
        also=(use.words.partition(":")[0] + ":",) if ":url(" in use.words else (),
        severity=_severity(inspection, use, verdict),
        why=f"{_why(use, rule)} Source: {feature.url}.",
        fix=_FIXES.get(use.slug.partition(":")[0], ""),
        facts={
            "feature": use.slug,
            "count": use.count,
            "support_percent": percent,
            "without": ", ".join(verdict.without),
            "url": feature.url,
        },
    )


def _why(use: Use, rule: Rule) -> str:
    reason = GRACEFUL.get(use.slug, "")
    return f"{reason[:1].upper()}{reason[1:]}." if reason else rule.why


def _severity(inspection: Inspection, use: Use, verdict: Verdict) -> Severity:
    if use.slug in GRACEFUL:
        return Severity.NOTE
    return Severity.ERROR if verdict.share < inspection.options.error_support else Severity.WARNING


def _listed(names: tuple[str, ...]) -> str:
    if len(names) < 2:  # noqa: PLR2004 - one name needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
