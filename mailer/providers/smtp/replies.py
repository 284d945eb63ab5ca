"""What a refusal by an SMTP server is about: this recipient, our pace, or us.

A reply is judged by what is most telling, in this order:

1. the command: a refused MAIL concerns everybody, whoever the recipient is;
2. the enhanced status code, where it is a precise one;
3. the server's words, where they are of a known kind;
4. the enhanced code's class, then the plain code.

A refusal for now (4xx) is about the recipient or our pace; one for good (5xx) is about the
recipient or us. In doubt, a refusal of RCPT is about the recipient, any other is not.

Sources: RFC 5321 4.2.3 and 4.3.2 (codes by command), RFC 3463 3 and IANA's registry "SMTP Enhanced
Status Codes"; the words are those of Postfix, Exim, Sendmail and Exchange, and of Gmail, Microsoft,
Yahoo, Amazon SES, Mailgun, Zoho, OVH and Gandi, as their help pages and public lists of replies
quote them.
"""

import re
from enum import StrEnum

from mailer.providers.outcome import Cause

_PERMANENT = 500
_RECIPIENT, _PACE, _SENDER = Cause.RECIPIENT, Cause.PACE, Cause.SENDER


class Stage(StrEnum):
    """What a reply answers."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


_ENHANCED = re.compile(r"(?:^|(?<=\s))([245])\.(\d{1,3})\.(\d{1,3})(?=[\s:;,-]|$)")

_PRECISE = {
    # about the recipient
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.4", "1.6", "1.9", "1.10"), _RECIPIENT),
    **dict.fromkeys(("2.1", "2.2", "2.3", "2.4"), _RECIPIENT),
    **dict.fromkeys(("4.1", "4.3", "4.4", "4.6", "4.7"), _RECIPIENT),  # the way to its domain
    **dict.fromkeys(("7.13", "7.17", "7.18"), _RECIPIENT),
    # about our pace, or the server's capacity
    **dict.fromkeys(("3.1", "3.2", "4.5", "5.3", "7.28"), _PACE),
    # about us
    **dict.fromkeys(("1.7", "1.8", "3.4", "7.8", "7.9", "7.11"), _SENDER),
    **dict.fromkeys(("7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27"), _SENDER),
    **dict.fromkeys(("7.515", "7.509"), _SENDER),
}
"""By subject and detail of the enhanced code, where one cause is plain."""

_LOOSE = {
    "1": _RECIPIENT,  # addressing
    "2": _RECIPIENT,  # mailbox
    "3": _PACE,  # mail system
    "4": _PACE,  # network
    "5": _SENDER,  # protocol
    "6": _SENDER,  # content
    "7": _SENDER,  # policy
}
"""By subject of the enhanced code, where neither its detail nor words tell."""

_WORDS = (
    (
        _RECIPIENT,
        (
            r"gr[ae]y.?list|mailbox|storage alloc|over ?quota|inbox (?:is )?full",
            r"receiving mail (?:too|at)|recipient (?:address )?(?:rejected|unknown|not)|no such",
            r"does(?: not|n't) (?:exist|have)|user unknown",
            r"unknown (?:\w+ )?(?:user|recipient|account|address|local)",
        ),
    ),
    (
        _PACE,
        (
            r"throttl|\brates?\b|too (?:many|much|fast|quickly|frequent)|slow down|back.?off",
            r"\bbusy\b|overload|temporarily deferred|congest|insufficient (?:system|disk)",
            r"unusual (?:rate|sending|volume|traffic)|\bresources\b",
            r"(?:daily|hourly|sending|message|connection|recipients?|e?mails?) (?:limit|quota)",
            r"(?:limit|quota) (?:has been |was |is )?(?:reached|exceeded|hit)",
            r"exceeded .{0,40}(?:limit|quota)",
        ),
    ),
    (_SENDER, (r"sender|\brelay|helo\b|ehlo\b",)),
    (
        _RECIPIENT,
        (
            r"(?:user|recipient|account|address)[^,;.]{0,40}(?:unknown|not (?:found|known))",
            r"(?:user|recipient|account|address)[^,;.]{0,40}(?:disabled|inactive|unavailable|full)",
            r"(?:invalid|bad|inactive|disabled) (?:\w+ )?(?:user|recipient|account|address)",
            r"not a (?:known|valid) (?:user|recipient|address)",
        ),
    ),
    (
        _SENDER,
        (
            r"\bspam|black.?list|block.?list|\bblocked|\blisted\b|reputation|policy|virus|content",
            r"authenticat|\bdmarc\b|\bspf\b|\bdkim\b|unsolicited|denied|banned|suspend|\bptr\b",
            r"not (?:permitted|allowed|authori[sz]ed|verified)|reverse dns|message rejected",
            r"your (?:ip|host|domain|server)|\brefused\b",
        ),
    ),
)
"""The first that is found counts."""

_COMPILED = tuple((cause, re.compile("|".join(words), re.IGNORECASE)) for cause, words in _WORDS)

_BROKEN_PIPELINING = re.compile(r"pipelin|synchroni[sz]ation error", re.IGNORECASE)

_RCPT_CODES = {421: _PACE, 451: _PACE, 452: _PACE, 454: _PACE, 554: _SENDER}
"""What a refused RCPT without an enhanced code or known words is about, where not its recipient."""


def enhanced_code(text: str) -> str:
    """Return the enhanced status code in a reply's text, such as `5.1.1`; empty if it has none."""
    found = _ENHANCED.search(text[:40])
    return ".".join(found.groups()) if found else ""


def cause_of(stage: Stage, code: int, text: str) -> Cause:
    """Return what a refusal is about.

    Args:
        stage: the command that was refused.
        code: the reply's code, 400 to 599.
        text: its text, in one line.
    """
    found = _SENDER if stage is Stage.MAIL else _cause(stage, code, text)
    if found is _RECIPIENT:
        return found
    return _PACE if code < _PERMANENT else _SENDER


def reason_of(code: int, text: str) -> str:
    """Return the reason that is recorded: `smtp_550_5.1.1`, or `smtp_550`."""
    return "_".join(filter(None, ("smtp", str(code), enhanced_code(text))))


def blames_pipelining(text: str) -> bool:
    """Whether the server says that it cannot take commands in one piece."""
    return _BROKEN_PIPELINING.search(text) is not None


def asks_for_patience(farewell: str, has_delivered: bool) -> bool:  # noqa: FBT001 - plain words
    """Whether a server that hangs up with 421 has had enough of us rather than of the world.

    Args:
        farewell: the text of its reply.
        has_delivered: whether it took messages from us before.
    """
    _, _, status = enhanced_code(farewell).partition(".")
    if status in {"3.0", "3.2"}:  # it is out of service
        return False
    return has_delivered or status.startswith("7.") or _by_words(farewell) is _PACE


def _cause(stage: Stage, code: int, text: str) -> Cause:
    enhanced = enhanced_code(text)
    _, _, status = enhanced.partition(".")
    return (
        _PRECISE.get(status)
        or _by_words(text)
        or _LOOSE.get(status.partition(".")[0])
        or _by_code(stage, code)
    )


def _by_words(text: str) -> Cause | None:
    return next((cause for cause, words in _COMPILED if words.search(text)), None)


def _by_code(stage: Stage, code: int) -> Cause:
    if stage is Stage.RCPT:
        return _RCPT_CODES.get(code, _RECIPIENT)
    mailbox_codes = (450, 550, 551, 553)  # RFC 5321 4.2.3: mailbox unavailable, not local, name
    return _RECIPIENT if stage is Stage.DOT and code in mailbox_codes else _SENDER
