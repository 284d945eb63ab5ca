"""An address in the author's file, taken apart, and hits on it."""

from dataclasses import dataclass

from mailer.composing.linting.rule import Hit
from mailer.composing.linting.scan.spans import Target
from mailer.composing.linting.urls import Url, take_apart


@dataclass(frozen=True, slots=True)
class Address:
    """An address as written, and its parts."""

    target: Target
    url: Url

    @classmethod
    def of(cls, target: Target) -> "Address":
        """Return the address of a link or an image."""
        return cls(target, take_apart(target.url))

    def hit(self, code: str, message: str, *, part: str = "") -> Hit:
        """Return a hit on the whole address, or on the first `part` of it."""
        start, end = self.target.start, self.target.end
        at = self.target.url.lower().find(part.lower()) if part else -1
        is_as_written = len(self.target.url) == end - start
        if at > 0 and is_as_written:
            start, end = start + at, start + at + len(part)
        return Hit(code, message, start, end)
