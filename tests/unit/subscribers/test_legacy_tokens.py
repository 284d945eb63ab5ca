"""Tokens and derived keys of the earlier scheme: their links are in mail that people keep."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import TokenError
from subscribers.tokens import Purpose, Signer, derive_key

SECRET = "kept-since-before-1.0-0123456789abcdef"
KEY = derive_key(SECRET, "tokens")
LARGEST = 2**63 - 1
MADE = [
    (Purpose.ARCHIVE, (12, 3, 1_900_000_000), "eDokaslPZ0bj6J0LEC_axSsqZEnE3Lh4"),
    (Purpose.ARCHIVE, (0,), "eGSQjinAUyWzpWRA8f-eCGxB"),
    (
        Purpose.ARCHIVE,
        (LARGEST, LARGEST, LARGEST),
        "eHsi96Nq9MyUMx-CYkulDCDxU0LjHXLlT-maqNMHNq-oA8qlQjMjoPTQZKs",
    ),
    (Purpose.ARCHIVE_SUBSCRIBER, (12, 1_234_567, 3), "eO3Rmps5XGYgi0-uLzAnIq_irsgv-g"),
    (Purpose.ARCHIVE_SUBSCRIBER, (0,), "eAhyPyeni8-zRG27RDhL21q9"),
    (
        Purpose.ARCHIVE_SUBSCRIBER,
        (LARGEST, LARGEST, LARGEST),
        "eMsffIpupI6TGme364fTN5-f97bBUWQ9WvefxMx3EebaOthzVdyn2iHBBqw",
    ),
    (Purpose.BOUNCE, (98_765_432,), "pczh6yr64z4xkix6k4icziqq4kc63vkm7e"),
    (Purpose.BOUNCE, (0,), "pca25bf2ot6nlatnvva4by7i5og7q"),
    (Purpose.BOUNCE, (LARGEST,), "pa5k47jq6cmtxxedvpyf6mznvbbwv6wftmf5taezsq"),
    (Purpose.CONFIRM, (1_234_567, 12), "eGT0cO7xRIGSYkmeRiaoMY1XuTwb"),
    (Purpose.CONFIRM, (0,), "eOiPBJNZAAfBDhW6r8DGGDSo"),
    (
        Purpose.CONFIRM,
        (LARGEST, LARGEST, LARGEST),
        "eFmbSvceeQeYp-Hrl__M1YKPb2-YxmP-LUazkgfU0Nm0Nd3LsLv9gqB_SOw",
    ),
    (Purpose.PREFERENCES, (1_234_567,), "eD6czKdeDXCiX3P-FWcdSZlf6_0"),
    (Purpose.PREFERENCES, (0,), "eKF4yXYz5-JOS_0ONkD9o7uE"),
    (
        Purpose.PREFERENCES,
        (LARGEST, LARGEST, LARGEST),
        "eGP6-ExabcEOxxPQIrR-ZWo8vCPrf7dPPtQsOf7di1UhlyjYrLA5Wf4eXoE",
    ),
    (Purpose.TEST, (12,), "eEHYSDlrNnECjYfDcIqE43xL"),
    (Purpose.TEST, (12, 281_474_976_710_655), "eGQCsc5axQ9ZPXBRvT0FulEMNMa2j2UNdw"),
    (
        Purpose.TEST,
        (LARGEST, LARGEST, LARGEST),
        "eDAbnlNjkbr4VnismTx7MTbbYDW9u_ViMHEUWR_CBiAQPHOM_W2Oq_ugRBA",
    ),
    (Purpose.UNSUBSCRIBE, (1_234_567, 12, 98_765_432), "eP6kWNhwHYT-rDQhtCzJ_NSTHpXXcXOsMg"),
    (Purpose.UNSUBSCRIBE, (0,), "eJz9Uzt0TQM6dhHWBuN0g9gf"),
    (
        Purpose.UNSUBSCRIBE,
        (LARGEST, LARGEST, LARGEST),
        "eIscdnMewIJGUmMivbMa6KZM89c2Mo9ERi8zzguAsJ9nRoOqSafKz3kdp30",
    ),
]
made_tokens = pytest.mark.parametrize(("purpose", "ids", "token"), MADE)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("tokens", "1bf86eb9a258da39d6d3fe4d30d5dce52e88be3811bb6b96790d0f632dcd8b7c"),
        ("message-id", "dafed26d398146720b558f63f38676ef328e90e3a138d4e244604c6869588060"),
    ],
)
def test_derived_keys_are_what_they_were(label: str, key: str) -> None:
    assert derive_key(SECRET, label).hex() == key


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_derived_key_is_one_block_of_rfc_5869(secret: str, label: str) -> None:
    extracted = hmac.digest(b"mailer", secret.encode(), "sha256")
    assert derive_key(secret, label) == hmac.digest(extracted, label.encode() + b"\x01", "sha256")


def test_every_purpose_is_here() -> None:
    assert {purpose for purpose, _, _ in MADE} == set(Purpose)


@made_tokens
def test_an_old_token_verifies(purpose: Purpose, ids: tuple[int, ...], token: str) -> None:
    assert Signer([KEY]).verify(purpose, token) == ids
    assert Signer([derive_key("newer", "tokens"), KEY]).verify(purpose, token) == ids
    assert Signer([KEY]).sign(purpose, *ids) != token
    assert len(Signer([KEY]).sign(purpose, *ids)) == len(token)


def test_old_tokens_verify_in_a_keyring_that_has_every_key_id() -> None:
    keyring = Signer([*(derive_key(f"secret {number}", "tokens") for number in range(1000)), KEY])
    for purpose, ids, token in MADE:
        assert keyring.verify(purpose, token) == ids


@made_tokens
def test_an_old_token_is_good_for_one_purpose_and_key(
    purpose: Purpose, ids: tuple[int, ...], token: str
) -> None:
    assert ids
    for other in set(Purpose) - {purpose}:
        with pytest.raises(TokenError):
            Signer([KEY]).verify(other, token)
    with pytest.raises(TokenError):
        Signer([derive_key("another", "tokens")]).verify(purpose, token)


@pytest.mark.parametrize("ending", ["", "A", "-", "="])
@made_tokens
def test_an_old_token_with_a_changed_character_does_not_verify(
    purpose: Purpose, ids: tuple[int, ...], token: str, ending: str
) -> None:
    assert ids
    for position in range(len(token)):
        other = "a" if token[position] not in "aA" else "b"
        changed = token[:position] + other + token[position + 1 :] + ending
        with pytest.raises(TokenError):
            Signer([KEY]).verify(purpose, changed)
    for length in range(len(token)):
        cut = token[:length] + ending
        if cut != token:
            with pytest.raises(TokenError):
                Signer([KEY]).verify(purpose, cut)


def test_an_old_bounce_token_survives_a_change_of_case() -> None:
    token = "PCZH6YR64Z4XKIX6K4ICZIQQ4KC63VKM7E"
    assert Signer([KEY]).verify(Purpose.BOUNCE, token) == (98_765_432,)
