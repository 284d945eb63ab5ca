import base64
import string
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.errors import TokenError
from subscribers.legacy_tokens import LegacyKey
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
    assert token[-1].isalnum()


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


@given(purposes, ids, st.data())
def test_a_part_of_a_token_never_verifies(
    purpose: Purpose, numbers: list[int], data: st.DataObject
) -> None:
    token = SIGNER.sign(purpose, *numbers)
    cut = data.draw(st.integers(1, len(token)))
    for part in (token[:-cut], token[cut:]):
        with pytest.raises(TokenError):
            SIGNER.verify(purpose, part)


@given(purposes, ids, st.binary(min_size=16, max_size=64))
def test_no_other_key_verifies(purpose: Purpose, numbers: list[int], other: bytes) -> None:
    with pytest.raises(TokenError):
        Signer([other]).verify(purpose, SIGNER.sign(purpose, *numbers))


@given(
    purposes,
    ids,
    st.lists(st.binary(min_size=16, max_size=32), min_size=1, max_size=5, unique=True),
    st.data(),
)
def test_every_key_of_a_keyring_verifies_and_the_first_signs(
    purpose: Purpose, numbers: list[int], keys: list[bytes], data: st.DataObject
) -> None:
    keyring = Signer(keys)
    assert keyring.sign(purpose, *numbers) == Signer(keys[:1]).sign(purpose, *numbers)
    signing = data.draw(st.sampled_from(keys))
    token = Signer([signing]).sign(purpose, *numbers)
    assert keyring.verify(purpose, token) == tuple(numbers)
    rest = [key for key in keys if key != signing]
    if rest:
        with pytest.raises(TokenError):
            Signer(rest).verify(purpose, token)


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


def test_keys_that_share_an_id_each_verify_their_own() -> None:
    keys = [derive_key(f"secret {number}", "tokens") for number in range(200)]  # 128 ids
    keyring = Signer(keys)
    for number, key in enumerate(keys):
        token = Signer([key]).sign(Purpose.UNSUBSCRIBE, number, 1)
        assert keyring.verify(Purpose.UNSUBSCRIBE, token) == (number, 1)


def test_a_token_that_begins_like_an_old_one_verifies() -> None:
    legacy_id = LegacyKey(NEW, Purpose).key_id
    alike = 0
    for number in range(3000):
        token = SIGNER.sign(Purpose.TEST, number)
        alike += base64.urlsafe_b64decode(token[:4])[0] == legacy_id
        assert SIGNER.verify(Purpose.TEST, token) == (number,)
    assert alike


def test_threads_may_share_a_signer() -> None:
    tokens = [SIGNER.sign(Purpose.UNSUBSCRIBE, number, 1) for number in range(500)]

    def work(_: int) -> bool:
        return all(
            SIGNER.sign(Purpose.UNSUBSCRIBE, number, 1) == token
            and SIGNER.verify(Purpose.UNSUBSCRIBE, token) == (number, 1)
            for number, token in enumerate(tokens)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_a_bounce_token_is_short() -> None:
    assert len(SIGNER.sign(Purpose.BOUNCE, 10_000_000)) <= 34


def test_neighbours_look_nothing_alike() -> None:
    one, two = (SIGNER.sign(Purpose.UNSUBSCRIBE, 7, number) for number in (1000, 1001))
    assert sum(a == b for a, b in zip(one[2:], two[2:], strict=True)) < 8


def test_tokens_do_not_change_between_versions() -> None:
    token = Signer([bytes(range(32))]).sign(Purpose.UNSUBSCRIBE, 1, 2)
    assert token == "DJlMxvVOoPpt21hS7_O9w_7nrQ"


def test_old_tokens_do_not_change_between_versions() -> None:
    old = "hrDAZBej8S2vXwqVbKN3GQkCQA"
    assert Signer([bytes(range(32))]).verify(Purpose.UNSUBSCRIBE, old) == (1, 2)


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


def test_tokens_cost_a_command_that_signs_nothing_no_cryptography() -> None:
    code = "import sys, subscribers.tokens; sys.exit('cryptography' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
