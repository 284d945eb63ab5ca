"""Whether a web address was to be replaced by the real one."""

import re

from mailer.composing.linting import hosts
from mailer.composing.linting.urls import Url

_REPLACE_ME = re.compile(
    r"(?:^|[/?&=])(?:"
    r"your[-_]?(?:link|url|page|post|site|domain|website|company|article)(?:[-_]?here)?"
    r"|your[-_](?:post|article|page|product)[-_](?:slug|title|name|url|link|id)"
    r"|(?:add|insert|paste|put)[-_]?(?:your[-_]?|the[-_]?)?(?:link|url)(?:[-_]?here)?"
    r"|(?:link|url)[-_]?(?:goes[-_]?)?here|replace[-_]?(?:me|this|with[-_]?\w++)|change[-_]?me"
    r")[-_]?\d*(?:\.\w{2,5})?(?=[/?&#]|$)",
    re.IGNORECASE,
)
"""A whole part of a path or a whole value: within a title the same words mean what they say."""
_FILLER_PATH = re.compile(
    r"/(?:placeholder|todo|tbd|xxx+|foobar|lorem(?:-?ipsum)?|dummy)/?$", re.IGNORECASE
)
"""Means a placeholder on a domain for examples; elsewhere it may be the name of a page."""
_YOUR_HOST = re.compile(
    r"(?:[\w-]+\.)*(?:your-?(?:domain|site|company|website|link|url|blog|newsletter|name)"
    r"|my-?(?:domain|site|company|website))\.\w+"
    r"|(?:your|insert|add|paste|put)[_-]?(?:your[_-]?|the[_-]?)?(?:link|url|domain|site|website|address)"
    r"(?:[_-]?here)?|(?:link|url)[_-]?(?:goes[_-]?)?here"
)
"""Of a domain, or alone: https://YOUR-LINK-HERE."""
_FILLER_HOSTS = (
    "via.placeholder.com", "placehold.it", "placehold.co", "placekitten.com", "lorempixel.com",
    "dummyimage.com", "loremflickr.com", "fakeimg.pl", "picsum.photos", "placeimg.com",
    "placecats.com",
)  # fmt: skip


def is_placeholder(url: Url) -> bool:
    """Return whether an address leads nowhere that anybody means."""
    return bool(
        _YOUR_HOST.fullmatch(url.host)
        or hosts.is_below(url.host, _FILLER_HOSTS)
        or _REPLACE_ME.search(f"{url.path}?{url.query}")
    )


def is_filler(url: Url) -> bool:
    """Return whether the path, below a domain for examples, is a placeholder."""
    return bool(_FILLER_PATH.search(url.path))
