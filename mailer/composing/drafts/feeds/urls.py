"""Addresses of entries: cleaned for readers, and brought to one spelling to be compared."""

import re
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid|"
    r"_hsenc|_hsmi|mkt_tok|vero_id|oly_enc_id|oly_anon_id|cmpid|ns_mchannel|ns_source|at_medium|"
    r"at_campaign|at_format|wt_mc|pk_campaign|pk_kwd|mtm_\w+)",
    re.IGNORECASE,
)
_FEED_SOURCES = re.compile(r"(?:source|ref|src|from)=(?:rss|feed|atom)[^&]*", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"[=&]|\A(?::~:.*|rss|feed|atom|xtor|top|comments?|respond|more(?:-\d+)?)\Z",
    re.IGNORECASE,
)
"""Of fragments: parameters, quoted text, and names that any page has."""

_FRONT = re.compile(r"/*(?:(?:index|default|home)(?:\.(?:html?|php|aspx?|jsp))?/*)?", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:^|\.)arxiv\.org/(?:abs|pdf|html|format)/"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?$",
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_LONGEST = 2_000


def web_url(url: str, *, base: str = "") -> str:
    """Return `url`, absolute and without tracking parameters; '' where no browser could go there.

    Args:
        url: as a feed has it.
        base: what a relative one is relative to.
    """
    if url.strip() in {"", "#", "?"}:  # the base itself to `urljoin`, but nothing to a reader
        return ""
    try:
        absolute = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(absolute)
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return ""
        _ = parts.port
    except ValueError:
        return ""
    if len(absolute) > _LONGEST or re.search(r"[\s\\\x00-\x1f]", parts.netloc):
        return ""
    cleaned = urlunsplit(parts._replace(query=_without_tracking(parts.query)))
    whole = cleaned.strip()
    return cleaned if whole == cleaned else web_url(whole)  # what `urljoin` left is at its end now


def url_key(url: str) -> str:
    """Return the one spelling that all addresses of the same page share.

    Scheme, `www.`, default ports, a slash at the end, fragments, percent-encoding, the order of
    parameters and tracking do not count; neither does the version or form of a paper on arXiv.
    See `fragment_of` for entries that share a page.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www.").rstrip("."), parts.port
    except ValueError:
        return url
    if port and str(port) != _DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    paper = _ARXIV.search(f"{host}{parts.path}")
    if paper:
        return f"arxiv:{paper['id'].lower()}"
    query = unquote("&".join(sorted(_without_tracking(parts.query).split("&"))))
    path = unquote(parts.path).rstrip("/")
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def fragment_of(url: str) -> str:
    """Return the place within its page that `url` leads to; '' for none, and for tracking."""
    fragment = unquote(url.partition("#")[2]).strip()
    return "" if _NO_PLACE.search(fragment) else fragment


def names_a_page(url: str) -> bool:
    """Whether `url` leads to more than a site's front page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    has_path = not _FRONT.fullmatch(parts.path)
    return bool(has_path or parts.query or fragment_of(url))


def host_of(url: str) -> str:
    """Return the host as people say it; `url` itself where it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host.removeprefix("www.") or url


def paper_id(url: str) -> str:
    """Return the arXiv id (without version) in `url`; '' where it leads elsewhere."""
    key = url_key(url)
    return key.removeprefix("arxiv:") if key.startswith("arxiv:") else ""


def _without_tracking(query: str) -> str:
    kept = [
        part
        for part in query.split("&")
        if not _TRACKING.fullmatch(part.partition("=")[0]) and not _FEED_SOURCES.fullmatch(part)
    ]
    return "&".join(kept)
