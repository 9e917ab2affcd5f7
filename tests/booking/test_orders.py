"""Orders from JSON and CSV, what the hub is asked, and what HTTP says to each reply."""

from __future__ import annotations

import pytest

from booking.orders import (
    AWAY,
    LETTERS,
    STATUS,
    BadOrder,
    GiveUp,
    Order,
    code_of,
    digest,
    parse_order,
    read_csv,
    said,
    wish_of,
)
from hall.messages import Book, CancelBooking, Noted, Refusal, Refused
from tests.hub.made import at

ORDER = Order(person="示例账号一", matter="pension", slot="2026-11-24T10:00")


def test_an_order_becomes_a_wish_that_names_nobody() -> None:
    wish = wish_of(ORDER, "K7Q2MA", b"salt", "+08:00")
    assert isinstance(wish, Book)
    assert (wish.code, wish.matter, wish.slot) == ("K7Q2MA", "pension", at("10:00", "2026-11-24"))
    assert wish.person == digest(b"salt", " 示例账号一 ")
    assert wish.person != digest(b"other", "示例账号一")
    assert len(wish.person) == 64
    assert wish_of(GiveUp("K7Q2MA"), "K7Q2MA", b"salt", "+08:00") == CancelBooking(code="K7Q2MA")


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "not an order"),
        (b"\xff", "not an order"),
        (b'{"person": "x", "matter": "pension"}', "missing required field `slot`"),
        (b'{"person": "x", "matter": "pension", "slot": "2026-11-24T10:00", "vip": 1}', "unknown field `vip`"),
        (b'{"person": " ", "matter": "pension", "slot": "2026-11-24T10:00"}', "person: must not be empty"),
        (b'{"person": "x", "matter": "", "slot": "2026-11-24T10:00"}', "matter: must not be empty"),
        (b'{"person": "x", "matter": "pension", "slot": "24.11. 10 Uhr"}', "slot: looks like"),
        (
            b'{"person": "x", "matter": "pension", "slot": "2026-11-24T10:00", "code": "K7-Q2MA"}',
            "code: letters and digits",
        ),
        (b"[" * 5_000, "5000 bytes, at most 4096"),
    ],
)
def test_what_is_no_order_is_told(payload: bytes, told: str) -> None:
    with pytest.raises(BadOrder, match=told):
        parse_order(payload)


def test_rows_of_a_csv_file() -> None:
    lines = [
        "Person,matter,slot,code",
        "示例账号一,pension,2026-11-24 10:00,",
        ",pension,2026-11-24 10:00,",
        "示例账号二,relief,2026-11-24T10:30,ABCDEFGH,more",
        "示例账号三,relief,2026-11-24T10:30,ABCDEFGH",
    ]
    found = list(read_csv(iter(lines)))
    assert [line for line, _ in found] == [2, 3, 4, 5]
    assert found[0][1] == ORDER
    assert [str(o) for _, o in found[1:3]] == ["person: must not be empty", "more values than columns"]
    assert found[3][1] == Order(person="示例账号三", matter="relief", slot="2026-11-24T10:30", code="ABCDEFGH")


@pytest.mark.parametrize("header", ["", "name,matter,slot", "person,matter", "person,matter,slot,phone"])
def test_a_file_without_the_columns_is_refused(header: str) -> None:
    with pytest.raises(BadOrder, match="the first line names the columns"):
        list(read_csv(iter([header, "a,b,c"])))


def test_what_http_says() -> None:
    assert said(ORDER, "K7", Noted()).status == 201
    assert said(ORDER, "K7", Noted()).body == {"code": "K7", "matter": "pension", "slot": "2026-11-24T10:00"}
    assert said(GiveUp("K7"), "K7", Noted()).status == 200
    assert said(ORDER, "K7", None) is AWAY
    for code in Refusal:
        told = said(ORDER, "K7", Refused(code=code, detail="why"))
        assert told.status == STATUS.get(code, 503)
        assert told.body == {"error": code.value, "detail": "why"}


def test_codes_are_easy_to_type() -> None:
    assert len(LETTERS) == 31 or len(LETTERS) == 32
    assert set(code_of(bytes(range(256)))) == set(LETTERS)
    assert not set("01OIl") & set(LETTERS)
