"""Errors about the audience.

SubscribersError
├── InvalidAddressError
├── InvalidNameError
├── SegmentError
├── TokenError
├── SubscriptionStateError
├── UnknownMailingListError
└── ImportFileError         (.path .line_number)
"""

from pathlib import Path


class SubscribersError(Exception):
    """Base of every error about the audience. Its text is one line: what, which, what to do."""


class InvalidAddressError(SubscribersError):
    """The text is not an email address that mail could be delivered to."""


class InvalidNameError(SubscribersError):
    """A mailing list or merge field is given a name or value that it cannot have."""


class SegmentError(SubscribersError):
    """The text is not a rule over subscribers' fields."""


class TokenError(SubscribersError):
    """A link's token is damaged, forged or made for something else."""


class SubscriptionStateError(SubscribersError):
    """The subscription is not in a state that allows this."""


class UnknownMailingListError(SubscribersError):
    """No mailing list has this slug."""


class ImportFileError(SubscribersError):
    """The file as a whole cannot be imported (a bad row does not raise: it is rejected)."""

    def __init__(self, message: str, *, path: Path, line_number: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.line_number = line_number
