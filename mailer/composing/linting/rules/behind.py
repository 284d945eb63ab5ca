"""What a look behind the links finds (`--links`); nothing is looked for here."""

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.rule import Check, Rule

RULES = (
    Rule(
        "link-dead",
        Severity.ERROR,
        "a link that leads nowhere",
        "Readers get an error page.",
        "Correct the address, or take the link out.",
    ),
    Rule(
        "link-unreachable",
        Severity.WARNING,
        "a link that was not answered",
        "It may be for the moment only: readers would get an error page now.",
        "Try it in a browser, and again before you send.",
    ),
    Rule(
        "link-downgraded",
        Severity.WARNING,
        "a link by https that ends by http",
        "Anybody on the way can read and change the page.",
        "Link to where the page is by https.",
    ),
    Rule(
        "link-moved-home",
        Severity.WARNING,
        "a link that ends at the home page",
        "The page was taken away: its address leads to the site's front now.",
        "Look for the page's new address.",
    ),
)

CODES = frozenset(rule.code for rule in RULES)
CHECKS: tuple[Check, ...] = ()
