"""A secret shows itself to nobody who does not ask for it by name."""

import copy
import pickle

import msgspec
import pytest

from caller.secret import MASK, NOTHING, Secret
from caller.values import Entry, Field, Origin, Pressed, Stretch
from hall.keymap import Action

PIN = "86420973"


def test_no_way_of_printing_shows_it() -> None:
    secret = Secret(PIN)
    entry = Entry(field=Field.PIN, origin=Origin.KEYPAD, at=0.0, typed=secret, badge="101")
    press = Pressed(Action.SIGN_IN, secret, Origin.KEYPAD)
    stretch = Stretch(badge="101", pin=secret, salt="x")
    for shown in (secret, entry, press, stretch, [secret], {"pin": secret}, Secret(PIN.encode())):
        assert PIN not in repr(shown)
        assert PIN not in f"{shown} {shown!s}"
    assert repr(secret) == MASK
    assert repr(NOTHING) == MASK, "even that nothing was typed is not told"


@pytest.mark.parametrize("write", [pickle.dumps, msgspec.json.encode, msgspec.msgpack.encode, copy.copy])
def test_no_way_of_writing_takes_it(write: object) -> None:
    assert callable(write)
    with pytest.raises(TypeError):
        write(Secret(PIN))


def test_equal_secrets_are_equal_and_reveal() -> None:
    assert Secret(PIN) == Secret(PIN) != Secret("1")
    assert hash(Secret(PIN)) == hash(Secret(PIN))
    assert Secret(PIN) != PIN
    assert Secret(PIN).reveal() == PIN
    assert (len(Secret(PIN)), bool(NOTHING)) == (8, False)
