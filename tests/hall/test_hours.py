"""Opening hours of 朝九晚五, at the minute and at the edges of days, years and time zones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.hallfile import parse_hall
from hall.hours import Taking, day_of, instant_of, local, taking, works, year_told
from hall.model import Hall, Holidays, Hours
from tests.hall.halls import Table, a_hall, toml

MONDAY, FRIDAY, SATURDAY = "2026-11-23", "2026-11-27", "2026-11-28"


def a_village(**changed: Table | str) -> Hall:
    hours = {"taking": [["08:50", "12:00"], ["13:00", "16:50"]]}
    return parse_hall("hall.toml", {"hall.toml": toml({**a_hall(), "hours": hours, **changed})})


HALL = a_village()


def at(clock: str, day: str = MONDAY, hall: Hall = HALL) -> int:
    return instant_of(hall.utc_offset, day, clock)


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ("00:00", Taking(False, "before_hours", at("08:50"))),
        ("08:49", Taking(False, "before_hours", at("08:50"))),
        ("08:50", Taking(True)),
        ("11:59", Taking(True)),  # the hall opens again after lunch: nothing ends soon
        ("12:00", Taking(False, "lunch", at("13:00"))),
        ("12:59", Taking(False, "lunch", at("13:00"))),
        ("13:00", Taking(True)),
        ("16:29", Taking(True)),
        ("16:30", Taking(True, closing_soon=True)),
        ("16:49", Taking(True, closing_soon=True)),
        ("16:50", Taking(False, "after_hours", at("08:50", "2026-11-24"))),
        ("23:59", Taking(False, "after_hours", at("08:50", "2026-11-24"))),
    ],
)
def test_tickets_of_a_working_day(clock: str, told: Taking) -> None:
    assert taking(HALL, at(clock)) == told


def test_the_last_millisecond_is_open_and_the_next_is_not() -> None:
    assert taking(HALL, at("16:50") - 1).open
    assert not taking(HALL, at("16:50")).open


def test_friday_evening_opens_again_on_monday() -> None:
    assert taking(HALL, at("17:00", FRIDAY)) == Taking(False, "after_hours", at("08:50", "2026-11-30"))
    assert taking(HALL, at("10:00", SATURDAY)) == Taking(False, "day_off", at("08:50", "2026-11-30"))


def test_holidays_and_make_up_days_go_before_weekdays() -> None:
    hall = a_village(holidays={"years": [2026], "off": [MONDAY, "2026-11-24"], "working": [SATURDAY]})
    assert taking(hall, at("10:00")) == Taking(False, "day_off", at("08:50", "2026-11-25"))
    assert taking(hall, at("10:00", SATURDAY)).open
    assert taking(hall, at("17:00", FRIDAY)).reopens_at == at("08:50", SATURDAY)


def test_a_hall_that_is_off_for_long_says_no_day() -> None:
    off = [(date(2026, 11, 23) + timedelta(days=n)).isoformat() for n in range(60)]
    hall = a_village(holidays={"years": [2026, 2027], "off": off})
    assert taking(hall, at("10:00")) == Taking(False, "day_off", None)


def test_days_are_those_of_the_hall_not_of_greenwich() -> None:
    midnight = at("00:00")
    assert day_of("+08:00", midnight) == MONDAY
    assert day_of("+08:00", midnight - 1) == "2026-11-22"
    assert day_of("+00:00", midnight) == "2026-11-22"
    assert day_of("-03:30", midnight) == "2026-11-22"
    assert local("-03:30", midnight).isoformat() == "2026-11-22T12:30:00-03:30"


def test_nothing_is_invented_for_a_year_that_is_not_told() -> None:
    holidays = Holidays(years=(2026,), off=("2026-10-01",))
    assert year_told(holidays, "2026-10-01")
    assert not year_told(holidays, "2027-10-01")
    assert not works(Hours(), holidays, "2026-10-01")
    assert works(Hours(), holidays, "2027-10-01")  # a Friday like any other: the hub raises an alert instead


@given(st.integers(0, 366 * 24 * 60), st.sampled_from(["+08:00", "+00:00", "-05:30", "+14:00"]))
def test_what_is_said_of_the_next_opening_is_true(minute: int, offset: str) -> None:
    hall = a_village(utc_offset=offset)
    now = instant_of(offset, "2026-01-01", "00:00") + minute * 60_000
    told = taking(hall, now)
    if told.open:
        assert told.reopens_at is None
        assert works(hall.hours, hall.holidays, day_of(offset, now))
    else:
        assert told.reopens_at is not None
        assert told.reopens_at > now
        assert taking(hall, told.reopens_at).open
        assert not taking(hall, told.reopens_at - 1).open
        assert not taking(hall, (now + told.reopens_at) // 2).open
