"""Test sends: an issue to a few addresses, through the real provider, without any record.

No issue, send or delivery is recorded, and nobody's link is in it. A test goes out once: what the
provider does not take is reported, not tried again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from mailer.composing.readers import Reader, address_of
from mailer.composing.trial.copies import copy_number, keep_copy
from mailer.composing.trial.message import Marks, as_test
from mailer.config import Settings
from mailer.errors import ProviderError
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.message.filling import fill_for_nobody
from mailer.message.links import (
    TEST_COPY_PATH,
    UNSUBSCRIBE_HELP_PATH,
    unsubscribe_mailto,
    unsubscribe_url,
)
from mailer.providers.base import Connection, Provider
from mailer.providers.outcome import Outcome
from mailer.states import DeliveryState
from subscribers import suppressions
from subscribers.lists import mailing_lists
from subscribers.people.address import Address
from subscribers.tokens import Purpose, Signer

MOST_ADDRESSES = 10
"""A test is for the author and a few colleagues; for everybody else there are sends."""

FIRST_DELIVERY_ID = 2**62
"""Providers report events by delivery id: ids of tests are above those of all deliveries."""

LIST_SLUG = "test"
"""In headers, and in the provider's statistics, instead of the mailing list's own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the message to one address.

    Args:
        email: the address.
        state: `accepted`, `rejected`, `deferred`, `failed`, `unknown`, or `refused` by us.
        detail: the reason, or the provider's receipt; may be empty.
    """

    email: str = field(repr=False)
    state: str
    detail: str = field(repr=False)

    @property
    def is_accepted(self) -> bool:
        """Whether the provider took it."""
        return self.state == DeliveryState.ACCEPTED


def parse_addresses(texts: Sequence[str]) -> list[Address]:
    """Return each address once.

    Raises:
        InvalidAddressError: one is none.
    """
    found: dict[str, Address] = {}
    for text in texts:
        address = address_of(text)
        found.setdefault(address.email_key, address)
    return list(found.values())


def suppressed(engine: Engine, addresses: Sequence[Address]) -> dict[str, str]:
    """Return why we must not write to some of the addresses, by key. No means no, in tests too."""
    found = {}
    with engine.connect() as connection:
        for address in addresses:
            why = suppressions.find_suppression(connection, address.email_key)
            if why is not None:
                day = why.recorded_at.date().isoformat()
                found[address.email_key] = f"suppressed since {day} ({why.reason})"
    return found


@dataclass(frozen=True, slots=True)
class _Links:
    """Where a test's own links lead: the token of one that changes nothing, and a copy to read."""

    unsubscribe: str = field(repr=False)
    copy_url: str = field(repr=False)


