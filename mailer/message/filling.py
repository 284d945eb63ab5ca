"""Filling: a compiled issue's text with one recipient's values, or with defaults.

For pages, previews and samples; what is delivered is bound by `mailer.message.mime`.
"""

import re

from mailer.message.compiled import CompiledIssue, Recipient, slot_values

YOUR_ADDRESS = "your address"
"""Shown instead of the recipient's address in a message without a recipient."""


def fill(text: str, compiled: CompiledIssue, recipient: Recipient) -> str:
    """Return `text`, a part of `compiled`, with the recipient's values in its slots.

    In one pass: a value that looks like a slot stays as it is.
    """
    values = slot_values(compiled, recipient)
    if not values:
        return text
    longest_first = sorted(values, key=len, reverse=True)
    tokens = re.compile("|".join(re.escape(token) for token in longest_first))
    return tokens.sub(lambda found: values[found.group()], text)


def fill_for_nobody(
    text: str, compiled: CompiledIssue, *, unsubscribe_url: str = "", archive_url: str = ""
) -> str:
    """Return `text` with each slot filled by what its author set as default, or by nothing."""
    return fill(text, compiled, nobody(unsubscribe_url=unsubscribe_url, archive_url=archive_url))


def nobody(*, unsubscribe_url: str = "", archive_url: str = "") -> Recipient:
    """Return a recipient without a name, an address or merge values."""
    return Recipient(
        delivery_id=0,
        email=YOUR_ADDRESS,
        name="",
        message_id="",
        unsubscribe_url=unsubscribe_url,
        archive_url=archive_url,
    )
