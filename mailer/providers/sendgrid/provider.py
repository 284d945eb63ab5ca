"""SendGrid: up to 1,000 messages a request, each with its own values, headers and delivery id.

A request is taken or refused as a whole. A refused one is narrowed down: to the recipients that
SendGrid blames, or by halves where it blames nobody, until the recipients at fault are rejected
and everybody else is accepted exactly once. Where the fault is in what all messages share, nobody
is rejected: the send is paused.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailer.errors import (
    ProviderAuthError,
    ProviderError,
    ProviderRequestError,
    ProviderUnavailableError,
)
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.platform.clock import utcnow
from mailer.providers.outcome import Journal, LeaseLostError, Outcome
from mailer.providers.sendgrid.client import Answer, FieldError, SendGridClient, Verdict
from mailer.providers.sendgrid.request import Member, RequestBuilder, pack
from mailer.providers.sendgrid.settings import SendGridSettings
from mailer.states import DeliveryState

MOST_REQUEST_BYTES = 28_000_000
"""SendGrid takes less than 30 MB."""

MOST_UNEXPLAINED = 3
"""So many recipients refused alone and without a reason, nobody accepted yet: it is not them."""

_LONGEST_RECEIPT = 255
_NOT_TAKEN = "sendgrid_request_refused"


class SendGridProvider:
    """Hands messages to SendGrid.

    Args:
        settings: the account.
        is_sandbox: whether SendGrid is to check requests and send nothing.
        most_request_bytes: size of a request.
        clock: aware UTC.
    """

    name = "sendgrid"
    commits_singly = False

    def __init__(
        self,
        settings: SendGridSettings,
        *,
        is_sandbox: bool = False,
        most_request_bytes: int = MOST_REQUEST_BYTES,
        clock: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self.window_size = settings.batch_size
        self.connection_count = settings.connections
        self._settings = settings
        self._is_sandbox = is_sandbox
        self._most_request_bytes = most_request_bytes
        self._clock = clock

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "SendGridConnection":
        """Prepare requests; nothing is sent yet. See `Provider.connect`."""
        builder = RequestBuilder(compiled, identity, is_sandbox=self._is_sandbox)
        return SendGridConnection(
            self._client(),
            builder,
            most=self._settings.batch_size,
            most_bytes=self._most_request_bytes,
        )

    def check(self) -> str:
        """Ask what the key may do. See `Provider.check`."""
        if "mail.send" not in self._client().scopes():
            raise ProviderAuthError(
                "the SendGrid key may not send mail; give it the permission Mail Send"
            )
        return f"SendGrid at {self._settings.base_url} takes mail with this key"

    def _client(self) -> SendGridClient:
        return SendGridClient(
            self._settings,
            is_sandbox=self._is_sandbox,
            clock=lambda: self._clock().timestamp(),
        )


class SendGridConnection:
    """Requests for one issue to one mailing list.

    Args:
        client: posts them.
        builder: writes them.
        most: recipients a request.
        most_bytes: size of a request.
    """

    def __init__(
        self, client: SendGridClient, builder: RequestBuilder, *, most: int, most_bytes: int
    ) -> None:
        self._client = client
        self._builder = builder
        self._most = most
        self._most_bytes = most_bytes
        self._is_unclear = False
        self._is_proven = False  # somebody was accepted, so what all share is good
        self._unexplained = 0

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Send requests for all recipients. See `Connection.hand_over`."""
        if self._is_unclear:
            self._is_unclear = False
            raise ProviderUnavailableError(
                f"SendGrid at {self._client.base_url} left the last request unanswered"
            )
        window = _Window(journal)
        try:
            window.groups = self._groups(recipients, window)
            while window.groups and not self._is_unclear:
                self._turn(window)
            self._settle(window)
        except (LeaseLostError, ProviderError):
            if not window.outcomes:
                raise
        return window.outcomes

    def close(self) -> None:
        """Do nothing: nothing is open between requests."""

    def _groups(self, recipients: Sequence[Recipient], window: "_Window") -> list[list[Member]]:
        """Return requests to make, the first one last."""
        members = []
        for recipient in recipients:
            member = self._builder.member(recipient)
            if isinstance(member, Outcome):
                window.end([member])
            else:
                members.append(member)
        room = self._most_bytes - self._builder.frame_bytes
        return pack(members, most=self._most, most_bytes=room)[::-1]

    def _turn(self, window: "_Window") -> None:
        """Make one request and draw the conclusions."""
        group = window.groups.pop()
        answer = self._ask(group, window)
        match answer.verdict:
            case Verdict.ACCEPTED:
                self._is_proven = True
                window.end(_all(group, DeliveryState.ACCEPTED, receipt=answer.receipt))
                self._settle(window)
            case Verdict.UNCLEAR:
                self._is_unclear = True
                window.end(_all(group, DeliveryState.UNKNOWN, answer.reason))
            case Verdict.TOO_LARGE:
                self._halve(group, window, "one message alone is larger than SendGrid takes")
            case Verdict.BAD:
                self._narrow_down(group, answer.errors, window)

    def _ask(self, group: list[Member], window: "_Window") -> Answer:
        """Post one request; where it was certainly not taken, note that at once."""
        window.journal.begin([member.delivery_id for member in group])
        try:
            answer = self._client.post(self._builder.body(group))
        except ProviderError:
            window.journal.end(_all(group, DeliveryState.DEFERRED, _NOT_TAKEN))
            raise
        if answer.verdict in (Verdict.BAD, Verdict.TOO_LARGE):
            window.journal.end(_all(group, DeliveryState.DEFERRED, _NOT_TAKEN))
        return answer

    def _narrow_down(
        self, group: list[Member], errors: Sequence[FieldError], window: "_Window"
    ) -> None:
        blamed = {c.index: c for c in reversed(errors) if c.index in range(len(group))}
        if blamed and not _is_about_all(group, list(blamed.values())):
            window.end(
                [_rejected(group[index], blamed[index]) for index in blamed if index is not None]
            )
            rest = [member for index, member in enumerate(group) if index not in blamed]
            window.groups += [rest] if rest else []
        elif blamed or any(not error.is_vague for error in errors):
            raise _refused_as_a_whole(errors)
        elif len(group) > 1:
            self._halve(group, window)
        else:
            self._suspect(group[0], errors, window)

    def _halve(self, group: list[Member], window: "_Window", if_alone: str = "") -> None:
        if len(group) == 1:
            raise ProviderRequestError(if_alone)
        middle = len(group) // 2
        window.groups += [group[middle:], group[:middle]]

    def _suspect(self, member: Member, errors: Sequence[FieldError], window: "_Window") -> None:
        """Hold back the rejection of a recipient who was refused alone: others may be as well."""
        said = errors[0] if errors else FieldError("", "no reason given")
        window.suspects.append(_rejected(member, said))
        if self._is_proven:
            self._settle(window)
        elif self._unexplained + len(window.suspects) >= MOST_UNEXPLAINED:
            raise _refused_as_a_whole([said])

    def _settle(self, window: "_Window") -> None:
        """Reject the suspects: the request as such is good, or they are too few to doubt it."""
        self._unexplained += len(window.suspects)
        window.end(window.suspects)
        window.suspects = []


