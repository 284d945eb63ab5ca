"""Addresses of click trackers that hold the address they lead to, opened without asking anybody."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_DEEPEST = 4

_Opener = Callable[[str, str], str]


def unwrap(url: str) -> str:
    """Return the address that a click-tracked one holds; empty where it holds none we can read.

    Trackers whose address is a secret of theirs (Mailchimp, SendGrid, Beehiiv, listmonk) cannot be
    opened without a visit, so they stay as they are.
    """
    found = ""
    for _ in range(_DEEPEST):
        inner = _unwrap_once(found or url)
        if not inner:
            break
        found = inner
    return found


def is_opaque(url: str) -> bool:
    """Whether `url` is a click tracker's that keeps its target to itself."""
    host, path = _parts(url)
    return any(re.search(pattern, f"{host}{path}") for pattern in _OPAQUE)


def _parts(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower(), parts.path
    except ValueError:
        return "", ""


def _unwrap_once(url: str) -> str:
    host, path = _parts(url)
    for pattern, opener in _OPENERS:
        if re.search(pattern, f"{host}{path}"):
            target = opener(url, path).strip()
            if _WEB.match(target) and " " not in target and "\n" not in target:
                return target
    return ""


def _parameter(*names: str) -> _Opener:
    def read(url: str, path: str) -> str:  # noqa: ARG001
        values = parse_qs(urlsplit(url).query)
        return next((values[name][0] for name in names if name in values), "")

    return read


def _proofpoint_2(url: str, path: str) -> str:  # noqa: ARG001
    value = parse_qs(urlsplit(url).query).get("u", [""])[0]
    return unquote(value.replace("-", "%").replace("_", "/"))


def _proofpoint_3(url: str, path: str) -> str:  # noqa: ARG001
    inner, end, _ = url.partition("/v3/__")[2].partition("__;")
    if not end or "*" in inner:  # `*` stands for characters that are kept elsewhere
        return ""
    return re.sub(r"^(https?):/+", r"\1://", inner)


def _substack(url: str, path: str) -> str:  # noqa: ARG001
    return str(
        _json(_base64(path.split("/redirect/2/", 1)[1].split(".", maxsplit=1)[0])).get("e", "")
    )


def _mandrill(url: str, path: str) -> str:  # noqa: ARG001
    outer = _json(_base64(parse_qs(urlsplit(url).query).get("p", [""])[0]))
    return str(_json(str(outer.get("p", ""))).get("url", ""))


def _last_segment(url: str, path: str) -> str:  # noqa: ARG001
    return _base64(path.rstrip("/").rpartition("/")[2])


def _ses(url: str, path: str) -> str:
    found = re.search(r"/(?:L0|CL0)/([^/]+)/", url)
    return unquote(found[1]) if found else unquote(path)


def _base64(text: str) -> str:
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_OPENERS: tuple[tuple[str, _Opener], ...] = (
    (r"^(?:www\.)?google\.[a-z.]{2,6}/url$", _parameter("q", "url")),
    (r"^(?:l|lm)\.(?:facebook|instagram)\.com/", _parameter("u")),
    (r"^(?:www\.)?youtube\.com/redirect$", _parameter("q")),
    (r"^medium\.com/r/?$", _parameter("url")),
    (r"\.safelinks\.protection\.outlook\.com/", _parameter("url")),
    (r"^urldefense\.proofpoint\.com/v2/url$", _proofpoint_2),
    (r"^urldefense\.(?:proofpoint\.)?com/v3/", _proofpoint_3),
    (r"^(?:[\w-]+\.)?substack\.com/redirect/2/", _substack),
    (r"^(?:www\.)?mandrillapp\.com/track/click", _mandrill),
    (r"(?:^|\.)(?:convertkit-mail\d?|ck-mail|kit-mail\d?)\.com/c?", _last_segment),
    (r"^(?:[\w.-]+\.)?awstrack\.me/", _ses),
    (r"^slack-redir\.net/link$", _parameter("url")),
    (r"^(?:www\.)?linkedin\.com/(?:redir/redirect|safety/go)$", _parameter("url")),
    (r"^(?:t|out)\.umblr\.com/redirect$|^href\.li/", _parameter("z")),
    (r"^steamcommunity\.com/linkfilter/", _parameter("url", "u")),
)

_OPAQUE = (
    r"\.list-manage\d?\.com/track/click",
    r"/(?:ls|wf)/click$",
    r"^link\.mail\.beehiiv\.com/",
    r"^(?:link|links|email|click|clicks|trk|track|url\d+|e|em)\.[^/]*/(?:ls/click|c/|ss/c/|e/|click|track)",
    r"^email\.[^/]+/c/",
    r"^(?:[\w-]+\.)?substack\.com/redirect/[0-9a-f-]{36}",
    r"/link/[0-9a-f-]{36}/[0-9a-f-]{36}/[0-9a-f-]{36}$",
    r"\.(?:cmail|createsend)\d*\.com/t/",
    r"\.hubspotlinks?\.com/|/events/public/v1/encoded/track",
    r"\.klclick\d?\.com/",
)
