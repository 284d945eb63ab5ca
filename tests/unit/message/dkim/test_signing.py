"""Signatures, verified by an independent implementation (dkimpy)."""

import base64
import re
from pathlib import Path

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_kit import IDENTITY, ISSUE, NAMES, reader

from mailer.message.dkim.keys import DkimKey, new_key, read_key
from mailer.message.dkim.signing import relaxed_body, signed
from mailer.message.mime import MimeTemplate
from mailer.platform.clock import utcnow

AT = 1_764_000_000
MESSAGE = (
    b"From: Ed <ed@example.org>\r\nTo: you@example.com\r\nSubject: A\r\n  folded\tone \r\n"
    b"List-Unsubscribe: <https://example.org/u>\r\n\r\nHello  you \r\n\tand you\r\n\r\n\r\n"
)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[DkimKey]:
    folder = tmp_path_factory.mktemp("keys") / "example.org"
    folder.mkdir()
    for kind in ("rsa", "ed25519"):
        (folder / f"{kind}.pem").write_bytes(new_key(kind))
    return [read_key(folder / f"{kind}.pem") for kind in ("rsa", "ed25519")]


def is_valid(message: bytes, keys: list[DkimKey], *, number: int = 0) -> bool:
    """Ask dkimpy about one signature of a message."""
    records = {f"{key.record.name}.".encode(): key.record.value.encode() for key in keys}
    try:
        return bool(
            dkim.DKIM(message).verify(idx=number, dnsfunc=lambda name, **_: records.get(name))
        )
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("name", NAMES)
def test_every_signature_of_a_real_message_is_valid(name: str, keys: list[DkimKey]) -> None:
    composed = MimeTemplate(ISSUE, IDENTITY).bind(reader(1, name), date=utcnow())
    message = signed(composed, [key.signing for key in keys], at=AT)
    assert message.endswith(composed)
    assert [is_valid(message, keys, number=number) for number in (0, 1)] == [True, True]


def test_every_header_is_signed_and_none_can_be_added(keys: list[DkimKey]) -> None:
    message = signed(MESSAGE, [keys[0].signing], at=AT)
    assert is_valid(message, keys)
    for added in (
        b"From: x@y.example",
        b"Subject: B",
        b"Reply-To: x@y.example",
        b"Cc: x@y.example",
    ):
        assert not is_valid(message.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n\r\n", 1), keys)
    changed = message.replace(b"https://example.org/u", b"https://example.org/v")
    assert not is_valid(changed, keys)


def test_a_changed_body_is_noticed(keys: list[DkimKey]) -> None:
    message = signed(MESSAGE, [keys[0].signing], at=AT)
    assert not is_valid(message.replace(b"and you", b"and me"), keys)
    assert is_valid(message.replace(b"Hello  you \r\n", b"Hello you\r\n"), keys), "relaxed"
    assert is_valid(message + b"\r\n\r\n", keys), "relaxed"


def test_without_keys_nothing_is_added() -> None:
    assert signed(MESSAGE, [], at=AT) == MESSAGE


def test_no_line_of_the_header_is_long(keys: list[DkimKey]) -> None:
    message = signed(MESSAGE, [key.signing for key in keys], at=AT)
    assert max(map(len, message.partition(b"\r\nFrom")[0].split(b"\r\n"))) <= 100


BLANKS = st.text(alphabet=" \t\r\nax", max_size=60).map(
    lambda text: re.sub("\r|\n", "\r\n", text).encode()
)


@given(BLANKS)
def test_any_body_has_the_canonical_form_that_others_give_it(lines: bytes) -> None:
    body = lines + b"\r\n"
    theirs = dkim.canonicalization.Relaxed.canonicalize_body(body)
    assert relaxed_body(body) == (b"" if theirs == b"\r\n" else theirs)


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b" \r\n\t\r\n", b""),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),
        (b"no end ", b"no end\r\n"),
    ],
)
def test_canonical_bodies(body: bytes, canonical: bytes) -> None:
    """The fourth is the example of RFC 6376 3.4.5."""
    assert relaxed_body(body) == canonical


def test_the_example_of_rfc_8463(tmp_path: Path) -> None:
    """Its Ed25519 key has the public half that the RFC prints."""
    seed = base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    der = bytes.fromhex("302e020100300506032b657004220420") + seed
    pem = (
        b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der) + b"\n-----END PRIVATE KEY-----\n"
    )
    folder = tmp_path / "football.example.com"
    folder.mkdir()
    (folder / "brisbane.pem").write_bytes(pem)
    record = read_key(folder / "brisbane.pem").record
    assert record.name == "brisbane._domainkey.football.example.com"
    assert record.value == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
