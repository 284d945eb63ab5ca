"""Errors about the audience, each with its code.

SubscribersError              `subscribers`
├── InvalidAddressError       `invalid-address`
├── InvalidNameError          `invalid-name`
├── SegmentError              `segment`
├── TokenError                `token`
├── SubscriptionStateError    `subscription-state`
│                             `address-suppressed` `subscription-ended` `subscription-pending`
├── UnknownMailingListError   `mailing-list-unknown` `mailing-lists-none`
├── UnsupportedAudienceError  `audience-unsupported`
└── ImportFileError           `import-file`          (.path .line_number)
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, TypeAlias

Datum: TypeAlias = str | int | float | bool | Sequence[str] | None


class CodedError(Exception):
    """An error for people, by its text, and for programs, by its code and data.

    Args:
        message: one line: what is wrong, and with which thing. What to do about it only where the
            same holds for whoever shows it: no command, no option, no HTTP status.
        code: words joined by dashes; never reused for something else. The class's own by default.
        data: what the message is about, as JSON values.
    """

    default_code: ClassVar[str] = "error"

    def __init__(self, message: str, *, code: str = "", **data: Datum) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.data: dict[str, Datum] = data


class SubscribersError(CodedError):
    """Base of every error about the audience."""

    default_code = "subscribers"


class InvalidAddressError(SubscribersError):
    """The text is not an email address that mail could be delivered to."""

    default_code = "invalid-address"


class InvalidNameError(SubscribersError):
    """A mailing list or merge field is given a name or value that it cannot have."""

    default_code = "invalid-name"


class SegmentError(SubscribersError):
    """The text is not a rule over subscribers' fields."""

    default_code = "segment"


class TokenError(SubscribersError):
    """A link's token is damaged, forged or made for something else."""

    default_code = "token"


class SubscriptionStateError(SubscribersError):
    """The subscription is not in a state that allows this."""

    default_code = "subscription-state"


class UnknownMailingListError(SubscribersError):
    """No mailing list has this slug."""

    default_code = "mailing-list-unknown"


class UnsupportedAudienceError(SubscribersError):
    """Nothing can be sent to, or counted over, an audience of this kind yet."""

    default_code = "audience-unsupported"


class ImportFileError(SubscribersError):
    """The file as a whole cannot be imported (a bad row does not raise: it is rejected)."""

    default_code = "import-file"

    def __init__(self, message: str, *, path: Path, line_number: int | None = None) -> None:
        super().__init__(message, path=str(path), line_number=line_number)
        self.path = path
        self.line_number = line_number
