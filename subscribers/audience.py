"""Whom a send goes to: mailing lists, a segment that narrows them, and exclusions. Pure."""

from dataclasses import dataclass

from subscribers.errors import UnsupportedAudienceError
from subscribers.segments.language import Segment


@dataclass(frozen=True, slots=True)
class Audience:
    """The active subscribers of the lists, each once, whom nothing excludes.

    Args:
        list_ids: of mailing lists.
        segment: a rule that they have to meet; None for everybody.
        excluded_list_ids: of mailing lists whose subscribers are left out.
    """

    list_ids: tuple[int, ...]
    segment: Segment | None = None
    excluded_list_ids: tuple[int, ...] = ()

    @classmethod
    def of_list(cls, list_id: int) -> "Audience":
        """Return everybody on one mailing list."""
        return cls((list_id,))

    @property
    def only_list_id(self) -> int:
        """The one mailing list that the audience is.

        Raises:
            UnsupportedAudienceError: it is more than one list, or less than all of it.
        """
        if len(self.list_ids) != 1 or self.segment is not None or self.excluded_list_ids:
            raise UnsupportedAudienceError("an audience can only be one whole mailing list so far")
        return self.list_ids[0]
