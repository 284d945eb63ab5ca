"""What one SendGrid request says: the issue once, and a personalization a recipient.

Both are written as JSON text piece by piece, so that the issue is encoded once a connection, a
recipient once however often its request has to be split, and sizes are known without guessing.

Source: SendGrid's OpenAPI description, `spec/json/tsg_mail_v3.json` in `twilio/sendgrid-oai`, and
"Limitations" in its mail send reference.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailer.errors import ProviderRequestError
from mailer.message.compiled import CompiledIssue, Mailbox, MailingIdentity, Recipient, slot_values
from mailer.message.mime import ONE_CLICK, list_headers, recipient_fields
from mailer.message.mime_headers import one_line, unfolded
from mailer.providers.outcome import Outcome
from mailer.states import DeliveryState

MOST_SUBSTITUTION_BYTES = 10_000
MOST_SUBSTITUTIONS = 150
_BYTES_PER_SUBSTITUTION = len('"":"",')
_LONGEST_CATEGORY = 255

_encode = json.JSONEncoder(separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring_ascii
_ONE_CLICK = f'"List-Unsubscribe-Post":"{ONE_CLICK}"'


@dataclass(frozen=True, slots=True)
class Member:
    """One recipient's part of a request, as JSON."""

    delivery_id: int
    address_key: str = field(repr=False)
    text: str = field(repr=False)
    shown: tuple[str, ...] = ()


class RequestBuilder:
    """Writes requests for one issue to one mailing list.

    Raises:
        ProviderRequestError: SendGrid would refuse every request.
    """

    def __init__(
        self, compiled: CompiledIssue, identity: MailingIdentity, *, is_sandbox: bool
    ) -> None:
        if not compiled.sender.email.isascii():
            raise ProviderRequestError(
                "SendGrid takes only ASCII in the sender's address; change `from` or [sender] email"
            )
        if len(compiled.slots) > MOST_SUBSTITUTIONS:
            raise ProviderRequestError(
                f"the issue has {len(compiled.slots)} places with merge fields; "
                f"SendGrid takes {MOST_SUBSTITUTIONS}"
            )
        self._compiled = compiled
        self._tokens = [(slot.token, _quoted(slot.token)) for slot in compiled.slots]
        self._head = '{"personalizations":['
        self._tails = {
            shown: f"],{_shared(compiled.variant(shown), identity, is_sandbox=is_sandbox)}}}"
            for shown in ((), *(variant.shown for variant in compiled.variants))
        }
        self.frame_bytes = len(self._head) + max(map(len, self._tails.values()))

    def member(self, recipient: Recipient) -> Member | Outcome:
        """Return the recipient's part, or why SendGrid cannot be asked to take it."""
        if not recipient.email.isascii():
            return Outcome(
                recipient.delivery_id, DeliveryState.REJECTED, reason="address_not_ascii"
            )
        values = slot_values(self._compiled, recipient)
        substitutions = ",".join(
            [f"{token}:{_quoted(values[name])}" for name, token in self._tokens]
        )
        if len(substitutions) > MOST_SUBSTITUTION_BYTES and not _is_acceptable(values):
            return Outcome(
                recipient.delivery_id, DeliveryState.REJECTED, reason="substitutions_too_large"
            )
        headers = ",".join(
            [f'"{name}":{_quoted(value)}' for name, value in recipient_fields(recipient).items()]
        )
        text = (
            f'{{"to":[{_mailbox(Mailbox(recipient.email, recipient.name))}],'
            f'"headers":{{{headers},{_ONE_CLICK}}},'
            f'"custom_args":{{"delivery_id":"{recipient.delivery_id}"}},'
            f'"substitutions":{{{substitutions}}}}}'
        )
        shown = self._compiled.shown_to(recipient.fields)
        return Member(recipient.delivery_id, recipient.email.casefold(), text, shown)

    def body(self, members: Sequence[Member]) -> str:
        """Return the JSON text of one request, whose members all get the same variant."""
        tail = self._tails[members[0].shown]
        return f"{self._head}{','.join([member.text for member in members])}{tail}"


def pack(members: Sequence[Member], *, most: int, most_bytes: int) -> list[list[Member]]:
    """Return `members` as requests of one variant each: no address twice, none too large.

    Args:
        members: in the order in which they are to go.
        most: members a request.
        most_bytes: room for members in a request; one alone may exceed it.
    """
    groups = []
    for shown in dict.fromkeys(member.shown for member in members):
        rest = [member for member in members if member.shown == shown]
        while rest:
            group, rest = _fill(rest, most, most_bytes)
            groups.append(group)
    return groups


def _fill(members: list[Member], most: int, room: int) -> tuple[list[Member], list[Member]]:
    group: list[Member] = []
    rest: list[Member] = []
    addresses: set[str] = set()
    for position, member in enumerate(members):
        room -= len(member.text) + 1
        if group and (len(group) == most or room < 0):
            return group, rest + members[position:]
        if member.address_key in addresses:
            rest.append(member)
            continue
        addresses.add(member.address_key)
        group.append(member)
    return group, rest


def _shared(compiled: CompiledIssue, identity: MailingIdentity, *, is_sandbox: bool) -> str:
    """Return the inside of the JSON object that follows the personalizations."""
    headers = dict(unfolded(header) for header in list_headers(compiled, identity))
    headers.pop("List-Unsubscribe-Post")  # stands beside List-Unsubscribe in each personalization
    off = {"enable": False}
    shared: dict[str, object] = {
        "subject": one_line(compiled.subject) or " ",
        "content": [
            {"type": kind, "value": value}
            for kind, value in (("text/plain", compiled.text), ("text/html", compiled.html))
            if value
        ],
        "headers": headers,
        "categories": [identity.list_slug[:_LONGEST_CATEGORY]],
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": off,
            "subscription_tracking": off,
        },
    }
    if is_sandbox:
        shared["mail_settings"] = {"sandbox_mode": {"enable": True}}
    reply_to = f'"reply_to":{_mailbox(compiled.reply_to)},' if compiled.reply_to else ""
    return f'"from":{_mailbox(compiled.sender)},{reply_to}{_encode(shared)[1:-1]}'


def _mailbox(mailbox: Mailbox) -> str:
    name = one_line(mailbox.name)
    if not name:
        return f'{{"email":{_quoted(mailbox.email)}}}'
    return f'{{"email":{_quoted(mailbox.email)},"name":{_quoted(name)}}}'


def _is_acceptable(substitutions: dict[str, str]) -> bool:
    size = sum(
        len(token) + len(value.encode("utf-8", "replace")) + _BYTES_PER_SUBSTITUTION
        for token, value in substitutions.items()
    )
    return size <= MOST_SUBSTITUTION_BYTES
