"""Key files: which will do, which sign for whom, and their records in the DNS."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mailer.errors import ConfigurationError
from mailer.message.dkim.keys import DkimKey, keys_for, new_key, read_key
from mailer.message.dkim.published import judge, look_up


def written(folder: Path, name: str, pem: bytes | None = None) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(new_key("ed25519") if pem is None else pem)
    return path


def pem_of(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, is_traditional: bool = False
) -> bytes:
    form = serialization.PrivateFormat
    return key.private_bytes(
        serialization.Encoding.PEM,
        form.TraditionalOpenSSL if is_traditional else form.PKCS8,
        serialization.NoEncryption(),
    )


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def test_keys_of_other_tools_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "Example.ORG/mail.pem", pem_of(rsa_key(1024), is_traditional=True))
    key = read_key(path)
    assert (key.kind, key.record.name) == ("rsa", "mail._domainkey.example.org")
    assert "PRIVATE" not in repr(key)


@pytest.mark.parametrize(
    ("name", "pem", "words"),
    [
        ("example.org/a.pem", b"", "not a private key"),
        ("example.org/a.pem", b"\xff\x00" * 500, "not a private key"),
        ("example.org/a.pem", pem_of(rsa_key(1024)).replace(b"A", b"B", 40), "not a private key"),
        ("example.org/a.pem", pem_of(ec.generate_private_key(ec.SECP256R1())), "RSA and Ed25519"),
        ("not a domain/a.pem", None, "not a domain"),
        ("example.org/a b.pem", None, "not a selector"),
        ("example.org/-a.pem", None, "not a selector"),
    ],
)
def test_what_will_not_do_is_one_line(
    name: str, pem: bytes | None, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=words) as error:
        read_key(written(tmp_path, name, pem))
    assert str(tmp_path) in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"a\.pem: cannot be read"):
        read_key(tmp_path / "example.org" / "a.pem")


def test_the_nearest_domain_signs(tmp_path: Path) -> None:
    keys = [
        read_key(written(tmp_path, name))
        for name in ("example.org/a.pem", "news.example.org/b.pem", "news.example.org/c.pem")
    ]

    def selectors(domain: str) -> list[str]:
        return [key.selector for key in keys_for(keys, domain)]

    assert selectors("news.example.org") == ["b", "c"]
    assert selectors("de.News.Example.org") == ["b", "c"]
    assert selectors("example.org") == ["a"]
    assert selectors("other.example.org") == ["a"]
    assert selectors("example.com") == selectors("org") == selectors("") == []


@pytest.fixture
def key(tmp_path: Path) -> DkimKey:
    return read_key(written(tmp_path, "example.org/a.pem"))


def test_a_record_in_a_zone_file_has_strings_of_at_most_255_bytes(tmp_path: Path) -> None:
    record = read_key(written(tmp_path, "example.org/r.pem", new_key("rsa"))).record
    line = record.in_zone_file
    strings = line.split(" IN TXT ")[1][1:-1].split('" "')
    assert "".join(strings) == record.value
    assert max(map(len, strings)) <= 255


def test_published_records_are_compared_by_their_keys(key: DkimKey) -> None:
    public = key.record.value.rpartition("=")[0].rpartition("p=")[2] + "="
    assert judge(key.record, [f"k=ed25519;p={public[:9]} {public[9:]};t=y"]).state == "published"
    assert judge(key.record, ["v=spf1 -all", key.record.value]).state == "published"
    assert judge(key.record, ["v=DKIM1; p="]).state == "different"
    assert judge(key.record, []).state == "missing"


def test_a_silent_dns_is_not_a_missing_record(key: DkimKey) -> None:
    def silent(_: str) -> list[str]:
        raise LookupError("timed out")

    assert look_up(key.record, silent).state == "unknown"
    assert look_up(key.record, lambda _: [key.record.value]).state == "published"