@dataclass(frozen=True)
class TrialSender:
    """Sends tests.

    Args:
        engine: for suppressions, and the name of the mailing list.
        provider: whom messages are handed to.
        signer: signs links that change nothing.
        settings: of the workspace.
        new_id: makes the left side of a Message-ID, a new one each time: a mail program shows a
            second message with the same one as the same.
    """

    engine: Engine
    provider: Provider
    signer: Signer
    settings: Settings
    new_id: Callable[[], str]

    def send(
        self,
        compiled: CompiledIssue,
        addresses: Sequence[Address],
        *,
        reader: Reader,
        list_slug: str = "",
        has_banner: bool = True,
    ) -> list[Answer]:
        """Send the test and return what became of it, by address in the order given.

        Args:
            compiled: the issue.
            addresses: at most `MOST_ADDRESSES`.
            reader: whose values fill it.
            list_slug: the mailing list that the issue names; need not exist.
            has_banner: whether the test says so at its top.

        Raises:
            ProviderError: the provider took nothing.
        """
        refused = suppressed(self.engine, addresses)
        mailing_list_id, list_name = self._mailing_list(list_slug)
        marks = Marks(shown_as=reader.email, has_banner=has_banner)
        test = as_test(compiled, marks)
        links = _Links(
            unsubscribe=self.signer.sign(Purpose.TEST, mailing_list_id),
            copy_url=self._keep_copy(compiled, mailing_list_id),
        )
        identity = MailingIdentity(
            LIST_SLUG, list_name or test.sender.name or "Test", _domain(test), 0
        )
        welcome = [one for one in addresses if one.email_key not in refused]
        recipients = {
            one.email_key: self._recipient(test, one, reader, links, number=number)
            for number, one in enumerate(welcome)
        }
        outcomes, trouble = self._hand_over(test, identity, list(recipients.values()))
        told = {
            key: _told(recipient, outcomes.get(recipient.delivery_id), trouble)
            for key, recipient in recipients.items()
        }
        refusals = {key: Answer("", "refused", why) for key, why in refused.items()}
        found = {**told, **refusals}
        return [
            Answer(one.email, found[one.email_key].state, found[one.email_key].detail)
            for one in addresses
        ]

    def _mailing_list(self, slug: str) -> tuple[int, str]:
        if not slug:
            return 0, ""
        with self.engine.connect() as connection:
            found = mailing_lists.find_mailing_list(connection, slug)
        return (found.id, found.name) if found else (0, "")

    def _keep_copy(self, compiled: CompiledIssue, mailing_list_id: int) -> str:
        """Keep what the test's "Read online" shows, as the archive has not got it; return where."""
        number, base_url = copy_number(compiled), self.settings.web.base_url
        token = self.signer.sign(Purpose.TEST, mailing_list_id, number)
        url = f"{base_url}{TEST_COPY_PATH}{token}"
        page = fill_for_nobody(
            compiled.html,
            compiled,
            unsubscribe_url=base_url + UNSUBSCRIBE_HELP_PATH,
            archive_url=url,
        )
        keep_copy(self.settings, number, page)
        return url

    def _recipient(
        self, test: CompiledIssue, address: Address, reader: Reader, links: "_Links", *, number: int
    ) -> Recipient:
        mailbox = self.settings.sender.takes_unsubscribes
        return Recipient(
            delivery_id=FIRST_DELIVERY_ID + number,
            email=address.email,
            name="",
            message_id=f"test.{self.new_id()}@{_domain(test)}",
            unsubscribe_url=unsubscribe_url(self.settings.web.base_url, links.unsubscribe),
            unsubscribe_mailto=unsubscribe_mailto(mailbox, links.unsubscribe),
            fields=reader.merge_values,
            archive_url=links.copy_url,
        )

    def _hand_over(
        self, test: CompiledIssue, identity: MailingIdentity, recipients: Sequence[Recipient]
    ) -> tuple[dict[int, Outcome], str]:
        """Return outcomes by delivery, and what kept the rest from having one."""
        if not recipients:
            return {}, ""
        line = self.provider.connect(test, identity)
        try:
            return _until_done(line, recipients)
        finally:
            line.close()


def _until_done(
    line: Connection, recipients: Sequence[Recipient]
) -> tuple[dict[int, Outcome], str]:
    outcomes: dict[int, Outcome] = {}
    left = list(recipients)
    while left:
        try:
            found = line.hand_over(left, journal=_NoJournal())
        except ProviderError as error:
            if not outcomes:
                raise
            return outcomes, str(error)
        if not found:
            return outcomes, "the provider took no more"
        outcomes |= {outcome.delivery_id: outcome for outcome in found}
        left = [one for one in left if one.delivery_id not in outcomes]
    return outcomes, ""


class _NoJournal:
    """A test is not recorded: there is nothing that a crash could leave open."""

    def begin(self, delivery_ids: Sequence[int]) -> None:
        """Note nothing."""

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Note nothing."""


def _told(recipient: Recipient, outcome: Outcome | None, trouble: str) -> Answer:
    if outcome is None:
        return Answer(recipient.email, "failed", trouble)
    detail = ": ".join(part for part in (outcome.reason, outcome.receipt) if part)
    return Answer(recipient.email, outcome.state, detail)


def _domain(compiled: CompiledIssue) -> str:
    return compiled.sender.email.rpartition("@")[2]
