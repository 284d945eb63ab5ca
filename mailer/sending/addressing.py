"""Addressing: what a message to one subscriber needs beyond the issue: links, ids, merge values."""

from dataclasses import dataclass, field

from mailer.message.compiled import Recipient, message_id
from mailer.message.links import archive_url, unsubscribe_mailto, unsubscribe_url
from mailer.sending.ledger.deliveries import OpenDelivery
from mailer.sending.ledger.sends import Mailing
from subscribers.tokens import Purpose, Signer


@dataclass(frozen=True, slots=True)
class Addresser:
    """Builds recipients.

    Args:
        signer: signs unsubscribe links.
        message_id_key: keys Message-IDs, so that they cannot be computed by outsiders.
        base_url: of the web app, without a slash at the end.
        unsubscribe_mailbox: takes unsubscribe mail; empty for none.
    """

    signer: Signer
    message_id_key: bytes = field(repr=False)
    base_url: str
    unsubscribe_mailbox: str = ""

    def recipient(self, mailing: Mailing, delivery: OpenDelivery) -> Recipient:
        """Return the recipient of `mailing` that `delivery` is."""
        token = self.signer.sign(
            Purpose.UNSUBSCRIBE,
            delivery.subscriber_id,
            mailing.archive.list_id,
            delivery.delivery_id,
        )
        return Recipient(
            delivery_id=delivery.delivery_id,
            email=delivery.email,
            name=delivery.name,
            message_id=self._message_id(mailing, delivery),
            unsubscribe_url=unsubscribe_url(self.base_url, token),
            unsubscribe_mailto=unsubscribe_mailto(self.unsubscribe_mailbox, token),
            archive_url=archive_url(
                self.signer,
                mailing.archive,
                base_url=self.base_url,
                slug=mailing.compiled.slug,
                subscriber_id=delivery.subscriber_id,
            ),
            fields=delivery.merge_values,
        )

    def _message_id(self, mailing: Mailing, delivery: OpenDelivery) -> str:
        return message_id(
            key=self.message_id_key,
            slug=mailing.compiled.slug,
            address_key=delivery.email_key,
            domain=mailing.domain,
        )
