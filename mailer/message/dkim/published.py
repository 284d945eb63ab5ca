"""Whether the DNS says of a key what receivers need to verify its signatures."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mailer.message.dkim.keys import DnsRecord

State = Literal["published", "missing", "different", "unknown"]
_TAG = re.compile(r"\s*([A-Za-z][\w]*)\s*=\s*([^;]*)")


@dataclass(frozen=True, slots=True)
class Publication:
    """What the DNS says of a key.

    Args:
        state: "unknown" where it did not answer.
        detail: a clause for people.
    """

    state: State
    detail: str


def judge(record: DnsRecord, found: Sequence[str]) -> Publication:
    """Compare the record that should be there with those that are.

    Args:
        record: what should be published.
        found: TXT records at its name.
    """
    if not found:
        return Publication("missing", f"there is no TXT record at {record.name}")
    wanted = _public_key(record.value)
    if any(_public_key(one) == wanted for one in found):
        return Publication("published", f"{record.name} is published")
    return Publication("different", f"the TXT record at {record.name} has another public key")


def look_up(record: DnsRecord, ask: Callable[[str], Sequence[str]]) -> Publication:
    """Return what the DNS says.

    Args:
        record: what should be published.
        ask: the TXT records of a name; raises `LookupError` where nobody answers.
    """
    try:
        found = ask(record.name)
    except LookupError as error:
        return Publication("unknown", f"the DNS did not answer for {record.name} ({error})")
    return judge(record, found)


def _public_key(value: str) -> str:
    """Return the tag `p` without blanks. Source: RFC 6376 3.6.1."""
    found = filter(None, map(_TAG.match, value.split(";")))
    tags = {match[1]: match[2] for match in found}
    return re.sub(r"\s", "", tags.get("p", ""))
