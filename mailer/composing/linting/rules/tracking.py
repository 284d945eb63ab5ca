"""What addresses carry that they should not: other people's tracking, sessions, secrets."""

import base64
import re
from collections import Counter
from collections.abc import Iterator

from mailer.composing.linting import hosts
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.spans import LinkSpan
from mailer.composing.linting.urls import Url, take_apart

RULES = (
    Rule(
        "link-tracking",
        Severity.WARNING,
        "a link with a third party's tracking",
        "The parameter came along when the address was copied: it credits your readers to another"
        " sender, or to the person who copied it.",
        "Cut it off; the page is the same without it.",
    ),
    Rule(
        "link-personal-token",
        Severity.ERROR,
        "a link with a personal token",
        "The parameter names one person, such as a subscriber or a mail of another service: all"
        " your readers would act as that person, and could see what is theirs.",
        "Open the page without it and copy the address again.",
    ),
    Rule(
        "link-session",
        Severity.ERROR,
        "a link with a session",
        "All readers would share your login, or find that it has ended.",
        "Copy the address while logged out.",
    ),
    Rule(
        "link-secret",
        Severity.ERROR,
        "a link with a key or password",
        "Everybody on the list gets it, and everybody to whom they forward the email.",
        "Take it out, and change it: the file may have been shared already.",
    ),
    Rule(
        "link-expires",
        Severity.WARNING,
        "a link that stops working",
        "The address is signed for a limited time; readers open mail for weeks.",
        "Link to an address that stays.",
    ),
)

_CLICK_IDS = {
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid",
    "ttclid",
    "igshid", "igsh", "li_fat_id", "mc_cid", "_hsmi", "hsctatracking", "_openstat", "wickedid",
    "ysclid", "rb_clickid", "s_cid", "mkwid", "epik", "srsltid", "_gl", "_ga", "sc_cid", "cvid",
    "oicd", "rdt_cid", "irclickid", "ref_src", "ref_url", "trk_contact", "trk_msg",
}  # fmt: skip
_PERSONAL = {
    "mc_eid", "_hsenc", "mkt_tok", "vero_id", "oly_enc_id", "oly_anon_id", "ml_subscriber",
    "ml_subscriber_hash", "ck_subscriber_id", "bt_ee", "bt_ts", "__s", "vgo_ee", "sfmc_sub",
    "subscriber_id", "subscriber_hash", "email_hash", "nr_email_referer", "dm_i", "elqtrackid",
    "cm_uid", "_kx", "_ke", "pk_subscriber", "recipient_id", "rjnrid",
}  # fmt: skip
_SESSIONS = {
    "jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "sessid", "cfid",
    "cftoken", "sid", "osid", "zenid",
}  # fmt: skip
_SECRETS = {
    "access_token", "api_key", "apikey", "api-key", "auth_token", "authtoken", "password", "passwd",
    "pwd", "client_secret", "secret", "private_token", "id_token", "refresh_token", "jwt", "bearer",
    "magic_token", "reset_token", "invite_token",
}  # fmt: skip
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,24}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,200}={0,2}")
_TO_ALL = {
    "to",
    "cc",
    "bcc",
    "src",
    "cid",
    "q",
    "query",
    "search",
    "s",
    "body",
    "subject",
    "sender",
}
"""Parameters whose mail address is for everybody: whom to write to, whose calendar it is."""
_OFFICES = {
    "info", "hello", "hi", "contact", "support", "help", "press", "media", "news", "newsletter",
    "editor", "editors", "team", "office", "sales", "jobs", "careers", "feedback", "events",
    "subscribe", "unsubscribe", "admin", "mail", "kontakt", "redaktion", "contato", "contacto",
    "noreply", "no-reply", "marketing", "community", "security", "privacy", "service",
}  # fmt: skip
"""Who has a mail address that names nobody."""
_MEETINGS = ("zoom.us", "zoom.com", "zoomgov.com")
"""Where `pwd` is what lets those in who were sent the invitation."""
_SIGNATURES = {"x-amz-signature", "x-goog-signature", "x-amz-expires"}
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=", re.IGNORECASE)
_SHORTEST_SESSION = 12
_OTHERS = frozenset(
    [
        "twitter",
        "x",
        "t.co",
        "facebook",
        "fb",
        "instagram",
        "ig",
        "linkedin",
        "google",
        "bing",
        "youtube",
        "reddit",
        "hackernews",
        "hn",
        "tiktok",
        "pinterest",
        "medium",
        "dev.to",
        "producthunt",
        "chatgpt",
        "chatgpt.com",
        "openai",
        "perplexity",
        "copilot",
        "feedly",
        "rss",
        "flipboard",
        "pocket",
        "quora",
        "telegram",
        "whatsapp",
        "slack",
        "discord",
        "tldr",
        "tldrnewsletter",
        "morningbrew",
        "morning_brew",
        "thehustle",
        "beehiiv",
        "convertkit",
        "mailchimp",
        "hs_email",
        "hubspot",
        "klaviyo",
        "activecampaign",
        "sendgrid",
        "ghost",
        "buttondown",
        "revue",
        "axios",
        "nytimes",
        "benedict",
        "stratechery",
    ]
)


