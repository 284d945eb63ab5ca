import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.errors import TokenError
from subscribers.tokens import Purpose, Signer, derive_key

OLD, NEW = derive_key("old secret", "links"), derive_key("new secret", "links")
SIGNER = Signer([NEW])
ids = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3)
purposes = st.sampled_from(Purpose)


@given(purposes, ids)
def test_round_trip(purpose: Purpose, numbers: list[int]) -> None:
    token = SIGNER.sign(purpose, *numbers)
    assert SIGNER.verify(purpose, token) == tuple(numbers)
    assert token == SIGNER.sign(purpose, *numbers)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


@given(ids, purposes, purposes)
def test_good_for_one_purpose_only(
    numbers: list[int], made_for: Purpose, used_for: Purpose
) -> None:
    token = SIGNER.sign(made_for, *numbers)
    if made_for is not used_for:
        with pytest.raises(TokenError):
            SIGNER.verify(used_for, token)


@settings(max_examples=500)
@given(purposes, ids, st.data())
def test_a_changed_character_never_verifies(
    purpose: Purpose, numbers: list[int], data: st.DataObject
) -> None:
    token = SIGNER.sign(purpose, *numbers)
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from(string.printable) | st.characters())
    changed = token[:position] + character + token[position + 1 :]
    is_same = changed == token or (
        purpose is Purpose.BOUNCE and changed.isascii() and changed.lower() == token
    )
    if not is_same:
        with pytest.raises(TokenError):
            SIGNER.verify(purpose, changed)


@given(purposes, ids, st.data())
def test_a_cut_or_lengthened_token_never_verifies(
    purpose: Purpose, numbers: list[int], data: st.DataObject
) -> None:
    token = SIGNER.sign(purpose, *numbers)
    start = data.draw(st.integers(0, len(token)))
    extra = data.draw(st.text(st.sampled_from("Aa2=_\n "), min_size=1, max_size=3))
    for changed in (token[:start] + token[start + 1 :], token + extra, extra + token):
        if changed != token:
            with pytest.raises(TokenError):
                SIGNER.verify(purpose, changed)


@settings(max_examples=500)
@given(purposes, st.text(max_size=90) | st.text(string.ascii_letters + "234567-_=", max_size=60))
def test_garbage_is_a_token_error(purpose: Purpose, garbage: str) -> None:
    with pytest.raises(TokenError):
        SIGNER.verify(purpose, garbage)


@given(ids)
def test_old_tokens_live_through_a_new_key(numbers: list[int]) -> None:
    token = Signer([OLD]).sign(Purpose.UNSUBSCRIBE, *numbers)
    rotated = Signer([NEW, OLD])
    assert rotated.verify(Purpose.UNSUBSCRIBE, token) == tuple(numbers)
    assert rotated.sign(Purpose.UNSUBSCRIBE, *numbers) != token
    with pytest.raises(TokenError):
        Signer([NEW]).verify(Purpose.UNSUBSCRIBE, token)


@given(st.integers(0, 2**63 - 1))
def test_a_bounce_token_fits_a_mail_address_in_any_case(number: int) -> None:
    token = SIGNER.sign(Purpose.BOUNCE, number)
    assert token == token.lower()
    assert token.isalnum()
    assert len("bounces+" + token) <= 64
    assert SIGNER.verify(Purpose.BOUNCE, token.upper()) == (number,)
    assert SIGNER.verify(Purpose.BOUNCE, token.title()) == (number,)


def test_a_bounce_token_is_short() -> None:
    assert len(SIGNER.sign(Purpose.BOUNCE, 10_000_000)) <= 34


def test_neighbours_look_nothing_alike() -> None:
    one, two = (SIGNER.sign(Purpose.UNSUBSCRIBE, 7, number) for number in (1000, 1001))
    assert sum(a == b for a, b in zip(one[2:], two[2:], strict=True)) < 8


def test_tokens_do_not_change_between_versions() -> None:
    token = Signer([bytes(range(32))]).sign(Purpose.UNSUBSCRIBE, 1, 2)
    assert token == "hrDAZBej8S2vXwqVbKN3GQkCQA"


@pytest.mark.parametrize("keys", [[], [b"short"], [b"x" * 32, b""]])
def test_a_signer_wants_real_keys(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="key"):
        Signer(keys)


@pytest.mark.parametrize("numbers", [(), (1, 2, 3, 4), (-1,), (2**63,)])
def test_only_ids_are_signed(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="token"):
        SIGNER.sign(Purpose.ARCHIVE, *numbers)


def test_keys_differ_by_label_and_secret() -> None:
    keys = {derive_key(secret, label) for secret in ("a", "b") for label in ("x", "y")}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)


def test_a_signer_shows_no_key() -> None:
    assert repr(Signer([NEW])) == "Signer()"
