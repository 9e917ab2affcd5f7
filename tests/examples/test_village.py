"""The example village point loads, is complete, and is what its README says: real laws, made-up people."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from hall.hallfile import included, parse_hall
from hall.hours import instant_of, taking, works, year_told
from hall.model import CaseType, Hall, Matter, PostLetter, Role
from hall.pin import bound_to, client_key, proof, proves, salt_of
from hall.topics import acl

VILLAGE = Path(__file__).parents[2] / "examples" / "village"


def read(name: str) -> str:
    return (VILLAGE / name).read_text(encoding="utf-8")


def load() -> Hall:
    further = included("hall.toml", read("hall.toml"))
    assert further == ("matters.toml", "holidays-2026.toml")
    return parse_hall("hall.toml", {name: read(name) for name in ("hall.toml", *further)})


HALL = load()
matter_rows = pytest.mark.parametrize("matter", HALL.matters, ids=lambda matter: matter.id)


def test_it_is_one_window_one_kiosk_and_one_soft_caller() -> None:
    assert HALL.id == "village"
    assert HALL.name.endswith("为民服务代办点")
    assert [z.id for z in HALL.zones] == ["main"]
    assert [w.number for w in HALL.windows] == [1]
    assert {s.id: s.roles for s in HALL.stations} == {"kiosk-1": (Role.KIOSK,), "window-1": (Role.CALLER,)}
    assert HALL.by_station["window-1"].windows == (1,)
    assert "user kiosk-1" in acl(HALL.id, HALL.by_station)


def test_matters_and_departments() -> None:
    assert 12 <= len(HALL.matters) <= 15
    assert [d.series for d in HALL.departments] == ["A", "B", "C", "D"]
    assert {m.department for m in HALL.matters} == set(HALL.by_department)
    assert {m.case for m in HALL.matters} == set(CaseType)  # one of each of the four kinds, seed §(五)3
    assert set(HALL.by_window[1].serves) == set(HALL.by_matter)
    assert all(d.english for d in HALL.departments)
    assert all(z.english for z in HALL.zones)


@matter_rows
def test_every_guide_is_complete(matter: Matter) -> None:
    guide = matter.guide
    assert matter.english
    assert matter.english.isascii()
    assert re.search(r"《.+》", guide.basis)
    assert guide.conditions
    assert guide.materials
    assert all(m.originals + m.copies > 0 for m in guide.materials)
    assert len({m.name for m in guide.materials}) == len(guide.materials)
    assert guide.fee == "不收费"
    assert all(re.fullmatch(r"0915-000 00\d\d", step.phone) for step in guide.steps), "a phone that could be real"
    assert len(guide.steps) > 1 or matter.case is CaseType.IMMEDIATE
    assert 3 <= matter.minutes <= 30


@matter_rows
def test_promises_are_shorter_than_the_law_by_three_tenths(matter: Matter) -> None:
    guide = matter.guide
    if matter.case is CaseType.IMMEDIATE:
        assert guide.promised_days == 0
    else:
        assert 0 < guide.promised_days <= 0.7 * guide.statutory_days


@pytest.mark.parametrize(("badge", "letter"), [("101", PostLetter.A), ("102", PostLetter.B)])
def test_the_pins_of_the_readme_sign_in(badge: str, letter: PostLetter) -> None:
    (pin,) = re.findall(rf"\| {badge} \| (\d+) \|", read("README.md"))
    clerk = HALL.by_badge[badge]
    assert clerk.name.startswith("示例")
    assert [p.letter for p in HALL.posts if p.badge == badge] == [letter]
    bound = bound_to("request-1", "window-1", 1, badge)
    assert proves(clerk.pin, bound, proof(client_key(pin, salt_of(clerk.pin)), bound))
    assert pin not in read("hall.toml")


def test_hours_are_those_of_the_guideline() -> None:
    assert HALL.hours.calling == (("09:00", "12:00"), ("13:00", "17:00"))
    day = "2026-11-23"
    opens = {clock: taking(HALL, instant_of(HALL.utc_offset, day, clock)).open for clock in ("08:49", "08:50", "16:50")}
    assert opens == {"08:49": False, "08:50": True, "16:50": False}


def test_the_holiday_file_is_an_example_and_invents_nothing() -> None:
    holidays = HALL.holidays
    assert holidays.example
    assert holidays.years == (2026,)
    assert holidays.working == ()
    assert "国务院办公厅" in read("holidays-2026.toml")
    assert len(holidays.off) == 13  # days of 全国年节及纪念日放假办法 since 2025
    assert all(date.fromisoformat(day).year == 2026 for day in holidays.off)
    assert not works(HALL.hours, holidays, "2026-10-01")
    assert works(HALL.hours, holidays, "2026-10-08")
    assert not year_told(holidays, "2027-01-01")
