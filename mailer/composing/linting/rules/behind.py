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
        "a link without an answer",
        "It may be temporary: readers would get an error page now.",
        "Try it in a browser, and again before you send.",
    ),
    Rule(
        "link-downgraded",
        Severity.WARNING,
        "a link from https that ends at http",
        "Anyone on the network can read and change the page.",
        "Link to the page's https address.",
    ),
    Rule(
        "link-moved-home",
        Severity.WARNING,
        "a link that ends at the home page",
        "The page was removed: its address now leads to the site's home page.",
        "Look for the page's new address.",
    ),
)

CODES = frozenset(rule.code for rule in RULES)
CHECKS: tuple[Check, ...] = ()