@dataclass(slots=True)
class _Window:
    """One `hand_over` under way.

    Attributes:
        groups: requests still to be made, the next one last.
        suspects: rejections held back, see `SendGridConnection._suspect`.
    """

    journal: Journal
    outcomes: list[Outcome] = field(default_factory=list)
    groups: list[list[Member]] = field(default_factory=list)
    suspects: list[Outcome] = field(default_factory=list)

    def end(self, outcomes: list[Outcome]) -> None:
        """Note and keep `outcomes`."""
        self.journal.end(outcomes)
        self.outcomes += outcomes


def _is_about_all(group: list[Member], errors: list[FieldError]) -> bool:
    """Return whether every recipient is blamed for what cannot be each one's own fault."""
    return (
        len(errors) == len(group) >= MOST_UNEXPLAINED
        and not any(error.is_personal for error in errors)
        and len({error.message for error in errors}) == 1
    )


def _refused_as_a_whole(errors: Sequence[FieldError]) -> ProviderRequestError:
    said = "; ".join(dict.fromkeys(map(str, errors)))[:_LONGEST_RECEIPT]
    return ProviderRequestError(
        f"SendGrid refuses the message itself, whoever it goes to ({said}); "
        "change the issue or the sender, then resume the send"
    )


def _rejected(member: Member, error: FieldError) -> Outcome:
    return Outcome(
        member.delivery_id,
        DeliveryState.REJECTED,
        reason="sendgrid_400",
        receipt=error.message[:_LONGEST_RECEIPT],
    )


def _all(
    group: list[Member], state: DeliveryState, reason: str = "", *, receipt: str = ""
) -> list[Outcome]:
    receipt = receipt[:_LONGEST_RECEIPT]
    return [Outcome(member.delivery_id, state, reason, receipt) for member in group]
