"""The example county centre loads, is complete, and is what its README says: real laws, made-up people."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest

from cli.photos import judged
from hall.findings import Code, Severity, findings, windows_of
from hall.hours import works, year_told
from hall.model import CaseType, Matter, PostLetter, Role
from hall.pin import bound_to, client_key, proof, proves, salt_of
from hall.station.settings import read_devices, read_hall
from hall.stationfile import parse_station
from hall.topics import acl
from hall.waiting import served

ANKANG = Path(__file__).parents[2] / "examples" / "ankang"
FILE = ANKANG / "hall.toml"
HALL = read_hall(FILE)
LINES = ["line-a", "line-b", "line-c"]
README = (ANKANG / "README.md").read_text(encoding="utf-8")
PINS: dict[str, str] = dict(re.findall(r"\| (\d{3}) \| (\d{4,8}) \|", README))
A_POSTS = {p.window: p.badge for p in HALL.posts if p.letter is PostLetter.A}
GENERAL, BANK = 14, 15
LEAST_PROMISE = 0.7  # seed §(三)5
matter_rows = pytest.mark.parametrize("matter", HALL.matters, ids=lambda matter: matter.id)


def serving(matter: str) -> list[int]:
    return [w.number for w in HALL.windows if matter in served(w)]


def test_three_zones_sixteen_windows_and_their_stations() -> None:
    assert "示例" in HALL.name
    assert [z.name for z in HALL.zones] == ["A区", "B区", "C区"]
    assert [w.number for w in HALL.windows] == list(range(1, 17))
    assert {w.zone for w in HALL.windows} == {z.id for z in HALL.zones}
    for role in (Role.CALLER, Role.EVALUATOR):
        for window in HALL.windows:
            (station,) = [s for s in HALL.stations if role in s.roles and window.number in s.windows]
            assert station.zone == window.zone
    for role, ids in (
        (Role.KIOSK, ["kiosk-1", "kiosk-2"]),
        (Role.DISPLAY, [*LINES, "screen-a", "screen-b", "screen-c", "board-hall", "sign-14"]),
        (Role.DESK, ["desk-1"]),
        (Role.BROADCAST, ["voice-a", "voice-b", "voice-c"]),
    ):
        assert [s.id for s in HALL.stations if role in s.roles] == ids
    assert "user voice-c" in acl(HALL.id, HALL.by_station)


def test_every_station_tells_what_hangs_on_it() -> None:
    """stations/ID.toml of each makes a whole station file; every window has a bar, a caller and a pad."""
    bars: list[int] = []
    callers: list[int] = []
    pads: list[int] = []
    for station in HALL.stations:
        head = {
            "id": station.id,
            "hall": HALL.id,
            "roles": [str(role) for role in station.roles],
            "data": "data",
            "broker": {"password_file": "p"},
        }
        text = msgspec.toml.encode({**head, **read_devices(FILE, station.id)}).decode()
        found = parse_station(f"{station.id}.toml", text)
        bars += [bar.window for bar in found.display.bars] if found.display else []
        callers += [row.window for row in found.caller]
        pads += [row.window for row in found.evaluator]
        assert {row.window for row in found.caller} <= set(station.windows)
        assert {row.window for row in found.evaluator} <= set(station.windows)
    assert sorted(bars) == sorted(callers) == sorted(pads) == list(range(1, 17))


def test_departments_and_matters() -> None:
    assert len(HALL.departments) >= 12
    assert len(HALL.matters) >= 60
    assert {m.department for m in HALL.matters} == set(HALL.by_department)
    assert {m.case for m in HALL.matters} == set(CaseType)
    series = [d.series for d in HALL.departments]
    assert len(set(series)) == len(series)
    assert not set(series) & {"I", "O"}  # read as 1 and 0
    assert all(d.english.isascii() and d.english for d in HALL.departments)
    told = f"{len(HALL.departments)} 个部门、{len(HALL.matters)} 个事项"
    assert told in README


def test_two_departments_have_two_windows_and_a_head_there() -> None:
    double = {d.id: d for d in HALL.departments if len(windows_of(HALL, d)) > 1}
    assert {id_: windows_of(HALL, d) for id_, d in double.items()} == {
        "market-regulation": (1, 2),
        "human-resources": (6, 7),
    }
    assert {id_: d.head for id_, d in double.items()} == {"market-regulation": "101", "human-resources": "106"}
    assert all(not d.head for d in HALL.departments if d.id not in double)


def test_departments_without_a_window_are_served_by_the_general_one() -> None:
    general = HALL.by_window[GENERAL]
    assert general.serves == ()  # 委托代办 alone
    delegated = {HALL.by_matter[m].department for m in general.delegated}
    assert len(delegated) == 8
    assert all(serving(m.id) == [GENERAL] for m in HALL.matters if m.department in delegated)
    assert HALL.by_window[GENERAL].name == "综合窗口"


def test_money_is_taken_at_the_bank_only() -> None:
    assert all(serving(m.id) == [BANK] for m in HALL.matters if m.department == "fees")
    taking = {m.id for m in HALL.matters if any(re.search("收款|缴费$", s.name) for s in m.guide.steps)}
    assert set(HALL.by_window[BANK].serves) <= taking
    for matter in HALL.matters:
        for step in matter.guide.steps:
            if re.search("收款|缴费$", step.name):
                assert step.post.startswith(f"{BANK} 号窗口"), f"{matter.id}: {step.name} at {step.post}"


@matter_rows
def test_every_guide_is_complete(matter: Matter) -> None:
    guide = matter.guide
    assert matter.english
    assert matter.english.isprintable()
    assert not re.search(r"[\u3000-\u9fff]", matter.english)
    assert re.search(r"《.+》", guide.basis)
    assert "条" not in re.sub("条例|条件", "", guide.basis), "no article numbers"
    assert guide.materials
    assert len({m.name for m in guide.materials}) == len(guide.materials)
    assert guide.fee
    assert all(step.post for step in guide.steps)
    assert all(re.fullmatch(r"0915-000 0\d{3}", step.phone) for step in guide.steps), "a phone that could be real"
    assert len(guide.steps) > 1 or matter.case is CaseType.IMMEDIATE
    assert 3 <= matter.minutes <= 30


@matter_rows
def test_promises_are_shorter_than_the_law_by_three_tenths(matter: Matter) -> None:
    guide = matter.guide
    if matter.case is CaseType.IMMEDIATE:
        assert guide.promised_days == 0
    else:
        assert 0 < guide.promised_days <= LEAST_PROMISE * guide.statutory_days


@matter_rows
def test_a_step_at_a_window_is_at_one_that_serves_the_matter_or_hands_out(matter: Matter) -> None:
    """The guide sends nobody to a wrong counter: the first step is where the number leads."""
    (first,) = re.findall(r"^(\d+) 号窗口", matter.guide.steps[0].post)
    assert int(first) in serving(matter.id)


@matter_rows
def test_joint_cases_name_who_takes_part(matter: Matter) -> None:
    posts = {step.post for step in matter.guide.steps}
    if matter.case is CaseType.JOINT:
        assert "主办" in matter.guide.steps[0].name
        assert len({post[:2] for post in posts if "号窗口" not in post}) >= 2  # 住建, 水利, …
    if matter.case is CaseType.FORWARDED:
        assert any("转报" in step.name for step in matter.guide.steps)


def test_starting_a_business_is_done_by_several_departments_on_one_number() -> None:
    joint = {m.id: m.joint for m in HALL.matters if m.joint is not None}
    assert set(joint) == {"business-start"}
    (one,) = joint.values()
    assert one.host in serving("business-start")
    departments = {HALL.by_matter[part].department for part in one.parts} | {"market-regulation"}
    assert len(departments) == len(one.parts) + 1
    visited = {line.split(",")[1] for line in (ANKANG / "day.csv").read_text(encoding="utf-8").splitlines()}
    assert visited >= set(joint)  # and its day has some


def test_every_window_has_an_a_and_a_b_post_and_every_clerk_a_post() -> None:
    assert {(p.window, p.letter) for p in HALL.posts} == {(w.number, x) for w in HALL.windows for x in PostLetter}
    assert {p.badge for p in HALL.posts} == set(HALL.by_badge) == set(PINS)
    assert len(set(A_POSTS.values())) == 16
    assert all(c.name.startswith("示例") for c in HALL.clerks)
    assert len({c.name for c in HALL.clerks}) == len(HALL.clerks)


@pytest.mark.parametrize("badge", [*A_POSTS.values(), "201", "216"])
def test_the_pins_of_the_readme_sign_in(badge: str) -> None:
    clerk = HALL.by_badge[badge]
    bound = bound_to("request-1", "window-1", 1, badge)
    assert proves(clerk.pin, bound, proof(client_key(PINS[badge], salt_of(clerk.pin)), bound))


def test_no_pin_stands_in_a_hall_file_and_no_salt_twice() -> None:
    people = (ANKANG / "people.toml").read_text(encoding="utf-8")
    bare = re.sub(r'pin = ".*"', "", people)
    assert not any(pin in bare for pin in PINS.values())
    assert len(set(PINS.values())) == len(PINS)
    assert len({salt_of(c.pin) for c in HALL.clerks}) == len(HALL.clerks)


def test_the_demo_knows_the_pins_of_all_a_posts() -> None:
    play = tomllib.loads((ANKANG / "demo.toml").read_text(encoding="utf-8"))
    assert play["pins"] == {badge: PINS[badge] for badge in A_POSTS.values()}
    assert works(HALL.hours, HALL.holidays, play["start"][:10])


def test_the_holiday_file_is_an_example_and_invents_nothing() -> None:
    holidays = HALL.holidays
    assert holidays.example
    assert holidays.working == ()
    assert all(date.fromisoformat(day).year == 2026 for day in holidays.off)
    assert year_told(holidays, "2026-11-23")
    assert not year_told(holidays, "2027-01-01")


def test_a_manager_is_warned_of_the_example_holidays_alone() -> None:
    found = findings(HALL, "2026-11-23", judged(ANKANG / "photos"))
    assert [f.code for f in found if f.severity is Severity.WARNING] == [Code.EXAMPLE_HOLIDAYS]
    assert {f.code for f in found if f.severity is Severity.INFO} == {Code.ONLY_HERE}


def test_every_file_is_read_in_one_sitting() -> None:
    long = {p.name: n for p in ANKANG.rglob("*.toml") if (n := len(p.read_text(encoding="utf-8").splitlines())) > 340}
    assert long == {}
