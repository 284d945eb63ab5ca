"""What the settings must say for anything to go out; what is in the message is looked at there."""

import re
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule

RULES = (
    Rule(
        "sender-missing",
        Severity.ERROR,
        "no sender",
        "Mail needs a From (RFC 5322, 3.6).",
        "Set sender.email in mailer.toml, or `from` in the issue.",
    ),
    Rule(
        "postal-address-missing",
        Severity.ERROR,
        "no postal address",
        "Anti-spam laws require one in every email (USA: 15 U.S.C. 7704(a)(5)(A)(iii); Canada:"
        " CASL 6(2)).",
        "Set sender.postal_address in mailer.toml.",
    ),
    Rule(
        "base-url-local",
        Severity.ERROR,
        "links that lead to this machine",
        "'Read online' and 'Unsubscribe' would work for nobody else.",
        "Set web.base_url in mailer.toml to the address that readers use.",
    ),
    Rule(
        "slug-used",
        Severity.WARNING,
        "an issue with this slug was already sent",
        "Subscribers who have it do not get it again: issues are identified by their slug.",
        "Give a new issue another slug.",
    ),
)

LOCAL_URL = re.compile(r"https?://(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)(?=[:/]|$)")


def check_sender(lintable: Lintable) -> Iterator[Hit]:
    """Look at what the workspace says of who sends; nothing where there is none."""
    around = lintable.around
    if around.settings_file is None:
        return
    matter = lintable.front_matter
    if not around.sender and not (matter and matter.sender):
        yield Hit("sender-missing", "nobody is set as sender", 0, 3)
    if not around.postal_address.strip():
        yield Hit("postal-address-missing", "no postal address is set", 0, 3)
    if around.sends_out and LOCAL_URL.match(around.base_url):
        message = f"links lead to {around.base_url}, which only this machine reaches"
        yield Hit("base-url-local", message, 0, 3)


def check_list(lintable: Lintable) -> Iterator[Hit]:
    """Look at what was counted over the mailing list."""
    audience = lintable.audience
    if audience and audience.have_it:
        value = lintable.document.front.values.get("slug")
        start, end = (value.start, value.end) if value else (0, 3)
        message = (
            f"{audience.have_it:,} of {audience.active:,} subscribers of"
            f" {audience.list_slug} have an issue of this name already"
        )
        yield Hit("slug-used", message, start, end, facts={"have_it": audience.have_it})


CHECKS: tuple[Check, ...] = (check_sender, check_list)
