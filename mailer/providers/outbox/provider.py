"""The outbox: each message as a file, to look at without sending anything.

A file's name comes from the Message-ID, so a second hand-over of the same issue to the same
address overwrites the first. Files appear whole or not at all. They are not flushed to the
disk one by one, which would take ten times as long: a power cut may take the last few, which a
preview can bear.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from mailer.errors import ProviderUnavailableError
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.message.mime import MimeTemplate
from mailer.platform.clock import utcnow
from mailer.platform.files import PRIVATE, FileDraft
from mailer.platform.state_dir import private_dirs
from mailer.providers.outcome import Journal, Outcome
from mailer.providers.steps import one_by_one
from mailer.states import DeliveryState

_UNSAFE_IN_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_RECEIPT = 255


class OutboxProvider:
    """Writes messages to files.

    Args:
        directory: made on demand; one folder an issue, one `.eml` file a message.
        clock: aware UTC.
    """

    name = "outbox"
    window_size = 100
    connection_count = 1
    commits_singly = True

    def __init__(self, directory: Path, *, clock: Callable[[], dt.datetime] = utcnow) -> None:
        self._directory = directory
        self._clock = clock

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "OutboxConnection":
        """Make the issue's folder.

        Raises:
            ProviderUnavailableError: it cannot be made.
        """
        folder = self._directory / _file_name(compiled.slug)
        _make_folder(folder)
        return OutboxConnection(folder, MimeTemplate(compiled, identity), clock=self._clock)

    def check(self) -> str:
        """Return where messages are written.

        Raises:
            ProviderUnavailableError: nothing can be written there.
        """
        _make_folder(self._directory)
        _drafted(self._directory / "probe", b"").close()
        return f"messages are written to {self._directory}"


class OutboxConnection:
    """Messages of one issue on their way to one folder."""

    def __init__(
        self, folder: Path, template: MimeTemplate, *, clock: Callable[[], dt.datetime]
    ) -> None:
        self._folder = folder
        self._template = template
        self._clock = clock

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Write one file a recipient. See `Connection.hand_over`."""
        return one_by_one(recipients, self._hand_over, journal=journal)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _hand_over(self, recipient: Recipient, journal: Journal) -> Outcome:
        name = _file_name(recipient.message_id.partition("@")[0])
        target = self._folder / f"{name}.eml"
        message = self._template.bind(recipient, date=self._clock())
        with _drafted(target, message) as draft:
            journal.begin([recipient.delivery_id])
            try:
                draft.replace()
            except OSError:
                return Outcome(
                    recipient.delivery_id, DeliveryState.DEFERRED, reason="outbox_unwritable"
                )
        receipt = f"{self._folder.name}/{target.name}"[:_LONGEST_RECEIPT]
        return Outcome(recipient.delivery_id, DeliveryState.ACCEPTED, receipt=receipt)


def _file_name(name: str) -> str:
    return _UNSAFE_IN_FILE_NAME.sub("-", name) or "message"


def _make_folder(folder: Path) -> None:
    try:
        private_dirs(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _drafted(target: Path, content: bytes) -> FileDraft:
    """Return a draft with the content.

    Raises:
        ProviderUnavailableError: it cannot be written.
    """
    try:
        draft = FileDraft(target, mode=PRIVATE, can_be_remade=True)
        try:
            draft.write(content)
        except OSError:
            draft.close()
            raise
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    return draft


def _unwritable(folder: Path, error: OSError) -> ProviderUnavailableError:
    return ProviderUnavailableError(
        f"cannot write to the outbox {folder}: {error.strerror}; "
        "make it writable or set [outbox] directory"
    )
