"""What a callout says of its kind: in words, since not everybody sees its colour."""

from mailer.composing.issue.tree import Callout, plain_text
from mailer.composing.themes.words import Words


def is_named(callout: Callout, said: Words) -> bool:
    """Whether the kind is the callout's title, or its title names the kind first.

    Else the kind stands before the title.
    """
    kind = said[callout.kind].casefold()
    return plain_text(callout.title).casefold().partition(":")[0].strip() in {"", kind}
