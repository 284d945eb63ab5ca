"""Every error that the program raises on purpose, each with its code.

MailerError                       `failed`
├── ConfigurationError            `configuration`
│                                 `workspace-missing` `workspace-invalid` `schema-revision`
│                                 `schema-newer` `database-not-empty`
│                                 `address-unavailable` `preview-port-unavailable`
│                                 `send-waits-for-broker`
│                                 `secret-key-wrong` `secret-key-missing`
├── RenderError                   `render`               (.path .line .column)
│                                 `file-exists` `feed-not-issue` `posts-none`
│                                 `theme-shipped` `theme-without-layout` `theme-not-standalone`
├── ProviderError                 `provider`             (.retry)
│   ├── ProviderUnavailableError  `provider-unavailable` nothing was handed over: retry with backoff
│   ├── ProviderThrottledError    `provider-throttled`   same, not before .retry_after_seconds
│   ├── ProviderAuthError         `provider-auth`        nothing goes until a person acts: pause
│   ├── ProviderTlsError          `provider-tls`         same: the connection cannot be trusted
│   └── ProviderRequestError      `provider-request`     same: each message would be refused, or
│                                                        nobody could tell whether it was taken
├── FeedError                     `feed`                 a feed cannot be fetched, or is none
├── WebhookError                  `webhook`
│   ├── WebhookSignatureError     `webhook-signature`
│   └── WebhookPayloadError       `webhook-payload`
├── ProposalError                 `proposal`             what is proposed must not go out
│                                 `merge-value-gaps` `lint-errors` `audience-empty`
│                                 `send-paused` `send-unfinished` `send-provider`
│                                 `send-scheduled` `approval-stale`
│                                 `retry-empty` `retry-reason` `issue-pruned`
├── SendStateError                `send-state`
│                                 `send-unsettled` `delivery-not-unknown`
├── BrowserError                  `browser`
└── NotFoundError                 `not-found`
                                  `send-unknown` `subscriber-unknown` `reader-unknown`
                                  `delivery-unknown` `delivery-not-of-send`
                                  `theme-unknown` `post-unknown`
                                  `list-unnamed` `screenshots-missing`

What happened to one delivery is never an exception: it is a `mailer.states.Outcome`.
The text of an error is one line that says what is wrong and with which thing. What to do is said
here only where it is the same for everybody, such as a setting to correct. Otherwise whoever shows
the error knows it by the code: `mailer.cli.advice` names commands and options, `mailer.web.errors`
HTTP statuses. The same shape for the audience: `subscribers.errors`.
"""

from collections.abc import Sequence
from pathlib import Path

from subscribers.errors import CodedError, Datum


class MailerError(CodedError):
    """Base of every error raised on purpose in `mailer`."""

    default_code = "failed"


class ConfigurationError(MailerError):
    """A setting is wrong or missing, or a server that it names cannot be used."""

    default_code = "configuration"


class RenderError(MailerError):
    """An issue, template or theme cannot be compiled.

    Args:
        message: what is wrong, one line.
        path: the file, where known.
        line: 1-based, where known.
        column: 1-based, in characters, where known.
        code: as for every error.
        data: as for every error; the place goes in by itself.

    Attributes:
        others: what else is wrong, where one look found more than this.
    """

    default_code = "render"

    def __init__(
        self,
        message: str,
        *,
        path: Path | None = None,
        line: int | None = None,
        column: int | None = None,
        code: str = "",
        **data: Datum,
    ) -> None:
        known = {"path": None if path is None else str(path), "line": line, "column": column}
        place = {name: part for name, part in known.items() if part is not None}
        start = ":".join(map(str, place.values()))
        super().__init__(f"{start}: {message}" if start else message, code=code, **data)
        self.data |= place
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

    default_code = "provider"
    retry = False


class ProviderUnavailableError(ProviderError):
    """The provider cannot be reached or is out of service; nothing was handed over."""

    default_code = "provider-unavailable"
    retry = True


class ProviderThrottledError(ProviderError):
    """The provider asks to wait; nothing was handed over."""

    default_code = "provider-throttled"
    retry = True

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


class ProviderAuthError(ProviderError):
    """The provider refuses our credentials or our sender; the send is paused for a person."""

    default_code = "provider-auth"


class ProviderTlsError(ProviderError):
    """No connection to the provider could be trusted; the send is paused for a person."""

    default_code = "provider-tls"


class ProviderRequestError(ProviderError):
    """The provider refuses what all messages have in common; the send is paused for a person."""

    default_code = "provider-request"


class FeedError(MailerError):
    """A feed cannot be fetched, or is none."""

    default_code = "feed"


class WebhookError(MailerError):
    """A webhook request cannot be taken."""

    default_code = "webhook"


class WebhookSignatureError(WebhookError):
    """The signature is missing, wrong or stale."""

    default_code = "webhook-signature"


class WebhookPayloadError(WebhookError):
    """The signed body is not what this provider sends."""

    default_code = "webhook-payload"


class ProposalError(MailerError):
    """What is proposed must not go out."""

    default_code = "proposal"


class SendStateError(MailerError):
    """The send is not in a state that allows this."""

    default_code = "send-state"


class NotFoundError(MailerError):
    """There is no such issue, send or subscriber."""

    default_code = "not-found"


class BrowserError(MailerError):
    """The browser that takes screenshots cannot be started, has died, or refuses."""

    default_code = "browser"
