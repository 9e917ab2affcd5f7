"""What is asked of the adapter, pure: JSON or a row of CSV → an order, an order → a wish, a reply → what HTTP says."""

from __future__ import annotations

import csv
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

import msgspec
from msgspec import Struct

from hall.errors import HallError
from hall.hours import instant_of
from hall.messages import AnyReply, Book, CancelBooking, Noted, Refusal, Refused
from hall.model import MatterId

COLUMNS = ("person", "matter", "slot", "code")
MOST_BYTES = 4_096
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is mistaken for another
CODE_LENGTH = 8


class BadOrder(HallError, ValueError):
    """An order that cannot be understood: what is wrong, in plain words."""


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A booking as it is ordered. `person` is whatever names a person to the one who books (an account, a phone): it is
    made a digest here and goes no further. `slot`: local time, `2026-11-24T10:00`."""

    person: str
    matter: MatterId
    slot: str
    code: str = ""


class GiveUp(Struct, frozen=True):
    """A booking to be given up."""

    code: str


Asked: TypeAlias = Order | GiveUp


class Said(Struct, frozen=True):
    """An HTTP answer: status and JSON body."""

    status: int
    body: dict[str, str]


def parse_order(payload: bytes) -> Order:
    """The order in a JSON body. Raises BadOrder."""
    if len(payload) > MOST_BYTES:
        raise BadOrder(f"{len(payload)} bytes, at most {MOST_BYTES}")
    try:
        order = msgspec.json.decode(payload, type=Order)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadOrder(f"not an order: {error}") from error
    return checked(order)


def checked(order: Order) -> Order:
    """The order, if its fields can be meant. Raises BadOrder."""
    if not order.person.strip():
        raise BadOrder("person: must not be empty")
    code = order.code.strip()
    if code and not (code.isascii() and code.isalnum()):
        raise BadOrder("code: letters and digits, as they can be typed at the ticket machine")
    if not order.matter.strip():
        raise BadOrder("matter: must not be empty")
    try:
        datetime.strptime(order.slot, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the hall's local time, without an offset
    except ValueError:
        raise BadOrder(
            f"slot: looks like 2026-11-24T10:00, the hall's local time (found {order.slot[:40]!r})"
        ) from None
    return order


def read_csv(lines: Iterator[str]) -> Iterator[tuple[int, Order | BadOrder]]:
    """The orders of a CSV file with a header, each with its line; a row that is wrong as BadOrder."""
    rows = csv.DictReader(lines)
    names = tuple(name.strip().lower() for name in rows.fieldnames or ())
    missing = [name for name in COLUMNS[:3] if name not in names]
    if missing or set(names) - set(COLUMNS):
        raise BadOrder(f"the first line names the columns {', '.join(COLUMNS)} (found {', '.join(names) or 'nothing'})")
    for row in rows:
        told = {str(key).strip().lower(): (value or "").strip() for key, value in row.items() if key is not None}
        try:
            if None in row:
                raise BadOrder("more values than columns")
            slot = told["slot"].replace(" ", "T")
            order = Order(person=told["person"], matter=told["matter"], slot=slot, code=told.get("code", ""))
            yield rows.line_num, checked(order)
        except BadOrder as error:
            yield rows.line_num, error


def digest(salt: bytes, person: str) -> str:
    """A person as nobody can read it back: HMAC-SHA256 with the adapter's own salt."""
    return hmac.new(salt, person.strip().encode(), hashlib.sha256).hexdigest()


def code_of(numbers: bytes) -> str:
    """A code for people to type, from that many random bytes."""
    return "".join(LETTERS[n % len(LETTERS)] for n in numbers)


def wish_of(asked: Asked, code: str, salt: bytes, utc_offset: str) -> Book | CancelBooking:
    """What the hub is asked."""
    if isinstance(asked, GiveUp):
        return CancelBooking(code=code)
    day, _, clock = asked.slot.partition("T")
    return Book(
        code=code, person=digest(salt, asked.person), matter=asked.matter, slot=instant_of(utc_offset, day, clock)
    )


STATUS: Mapping[Refusal, int] = {
    Refusal.BOOKED_ALREADY: 409,
    Refusal.QUOTA_FULL: 409,
    Refusal.TOO_LATE: 409,
    Refusal.UNKNOWN_BOOKING: 404,
    Refusal.UNKNOWN_MATTER: 404,
    Refusal.NOT_ALLOWED: 422,
    Refusal.BAD_DAY: 422,
    Refusal.NO_WINDOW: 422,
}
AWAY = Said(503, {"error": "hub_away", "detail": "the hall does not answer: nothing was booked, try again"})


def said(asked: Asked, code: str, reply: AnyReply | None) -> Said:
    """What the one who asked is told; without a reply the hub did nothing."""
    if isinstance(reply, Noted):
        if isinstance(asked, GiveUp):
            return Said(200, {"code": code})
        return Said(201, {"code": code, "matter": asked.matter, "slot": asked.slot})
    if isinstance(reply, Refused):
        return Said(STATUS.get(reply.code, 503), {"error": reply.code.value, "detail": reply.detail})
    return AWAY
