"""A PIN is proved, never carried: proofs hold for one request only, and odd verifiers are refused, not obeyed."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.errors import HallError
from hall.pin import COST, BadPin, bound_to, client_key, proof, proves, salt_of, unfit, verifier

CHEAP = (2, 1, 1)  # the arithmetic is the same; a hall file refuses it
SALT = bytes(range(16))
STORED = verifier("246810", SALT, CHEAP)
BOUND = bound_to("request-1", "window-1", 1, "101")


def test_the_shipped_cost_takes_16_mib_and_a_hall_may_keep_it() -> None:
    stored = verifier("246810", SALT)
    assert stored.startswith(f"scrypt${COST[0]}${COST[1]}${COST[2]}${SALT.hex()}$")
    assert unfit(stored) == ""
    assert proves(stored, BOUND, proof(client_key("246810", salt_of(stored)), BOUND))


def test_a_verifier_is_scrams_stored_key_over_scrypt() -> None:
    # Written out once more from RFC 5802 §3, with scrypt where it has PBKDF2.
    stretched = hashlib.scrypt(b"1234", salt=SALT, n=16, r=1, p=1, dklen=32)
    stored_key = hashlib.sha256(hmac.digest(stretched, b"Client Key", "sha256")).hexdigest()
    assert verifier("1234", SALT, (16, 1, 1)) == f"scrypt$16$1$1${SALT.hex()}${stored_key}"


@given(st.from_regex(r"[0-9]{4,8}", fullmatch=True), st.from_regex(r"[0-9]{4,8}", fullmatch=True))
@settings(max_examples=50)
def test_only_the_right_pin_proves(right: str, typed: str) -> None:
    stored = verifier(right, SALT, CHEAP)
    assert proves(stored, BOUND, proof(client_key(typed, salt_of(stored)), BOUND)) == (typed == right)


@pytest.mark.parametrize(
    "other",
    [
        bound_to("request-2", "window-1", 1, "101"),
        bound_to("request-1", "window-2", 1, "101"),
        bound_to("request-1", "window-1", 2, "101"),
        bound_to("request-1", "window-1", 1, "102"),
    ],
)
def test_a_proof_heard_once_serves_for_nothing_else(other: bytes) -> None:
    shown = proof(client_key("246810", salt_of(STORED)), BOUND)
    assert proves(STORED, BOUND, shown)
    assert not proves(STORED, other, shown)


def test_neither_verifier_nor_salt_makes_a_proof() -> None:
    stored_key = bytes.fromhex(STORED.rpartition("$")[2])
    assert not proves(STORED, BOUND, proof(stored_key, BOUND))
    assert not proves(STORED, BOUND, stored_key.hex())
    assert STORED.rpartition("$")[2] not in salt_of(STORED)


@given(st.text(max_size=80))
def test_no_text_proves_by_accident_or_breaks_anything(shown: str) -> None:
    assert not proves(STORED, BOUND, shown)
    assert not proves(shown, BOUND, "0" * 64)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "", "１２３４", "1234\n", "٣٤٥٦"])
def test_a_pin_is_4_to_8_keypad_digits_and_is_not_told(pin: str) -> None:
    with pytest.raises(BadPin, match="4 to 8 digits") as caught:
        verifier(pin, SALT, CHEAP)
    assert not pin or pin not in str(caught.value)
    assert isinstance(caught.value, HallError)


@pytest.mark.parametrize(
    "head",
    [
        "scrypt$3$1$1",  # N is no power of 2
        "scrypt$0$1$1",
        "scrypt$1$1$1",
        "scrypt$16$0$1",
        "scrypt$16$1$0",
        "scrypt$16777216$8$1",  # 16 GiB: a forged catalogue must not stop a station
        "scrypt$16384$8$9999",
        "scrypt$999999999999$8$1",
        "scrypt$x$8$1",
        "argon2$2$1$1",
    ],
)
def test_an_odd_cost_is_refused_before_any_work(head: str) -> None:
    salt = f"{head}${SALT.hex()}"
    with pytest.raises(BadPin):
        client_key("246810", salt)
    assert unfit(f"{salt}${'0' * 64}")


@pytest.mark.parametrize("salt", ["00" * 7, "00" * 33, "0" * 17, "zz" * 8, ""])
def test_a_salt_is_8_to_32_whole_bytes(salt: str) -> None:
    with pytest.raises(BadPin, match="salt"):
        client_key("246810", f"scrypt$2$1$1${salt}")


def test_a_salt_too_short_for_a_verifier_is_refused() -> None:
    with pytest.raises(BadPin, match="salt"):
        verifier("246810", b"short", CHEAP)


def test_a_hall_keeps_no_cheap_verifier() -> None:
    assert "cost" in unfit(STORED)
    assert "not a verifier" in unfit("246810")
    assert "246810" not in unfit("246810")
