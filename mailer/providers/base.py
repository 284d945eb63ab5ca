"""What a provider is: something that takes messages and says what became of each.

A provider hands over *windows*: short runs of deliveries of one send. Before a message can be
committed to the provider its ids are noted with `journal.begin`, afterwards the result with
`journal.end`; a worker killed in between leaves exactly those deliveries `unknown`.
"""

from collections.abc import Sequence
from typing import Protocol

from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.providers.outcome import Journal, Outcome

WINDOW_SECONDS = 0.2
"""How long a window of messages that are committed one by one should take: an unsubscription, a
pause or a stop waits about this long."""

LONGEST_WINDOW_SECONDS = 2 * WINDOW_SECONDS
"""After this long such a window is cut off, should the provider have become slower."""


class Connection(Protocol):
    """One connection to the provider, used by one thread at a time."""

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Hand one message a recipient to the provider.

        Returns what became of each recipient, in any order, each already noted in `journal`.
        Where the provider took some and then became unusable, the outcomes so far are returned,
        and the next call raises.

        Where each message is committed on its own, the window also ends with the message that is in
        flight `LONGEST_WINDOW_SECONDS` after it began, and after a message whose outcome is
        unknown.

        A recipient without an outcome was not handed over and may be tried again at once. Where
        `journal.begin` had named it and the provider then refused the attempt as a whole (a 429
        to a request, say), `journal.end` notes it as deferred, so that a worker killed right
        then does not leave it unknown. A recipient who was refused before anything could be
        committed has an outcome, and so a `journal.end`, without a `journal.begin`.

        Whatever else is raised, by `journal` above all, is let through: the connection is dropped,
        and what was begun and not ended stays unknown.

        Raises:
            ProviderUnavailableError, ProviderThrottledError, ProviderAuthError,
            ProviderRequestError: nothing of this window was handed over.
            LeaseLostError: from `journal.begin`, before anything of this window was handed over;
                where some was, the outcomes so far are returned.
        """
        ...

    def close(self) -> None:
        """Leave politely; never raises."""
        ...


class Provider(Protocol):
    """A way to send.

    Attributes:
        name: as in the setting `provider`.
        window_size: most recipients that one `hand_over` should be given.
        connection_count: most connections that one worker process should open.
        commits_singly: whether each message is committed on its own (SMTP) rather than a whole
            window at once (one API request); windows are kept short in time then.
    """

    name: str
    window_size: int
    connection_count: int
    commits_singly: bool

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> Connection:
        """Open a connection for messages of one compiled issue to one mailing list.

        Raises:
            ProviderUnavailableError, ProviderThrottledError, ProviderAuthError: none is open.
        """
        ...

    def check(self) -> str:
        """Return one line on whether the provider would take mail now, for `mailer doctor`.

        Raises:
            ProviderError: it would not.
        """
        ...
