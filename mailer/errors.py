"""Every error that the program raises on purpose.

MailerError
├── ConfigurationError
├── RenderError              (.path .line .column)
├── ProviderError            (.retry)
│   ├── ProviderUnavailableError   nothing was handed over: try again with backoff
│   ├── ProviderThrottledError     the same, not before .retry_after_seconds
│   ├── ProviderAuthError          nothing will go until a person acts: pause the send
│   └── ProviderRequestError       the same: every message would be refused as it is
├── FeedError                a feed cannot be fetched, or is none
├── WebhookError
│   ├── WebhookSignatureError      answered with 401
│   └── WebhookPayloadError        answered with 400
├── ProposalError            what is proposed must not go out
│   ├── GapsError                  (.field .count)
│   └── LintErrorsError            (.path .count)
├── SendStateError
├── BrowserError
└── NotFoundError

What happened to one delivery is never an exception: it is a `mailer.states.Outcome`.
The text of each error is one line that says what is wrong, which thing, and what to do.
`mailer.cli` turns them into exit codes, `mailer.web` into HTTP statuses.
"""

from collections.abc import Sequence
from pathlib import Path


class MailerError(Exception):
    """Base of every error raised on purpose in `mailer`."""


class ConfigurationError(MailerError):
    """A setting is wrong or missing, or a server that it names cannot be used."""


class RenderError(MailerError):
    """An issue, template or theme cannot be compiled.

    Args:
        message: what is wrong and what to do, one line.
        path: the file, where known.
        line: 1-based, where known.
        column: 1-based, in characters, where known.

    Attributes:
        others: what else is wrong, where one look found more than this.
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        self.others: tuple[RenderError, ...] = ()

    @classmethod
    def of(cls, errors: Sequence["RenderError"]) -> "RenderError":
        """Return the first of `errors`, which knows the others."""
        first, *more = errors
        first.others = tuple(more)
        return first


class ProviderError(MailerError):
    """The provider took nothing of what it was given."""

    retry = False


class ProviderUnavailableError(ProviderError):
    """The provider cannot be reached or is out of service; nothing was handed over."""

    retry = True


class ProviderThrottledError(ProviderError):
    """The provider asks to wait; nothing was handed over."""

    retry = True

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderAuthError(ProviderError):
    """The provider refuses our credentials or our sender; the send is paused for a person."""


class ProviderRequestError(ProviderError):
    """The provider refuses what all messages have in common; the send is paused for a person."""


class FeedError(MailerError):
    """A feed cannot be fetched, or is none."""


class WebhookError(MailerError):
    """A webhook request cannot be taken."""


class WebhookSignatureError(WebhookError):
    """The signature is missing, wrong or stale."""


class WebhookPayloadError(WebhookError):
    """The signed body is not what this provider sends."""


class ProposalError(MailerError):
    """What is proposed must not go out."""


class GapsError(ProposalError):
    """Somebody would read nothing where a merge field stands.

    Args:
        field: the merge field, which has no default.
        count: active subscribers of the audience who have no value for it.
    """

    def __init__(self, field: str, count: int) -> None:
        who = (
            "1 subscriber on the list has"
            if count == 1
            else f"{count:,} subscribers on the list have"
        )
        super().__init__(
            f"{{{{ {field} }}}} has no default, and {who} no value for it: "
            f'write {{{{ {field} | default: "..." }}}}'
        )
        self.field = field
        self.count = count


class LintErrorsError(ProposalError):
    """The linter finds errors in an issue.

    Args:
        path: the issue's file.
        count: how many errors.
    """

    def __init__(self, path: Path, count: int) -> None:
        super().__init__(f"the linter finds {count:,} error{'' if count == 1 else 's'} in {path}")
        self.path = path
        self.count = count


class SendStateError(MailerError):
    """The send is not in a state that allows this."""


class NotFoundError(MailerError):
    """There is no such issue, send or subscriber."""


class BrowserError(MailerError):
    """The browser that takes screenshots cannot be started, has died, or refuses."""