def check_parameters(lintable: Lintable) -> Iterator[Hit]:
    """Look at the parameters of each link."""
    links = [(link, take_apart(link.target.url)) for link in lintable.document.spans.links]
    own = _own_source(lintable, [url for _, url in links])
    for link, url in links:
        if url.is_web:
            yield from _one(link, url, own)


def _one(link: LinkSpan, url: Url, own: frozenset[str]) -> Iterator[Hit]:
    names = {name.lower(): value for name, value in url.parameters}
    for name, value in names.items():
        code, what = _judge(name, value, names, host=url.host)
        if code:
            yield _hit(code, f"{what}: {name}", link, name)
    source = names.get("utm_source", "").lower()
    if source and source not in own and (own or _is_known(source)):
        message = f"it credits readers to {source[:40]!r}: utm_source"
        yield _hit("link-tracking", message, link, "utm_source")
    session = _SESSION_IN_PATH.search(url.path)
    if session:
        yield _hit("link-session", f"the address holds a session: {session[0]}", link, session[0])


def _judge(name: str, value: str, names: dict[str, str], *, host: str) -> tuple[str, str]:
    if name in _PERSONAL or _is_persons(name, value):
        return "link-personal-token", "the address names one person"
    if name in _SECRETS and value and not (name == "pwd" and hosts.is_below(host, _MEETINGS)):
        return "link-secret", "the address holds a secret"
    if name in _SESSIONS and len(value) >= _SHORTEST_SESSION:
        return "link-session", "the address holds a session"
    if name in _CLICK_IDS:
        return "link-tracking", "the address holds a click's number"
    is_signed = name in _SIGNATURES or (name == "sig" and "se" in names)
    if is_signed or (name == "signature" and "expires" in names):
        return "link-expires", "the address is signed for a limited time"
    return "", ""


def _is_persons(name: str, value: str) -> bool:
    """Tell whether a parameter holds a person's mail address, as such or in base64."""
    if name in _TO_ALL:
        return False
    plain = value.strip() if "@" in value else _from_base64(value)
    office = plain.partition("@")[0].partition("+")[0].lower()
    return bool(_MAIL.fullmatch(plain)) and office not in _OFFICES


def _from_base64(value: str) -> str:
    if not _BASE64.fullmatch(value):
        return ""
    whole = value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)
    try:
        return base64.b64decode(whole).decode("ascii")
    except ValueError:
        return ""


def _hit(code: str, message: str, link: LinkSpan, part: str) -> Hit:
    start, end = link.target.start, link.target.end
    at = link.target.url.lower().find(part.lower())
    if at > 0 and len(link.target.url) == end - start:
        start, end = start + at, start + at + len(part)
    return Hit(code, message, start, end)


def _own_source(lintable: Lintable, urls: list[Url]) -> frozenset[str]:
    """Return the values of utm_source that are the author's own.

    One is, when most links of the issue that have one have it, or when it says newsletter, or the
    name of this one.
    """
    sources = Counter(
        value.lower() for url in urls for name, value in url.parameters if name == "utm_source"
    )
    own = {"newsletter", "email", "mail", "mailer", "e-mail", "issue"}
    matter = lintable.front_matter
    if matter:
        own |= {matter.slug, matter.mailing_list, matter.title.lower()}
    sender = (matter.sender if matter else None) or lintable.around.sender
    if sender:
        domain = sender.email.rpartition("@")[2]
        own |= {domain, domain.split(".")[0], sender.name.lower()}
    usual = {source for source, count in sources.items() if 2 * count > sum(sources.values())}
    own |= usual if sum(sources.values()) > 1 else set()
    flat = {_flat(each) for each in own if each}
    return frozenset(source for source in sources if _flat(source) in flat)


def _is_known(source: str) -> bool:
    """Tell whether a value of utm_source is the name of a well-known site or newsletter."""
    return source.removesuffix(".com") in _OTHERS or "substack" in source or "." in source


def _flat(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


CHECKS: tuple[Check, ...] = (check_parameters,)
