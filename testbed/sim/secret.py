"""Whether a PIN of the simulated clerks stands in some bytes."""

from __future__ import annotations

import re

from testbed.sim.place import PINS, WRONG_PIN

SECRETS = tuple(pin.encode() for pin in (*PINS.values(), WRONG_PIN))
# A time in ms has thirteen digits: every 28 hours its last eight are those of a PIN, for a millisecond.
INSTANT = re.compile(rb"1[0-9]{12}")


def has_pin(data: bytes) -> bool:
    """Whether one of them stands there, but for times that happen to hold its digits."""
    return any(secret in data and _stands(secret, data) for secret in SECRETS)


def _stands(secret: bytes, data: bytes) -> bool:
    runs = re.finditer(rb"[0-9]*" + secret + rb"[0-9]*", data)
    return any(INSTANT.fullmatch(run[0]) is None for run in runs)
