"""SendGrid: up to 1,000 messages a request, each with its own values, headers and delivery id.

A request is taken or refused as a whole. A refused one is narrowed down: to the recipients that
SendGrid blames, or by halves where it blames nobody, until the guilty are rejected and everybody
else is accepted exactly once. Where the fault is in what all messages share, nobody is rejected:
the send is paused.
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
from mailer.providers.sendgrid.client import Answer, Complaint, SendGridClient, Verdict
from mailer.providers.sendgrid.request import Member, RequestBuilder, pack
from mailer.providers.sendgrid.settings import SendGridSettings
from mailer.states import DeliveryState

__all__ = ["SendGridProvider", "SendGridSettings"]

MOST_UNEXPLAINED = 3
"""So many recipients refused alone and without a reason, nobody accepted yet: it is not them."""

_LONGEST_RECEIPT = 255
_NOT_TAKEN = "sendgrid_request_refused"


class SendGridProvider:
    """Hands messages to SendGrid."""

    name = "sendgrid"
    commits_singly = False

    def __init__(
        self, settings: SendGridSettings, *, clock: Callable[[], dt.datetime] = utcnow
    ) -> None:
        self.window_size = settings.batch_size
        self.connection_count = settings.connections
        self._settings = settings
        self._clock = clock

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "SendGridConnection":
        """Prepare requests; nothing is sent yet. See `Provider.connect`."""
        builder = RequestBuilder(compiled, identity, is_sandbox=self._settings.is_sandbox)
        return SendGridConnection(self._client(), builder, self._settings)

    def check(self) -> str:
        """Ask what the key may do. See `Provider.check`."""
        if "mail.send" not in self._client().scopes():
            raise ProviderAuthError(
                "the SendGrid key may not send mail; give it the permission Mail Send"
            )
        return f"SendGrid at {self._settings.base_url} takes mail with this key"

    def _client(self) -> SendGridClient:
        return SendGridClient(self._settings, clock=lambda: self._clock().timestamp())


class SendGridConnection:
    """Requests for one issue to one mailing list."""

    def __init__(
        self, client: SendGridClient, builder: RequestBuilder, settings: SendGridSettings
    ) -> None:
        self._client = client
        self._builder = builder
        self._settings = settings
        self._is_unclear = False
        self._is_proven = False  # somebody was accepted, so what all share is good
        self._unexplained = 0

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Send requests for all recipients. See `Connection.hand_over`."""
        if self._is_unclear:
            self._is_unclear = False
            raise ProviderUnavailableError(
                f"SendGrid at {self._settings.base_url} left the last request unanswered"
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
        """Do nothing: no line is open between requests."""

    def _groups(self, recipients: Sequence[Recipient], window: "_Window") -> list[list[Member]]:
        """Return requests to make, the first one last."""
        members = []
        for recipient in recipients:
            member = self._builder.member(recipient)
            if isinstance(member, Outcome):
                window.end([member])
            else:
                members.append(member)
        room = self._settings.most_request_bytes - self._builder.frame_bytes
        return pack(members, most=self._settings.batch_size, most_bytes=room)[::-1]

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
                self._narrow_down(group, answer.complaints, window)

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
        self, group: list[Member], complaints: Sequence[Complaint], window: "_Window"
    ) -> None:
        guilty = {c.index: c for c in reversed(complaints) if c.index in range(len(group))}
        if guilty and not _is_about_all(group, list(guilty.values())):
            window.end(
                [_rejected(group[index], guilty[index]) for index in guilty if index is not None]
            )
            innocent = [member for index, member in enumerate(group) if index not in guilty]
            window.groups += [innocent] if innocent else []
        elif guilty or any(not complaint.is_vague for complaint in complaints):
            raise _refused_as_a_whole(complaints)
        elif len(group) > 1:
            self._halve(group, window)
        else:
            self._suspect(group[0], complaints, window)

    def _halve(self, group: list[Member], window: "_Window", if_alone: str = "") -> None:
        if len(group) == 1:
            raise ProviderRequestError(if_alone)
        middle = len(group) // 2
        window.groups += [group[middle:], group[:middle]]

    def _suspect(self, member: Member, complaints: Sequence[Complaint], window: "_Window") -> None:
        """Hold a recipient who was refused alone: guilty, unless others are refused likewise."""
        said = complaints[0] if complaints else Complaint("", "no reason given")
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


def _is_about_all(group: list[Member], complaints: list[Complaint]) -> bool:
    """Return whether every recipient is blamed for what cannot be each one's own fault."""
    return (
        len(complaints) == len(group) >= MOST_UNEXPLAINED
        and not any(complaint.is_personal for complaint in complaints)
        and len({complaint.message for complaint in complaints}) == 1
    )


def _refused_as_a_whole(complaints: Sequence[Complaint]) -> ProviderRequestError:
    said = "; ".join(dict.fromkeys(map(str, complaints)))[:_LONGEST_RECEIPT]
    return ProviderRequestError(
        f"SendGrid refuses the message itself, whoever it goes to ({said}); "
        "change the issue or the sender, then resume the send"
    )


def _rejected(member: Member, complaint: Complaint) -> Outcome:
    return Outcome(
        member.delivery_id,
        DeliveryState.REJECTED,
        reason="sendgrid_400",
        receipt=complaint.message[:_LONGEST_RECEIPT],
    )


def _all(
    group: list[Member], state: DeliveryState, reason: str = "", *, receipt: str = ""
) -> list[Outcome]:
    receipt = receipt[:_LONGEST_RECEIPT]
    return [Outcome(member.delivery_id, state, reason, receipt) for member in group]
