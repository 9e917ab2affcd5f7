"""What a station file may say beyond its types, and the names in it that must be among those shipped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from hall.checked import Rule
from hall.topics import ID

# A gpiozero name: GPIO17, BOARD11, J8:11, or the number alone.
PIN = re.compile(r"(?:GPIO|BCM|BOARD|WPI)?[0-9]{1,2}|J[0-9]:[0-9]{1,2}")
HOST = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?")
NUMBERS = re.compile(r"[0-9.]+")
Found = Iterator[tuple[str, str]]


def is_host(text: str) -> bool:
    """A name or an address, IPv6 without brackets."""
    try:
        if ":" in text:
            IPv6Address(text)
        elif NUMBERS.fullmatch(text):  # no name ends in a number: it is an address, or mistyped
            IPv4Address(text)
        else:
            return HOST.fullmatch(text) is not None
    except ValueError:
        return False
    return True


def _must(good: Callable[[Any], object], reason: str) -> Rule:
    def rule(value: Any) -> Found:
        if value is not None and not good(value):
            yield "", f"{reason} (found {value!r})"

    return rule


def between(low: float, high: float) -> Rule:
    """A number from `low` to `high`."""
    return _must(lambda value: low <= value <= high, f"{low} to {high}")


WINDOW = between(1, 127)
ZONE = _must(ID.fullmatch, "an id is of a–z, 0–9 and -")
LIGHT_PIN = _must(lambda pin: not pin or PIN.fullmatch(pin), "a pin is called like GPIO17, BOARD11 or J8:11")
BROKER_HOST = _must(is_host, "a host name or address, without a port")
TOLD = _must(str.strip, "must not be empty")


def strangers(told: Mapping[str, str], known: Collection[str], what: str) -> Iterator[str]:
    """A mistake for every value of `told` (place → name) that is not among the `known`."""
    for place, name in told.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(sorted(known))}"
            yield f"{place}: no {what} {name!r}; {hint}"
