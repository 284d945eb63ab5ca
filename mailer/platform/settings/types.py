"""Kinds of values: what each must look like, said so that its author can put it right.

A validator raises ValueError with the end of a sentence that begins with the setting's name.
"""

import re
from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from mailer.platform.ages import parse_age
from mailer.platform.rates import parse_rates
from mailer.platform.settings import urls
from subscribers.errors import InvalidAddressError
from subscribers.people.address import parse_address

_HOST = re.compile(r"[A-Za-z0-9_.:-]+")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_PREFIX = re.compile(r"(?:[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*)?")
_SHORTEST_KEY = 32
_EDITOR_URL = re.compile(r"(?!javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:[!-~]*", re.IGNORECASE)


def _email(text: str) -> str:
    try:
        return parse_address(text).email if text else ""
    except InvalidAddressError as error:
        raise ValueError(f"is not an email address: {error}") from None


def _age(text: str) -> str:
    parse_age(text)
    return text


def _one_line(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f\u2028\u2029]", text):
        raise ValueError("must be one line")
    return text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError("must be the name or address of a host, without port or scheme")
    return text


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("must consist of letters, digits, hyphens and underscores")
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("must be a language tag as en or pt-BR")
    return text


def _optional_web_url(text: str) -> str:
    return urls.web_url(text) if text else ""


def _rates(text: str) -> str:
    try:
        parse_rates(text)
    except ValueError as error:
        raise ValueError(f"must be rates as 20/s or 500/min 50000/day: {error}") from None
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone as Europe/Paris") from None
    return text


def _key_prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text) or ".." in text:
        raise ValueError("must be letters, digits and . _ - with / between, as news/media")
    return text


def _editor_url(text: str) -> str:
    if text and not (_EDITOR_URL.fullmatch(text) and "{path}" in text):
        raise ValueError("must be an address with {path} in it, as vscode://file{path}:{line}")
    return text


def _keys(text: str) -> str:
    lines = [_one_line(line.strip()) for line in text.split("\n")]
    if any(line and len(line) < _SHORTEST_KEY for line in lines):
        raise ValueError(
            f"must have at least {_SHORTEST_KEY} characters; make one with: openssl rand -base64 48"
        )
    return text


def _page_url(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s/@?#]++(?:[/?#]\S*+)?", text):
        raise ValueError("must be an address as https://example.org/subscribe")
    return text


def _redis_url(text: str) -> str:
    return urls.url_with_scheme(text, urls.REDIS_SCHEMES)


def _broker_url(text: str) -> str:
    return urls.url_with_scheme(text, urls.BROKER_SCHEMES)


def _words(value: object) -> object:
    """Take a list from one text, as in a variable, by its blanks."""
    return value.split() if isinstance(value, str) else value


def _feeds(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        if not re.match(r"https?://[^\s/]", one, re.IGNORECASE):
            raise ValueError("must be addresses that begin with https:// or http://")
    return tuple(dict.fromkeys(value))


def _parted(value: object) -> object:
    """Take a list from one text, as in a variable, by its commas and blanks."""
    return re.split(r"[,\s]+", value.strip(", ")) if isinstance(value, str) and value else value


def _listed(value: object) -> object:
    """Take a list from one text, as in a variable, by its commas."""
    if not isinstance(value, str):
        return value
    return [one.strip() for one in value.split(",") if one.strip()]


def _secret(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(check(_one_line(secret.get_secret_value()))))


Email = Annotated[str, AfterValidator(_email)]
Line = Annotated[str, AfterValidator(_one_line)]
HostName = Annotated[str, AfterValidator(_host)]
Token = Annotated[str, AfterValidator(_token)]
Language = Annotated[str, AfterValidator(_language)]
PageUrl = Annotated[str, AfterValidator(_page_url)]
EditorUrl = Annotated[str, AfterValidator(_editor_url)]
WebUrl = Annotated[str, AfterValidator(urls.web_url)]
OptionalWebUrl = Annotated[str, AfterValidator(_optional_web_url)]
Rates = Annotated[str, AfterValidator(_rates)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
KeyPrefix = Annotated[str, AfterValidator(_key_prefix)]

FeedList = Annotated[tuple[str, ...], BeforeValidator(_words), AfterValidator(_feeds)]

Secret = Annotated[SecretStr, _secret(_one_line)]
SecretKey = Annotated[
    SecretStr, AfterValidator(lambda secret: SecretStr(_keys(secret.get_secret_value())))
]
"""Several keys stand one a line."""
DatabaseUrl = Annotated[SecretStr, _secret(urls.database_url)]
RedisUrl = Annotated[SecretStr, _secret(_redis_url)]
BrokerUrl = Annotated[SecretStr, _secret(_broker_url)]

Port = Annotated[int, Field(ge=1, le=65535)]
Paths = Annotated[tuple[Line, ...], BeforeValidator(_listed)]
Names = Annotated[tuple[Token, ...], BeforeValidator(_parted)]
ClientNames = Annotated[tuple[HostName, ...], BeforeValidator(_parted)]
Bytes = Annotated[int, Field(ge=1, le=100_000_000)]
Age = Annotated[str, AfterValidator(_age)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Connections = Annotated[int, Field(ge=1, le=100)]
