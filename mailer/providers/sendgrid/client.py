"""One request to SendGrid, and what its answer or its silence means.

The `sendgrid` package's client opens a connection for each request. That is kept on purpose: a
kept connection may die just as the next request goes out, and then nobody knows whether 1,000
messages went with it.

- An error while connecting or sending (`URLError`): the request was not complete, so nothing was
  taken.
- An error while waiting for the answer, and 500, 502, 504: it may have been taken.
- 400, 401, 403, 413, 429, 503: it was not taken.
"""

import http.client
import json
import logging
import math
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from python_http_client.client import Client, Response
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from mailer.errors import (
    ProviderAuthError,
    ProviderError,
    ProviderRequestError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from mailer.message.mime_headers import one_line
from mailer.providers.sendgrid.settings import SendGridSettings

SHORTEST_WAIT_SECONDS = 1.0
USUAL_WAIT_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 600.0

_LONGEST_MESSAGE = 200
_ADDRESS = re.compile(r"(?<![^\s<>\[\]\"',;:@])[^\s<>\[\]\"',;:@]++(?:@[^\s<>\[\]\"',;:@]++)+")
_INDEX = re.compile(r"personalizations\.(\d+)(?:\.|$)")
_ABOUT_NOBODY = re.compile(r"|null|personalizations(?:\.\*.*)?")


class Verdict(StrEnum):
    """What became of a request."""

    ACCEPTED = "accepted"
    UNCLEAR = "unclear"
    BAD = "bad"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One error that SendGrid found in a request.

    Args:
        field: path to what is wrong, such as `personalizations.3.to.0.email`; may be empty.
        message: SendGrid's words, without addresses.
    """

    field: str
    message: str

    @property
    def index(self) -> int | None:
        """Which personalization is to blame, where it says so."""
        found = _INDEX.match(self.field)
        return int(found[1]) if found else None

    @property
    def is_vague(self) -> bool:
        """Whether anything in the request may be to blame."""
        return _ABOUT_NOBODY.fullmatch(self.field) is not None

    @property
    def is_personal(self) -> bool:
        """Whether it is about the address or name, which no two recipients share."""
        return self.index is not None and ".to" in self.field

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


@dataclass(frozen=True, slots=True)
class Answer:
    """SendGrid's answer to one request.

    Args:
        verdict: what became of it.
        receipt: SendGrid's id of an accepted request.
        reason: why it is unclear.
        errors: what is wrong with a bad one.
    """

    verdict: Verdict
    receipt: str = ""
    reason: str = ""
    errors: tuple[FieldError, ...] = ()


class SendGridClient:
    """The `sendgrid` package's client, with a time limit, one hop and nothing in the log.

    Args:
        settings: the account.
        is_sandbox: whether requests are checked only, which changes the answer.
        clock: seconds since the epoch, for rate limits.
    """

    def __init__(
        self, settings: SendGridSettings, *, is_sandbox: bool, clock: Callable[[], float]
    ) -> None:
        _silence_logging()
        self.base_url = settings.base_url
        self._clock = clock
        self._expected_status = HTTPStatus.OK if is_sandbox else HTTPStatus.ACCEPTED
        api = SendGridAPIClient(
            settings.api_key.get_secret_value(), host=settings.base_url.rstrip("/")
        )
        headers = {**api.client.request_headers, "Content-Type": "application/json"}
        self._api = _OneHopClient(
            host=api.host, request_headers=headers, version=3, timeout=settings.timeout_seconds
        )

    def post(self, body: str) -> Answer:
        """Send one request.

        Raises:
            ProviderError: nothing was taken.
        """
        try:
            response = self._api.mail.send.post(body)
        except HTTPError as error:
            return self._refusal(error.status_code, error.headers or {}, error.body)
        except urllib.error.URLError as error:
            raise self._unreachable(error) from error
        except (OSError, http.client.HTTPException):
            return Answer(Verdict.UNCLEAR, reason="sendgrid_no_answer")
        if response.status_code == self._expected_status:
            return Answer(Verdict.ACCEPTED, receipt=response.headers.get("X-Message-Id") or "")
        return Answer(Verdict.UNCLEAR, reason=f"sendgrid_{response.status_code}")

    def scopes(self) -> list[str]:
        """Return what the key may do.

        Raises:
            ProviderError: SendGrid did not say.
        """
        try:
            response = self._api.scopes.get()
        except HTTPError as error:
            self._refusal(error.status_code, error.headers or {}, error.body)
            raise ProviderUnavailableError(
                f"SendGrid at {self.base_url} answered {error.status_code}"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        scopes = _json(response.body).get("scopes")
        return scopes if isinstance(scopes, list) else []

    def _refusal(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer that an HTTP error is, or raise where it concerns every request."""
        errors = _field_errors(body)
        if status == HTTPStatus.BAD_REQUEST:
            return Answer(Verdict.BAD, errors=errors)
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Answer(Verdict.TOO_LARGE, errors=errors)
        error = self._error(status, headers, "; ".join(map(str, errors))[:_LONGEST_MESSAGE])
        if error is not None:
            raise error
        return Answer(Verdict.UNCLEAR, reason=f"sendgrid_{status}")

    def _error(self, status: int, headers: Mapping[str, str], said: str) -> ProviderError | None:
        where = f"SendGrid at {self.base_url} answered {status}"
        where = f"{where} ({said})" if said else where
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = self._wait_seconds(headers)
            return ProviderThrottledError(
                f"{where}: it asks to wait {wait:g} s", retry_after_seconds=wait
            )
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return ProviderAuthError(f"{where}; check [sendgrid] api_key and the verified sender")
        if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.SERVICE_UNAVAILABLE):
            return ProviderUnavailableError(f"{where}; it is tried again later")
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return ProviderRequestError(f"{where}; check [sendgrid] base_url")
        return None

    def _wait_seconds(self, headers: Mapping[str, str]) -> float:
        wait = _number(headers.get("Retry-After"))
        if wait is None:
            reset = _number(headers.get("X-RateLimit-Reset"))
            wait = USUAL_WAIT_SECONDS if reset is None else reset - self._clock()
        return min(max(wait, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)

    def _unreachable(self, error: Exception) -> ProviderUnavailableError:
        reason = getattr(error, "reason", error)
        cause = "no answer in time" if isinstance(reason, TimeoutError) else one_line(str(reason))
        return ProviderUnavailableError(
            f"cannot reach SendGrid at {self.base_url}: {cause[:_LONGEST_MESSAGE]}"
        )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Lets no answer lead elsewhere: the key would go there, and a page's 200 look like success."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class _OneHopClient(Client):  # type: ignore[misc] # the package has no types
    def post(self, request_body: str) -> Response:
        """Post JSON text as it is.

        The package's own `post` encodes it again and formats all of it for a log that nobody
        keeps: 15 ms for a request of 1,000 recipients, a quarter of our work on it.
        """
        url, data = self._build_url(None), request_body.encode()
        request = urllib.request.Request(url, data, self.request_headers)  # noqa: S310 - http(s)
        return Response(self._make_request(None, request))

    def _build_client(self, name: str | None = None) -> "_OneHopClient":
        return _OneHopClient(
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            timeout=self.timeout,
        )

    def _make_request(self, _: object, request: object, timeout: float | None = None) -> object:
        opener = urllib.request.build_opener(_NoRedirects)
        return super()._make_request(opener, request, timeout=timeout)


def _silence_logging() -> None:
    """Keep the package from logging keys and addresses, whatever level logs are kept at."""
    logger = logging.getLogger("python_http_client.client")
    logger.setLevel(logging.WARNING)
    if _is_harmless not in logger.filters:
        logger.addFilter(_is_harmless)


def _is_harmless(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _field_errors(body: bytes) -> tuple[FieldError, ...]:
    errors = _json(body).get("errors")
    if not isinstance(errors, list):
        return ()
    return tuple(
        FieldError(field=str(error.get("field") or ""), message=_said(error.get("message")))
        for error in errors
        if isinstance(error, dict)
    )


def _said(message: object) -> str:
    return _ADDRESS.sub("(address)", one_line(str(message or "")))[:_LONGEST_MESSAGE]


def _json(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
