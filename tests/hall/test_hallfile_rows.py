"""Every kind of mistake in a hall file, one by one and many at once."""

from __future__ import annotations

import pytest

from hall.pin import verifier
from tests.hall.halls import PIN_101, Change, a_hall, add, mistakes, put

AN_ID = " of a–z, 0–9 and - between them, at most 40 long"

# One row: what is wrong, and exactly what is told about it.
ONE: dict[str, tuple[Change, str]] = {
    "hall id": (put("id", "Village 1"), "id: an id is" + AN_ID + " (found 'Village 1')"),
    "hyphen first": (put("id", "-v"), "id: an id is" + AN_ID + " (found '-v')"),
    "long id": (put("id", "v" * 41), f"id: an id is{AN_ID} (found '{'v' * 41}')"),
    "empty name": (put("name", "  "), "name: must not be empty"),
    "escape code": (put("name", "a\x1b@"), "name: holds the control character U+001B"),
    "offset": (put("utc_offset", "8"), "utc_offset: must look like +08:00, at most 14 hours (found '8')"),
    "offset too far": (
        put("utc_offset", "+14:30"),
        "utc_offset: must look like +08:00, at most 14 hours (found '+14:30')",
    ),
    "url": (
        put("follow_url", "http://"),
        "follow_url: must begin with http:// or https:// and hold no space (found 'http://')",
    ),
    "complaint": (put("complaint_phone", "无"), "complaint_phone: is no phone number (found '无')"),
    "unknown key": (put("hurs", {}), "hurs: unknown key; did you mean 'hours'?"),
    "unknown key inside": (put("policy.undo", 3), "policy.undo: unknown key; did you mean 'undo_s'?"),
    "not a list": (put("zones", {"id": "main"}), "zones: expected a list: each row begins with [[zones]]"),
    "not a table": (put("zones.1", "main"), "zones[1]: expected a table, found text"),
    "none at all": (put("zones", []), "zones: at least one"),
    "department id": (
        add("departments", {"id": "Tax", "name": "税务", "series": "C"}),
        "departments[2].id: an id is" + AN_ID + " (found 'Tax')",
    ),
    "department name twice": (
        put("departments.1.name", "社会保障"),
        "departments[1]: name '社会保障' stands in hall.toml: departments[0] already",
    ),
    "department series": (
        put("departments.0.series", "a"),
        "departments[0].series: one or two capitals (found 'a')",
    ),
    "matter id twice": (
        put("matters.1.id", "pension"),
        "matters[1]: id 'pension' stands in hall.toml: matters[0] already",
    ),
    "matter name twice": (
        put("matters.1.name", "养老保险"),
        "matters[1]: department 'social' and name '养老保险' stands in hall.toml: matters[0] already",
    ),
    "matter department": (
        put("matters.0.department", "socal"),
        "matters[0].department: no department 'socal'; did you mean 'social'?",
    ),
    "matter series": (put("matters.0.series", "AAA"), "matters[0].series: one or two capitals (found 'AAA')"),
    "matter case": (
        put("matters.0.case", "slow"),
        "matters[0].case: must be one of: immediate, promised, joint, forwarded (found 'slow')",
    ),
    "matter minutes": (put("matters.0.minutes", 0), "matters[0].minutes: above 0, at most 480 (found 0.0)"),
    "immediate": (
        put("matters.0.case", "immediate"),
        "matters[0].guide.promised_days: an immediate case is done the same day, 0 (found 5)",
    ),
    "promise": (
        put("matters.0.guide.promised_days", 11),
        "matters[0].guide.promised_days: 11 days promised, 10 allowed by law",
    ),
    "negative days": (
        put("matters.0.guide.promised_days", -1),
        "matters[0].guide.promised_days: 0 to 730 (found -1)",
    ),
    "no condition": (put("matters.0.guide.conditions", []), "matters[0].guide.conditions: at least one"),
    "empty condition": (
        put("matters.0.guide.conditions", [""]),
        "matters[0].guide.conditions[0]: must not be empty",
    ),
    "no step": (put("matters.0.guide.steps", []), "matters[0].guide.steps: at least one"),
    "phone": (
        put("matters.0.guide.steps.0.phone", "请咨询"),
        "matters[0].guide.steps[0].phone: is no phone number (found '请咨询')",
    ),
    "no material": (
        put("matters.0.guide.materials.0", {"name": "照片", "originals": 0}),
        "matters[0].guide.materials[0]: neither an original nor a copy",
    ),
    "copies": (
        put("matters.0.guide.materials.0.copies", 100),
        "matters[0].guide.materials[0].copies: 0 to 99 (found 100)",
    ),
    "zone name twice": (
        put("zones.1.name", "大厅"),
        "zones[1]: name '大厅' stands in hall.toml: zones[0] already",
    ),
    "window number": (
        add("windows", {"number": 128, "zone": "main", "serves": ["relief"]}),
        "windows[2].number: 1 to 127 (found 128)",
    ),
    "window twice": (
        add("windows", {"number": 2, "zone": "main", "serves": ["relief"]}),
        "windows[2]: number 2 stands in hall.toml: windows[1] already",
    ),
    "window true": (
        add("windows", {"number": True, "zone": "main", "serves": ["relief"]}),
        "windows[2].number: Expected `int`, got `bool` (found True)",
    ),
    "window zone": (put("windows.0.zone", "north"), "windows[0].zone: no zone 'north'"),
    "serves nothing": (
        add("windows", {"number": 3, "zone": "main", "serves": []}),
        "windows[2].serves: at least one",
    ),
    "serves twice": (
        put("windows.1.serves", ["relief", "relief"]),
        "windows[1].serves[1]: relief stands in this list already",
    ),
    "serves misspelt": (
        put("windows.0.serves.1", "medica"),
        "windows[0].serves[1]: no matter 'medica'; did you mean 'medical'?",
    ),
    "unserved": (put("windows.0.serves", ["pension"]), "matters[1]: no window serves 'medical'"),
    "wide digits": (
        add("clerks", {"badge": "１０３", "name": "示例丙", "pin": verifier("1111", bytes(14) + b"33")}),
        "clerks[2].badge: 3 to 8 digits (found '１０３')",
    ),
    "badge twice": (
        add("clerks", {"badge": "102", "name": "示例丙", "pin": verifier("1111", bytes(14) + b"33")}),
        "clerks[2]: badge '102' stands in hall.toml: clerks[1] already",
    ),
    "pin itself": (put("clerks.0.pin", "246810"), "clerks[0].pin: not a verifier; make one with: hall pin"),
    "pin number": (put("clerks.0.pin", 246810), "clerks[0].pin: Expected `str`, got `int`"),
    "cheap pin": (
        put("clerks.0.pin", verifier("246810", bytes(16), (1 << 10, 8, 1))),
        "clerks[0].pin: its cost is not one this product makes; make a new verifier with: hall pin",
    ),
    "copied pin": (put("clerks.1.pin", PIN_101), "clerks[1]: pin stands in hall.toml: clerks[0] already"),
    "photo path": (
        put("clerks.0.photo", "staff/101.png"),
        "clerks[0].photo: a bare file name such as 101.png or 101.jpg, no path (found 'staff/101.png')",
    ),
    "photo above": (
        put("clerks.1.photo", ".."),
        "clerks[1].photo: a bare file name such as 101.png or 101.jpg, no path (found '..')",
    ),
    "photo kind": (
        put("clerks.1.photo", "101.heic"),
        "clerks[1].photo: a bare file name such as 101.png or 101.jpg, no path (found '101.heic')",
    ),
    "post window": (put("posts.0.window", 9), "posts[0].window: no window 9"),
    "post badge": (
        put("posts.0.badge", "109"),
        "posts[0].badge: no clerk with badge '109'; did you mean '102'?",
    ),
    "post letter": (put("posts.0.letter", "C"), "posts[0].letter: must be one of: A, B (found 'C')"),
    "letter twice": (
        put("posts.1.letter", "A"),
        "posts[1]: window 1 and letter 'A' stands in hall.toml: posts[0] already",
    ),
    "A and B one person": (
        put("posts.1.badge", "101"),
        "posts[1]: window 1 and badge '101' stands in hall.toml: posts[0] already",
    ),
    "station hub": (put("stations.0.id", "hub"), "stations[0].id: is an id of the hall's own (found 'hub')"),
    "station watch": (
        put("stations.0.id", "watch"),
        "stations[0].id: is an id of the hall's own (found 'watch')",
    ),
    "station twice": (
        put("stations.0.id", "window-1"),
        "stations[1]: id 'window-1' stands in hall.toml: stations[0] already",
    ),
    "no role": (put("stations.0.roles", []), "stations[0].roles: at least one"),
    "role": (
        put("stations.0.roles", ["kisok"]),
        "stations[0].roles[0]: must be one of: kiosk, caller, evaluator, display, broadcast, booking, desk "
        "(found 'kisok')",
    ),
    "role twice": (
        put("stations.0.roles", ["kiosk", "kiosk"]),
        "stations[0].roles[1]: kiosk stands in this list already",
    ),
    "station window": (put("stations.1.windows", [1, 7]), "stations[1].windows[1]: no window 7"),
    "station zone": (put("stations.0.zone", "west"), "stations[0].zone: no zone 'west'"),
    "caller nowhere": (
        put("stations.1.windows", []),
        "stations[1].windows: a caller needs the windows it speaks for",
    ),
    "no taking": (put("hours.taking", []), "hours.taking: at least one"),
    "clock": (
        put("hours.taking", [["8:50", "12:00"]]),
        "hours.taking[0]: times look like 09:00 (found '8:50')",
    ),
    "three times": (
        put("hours.taking", [["08:50", "12:00", "13:00"]]),
        "hours.taking[0]: Expected `array` of length 2, got 3",
    ),
    "backwards": (
        put("hours.calling", [["17:00", "09:00"]]),
        "hours.calling[0]: ends (09:00) before it begins (17:00)",
    ),
    "overlap": (
        put("hours.calling", [["09:00", "12:00"], ["11:00", "17:00"]]),
        "hours.calling[1]: begins (11:00) before the one above ends (12:00)",
    ),
    "weekday": (put("hours.weekdays", [0, 1]), "hours.weekdays[0]: 1 (Monday) to 7 (found 0)"),
    "no weekday": (put("hours.weekdays", []), "hours.weekdays: at least one"),
    "soon": (put("hours.closing_soon_minutes", -5), "hours.closing_soon_minutes: 0 to 240 (found -5)"),
    "no date": (
        put("holidays.off", ["2026-02-30"]),
        "holidays.off[0]: a date looks like 2026-10-01 (found '2026-02-30')",
    ),
    "date that equals no day": (
        put("holidays.off", ["20261001"]),
        "holidays.off[0]: a date looks like 2026-10-01 (found '20261001')",
    ),
    "other year": (
        put("holidays.off", ["2027-01-01"]),
        "holidays.off[0]: 2027-01-01: its year is not in holidays.years",
    ),
    "off twice": (
        put("holidays.off", ["2026-10-01", "2026-10-01"]),
        "holidays.off[1]: 2026-10-01 stands in this list already",
    ),
    "off and working": (
        put("holidays.working", ["2026-10-01"]),
        "holidays.working[0]: 2026-10-01 is among the days off too",
    ),
    "policy": (put("policy.pin_failures", 0), "policy.pin_failures: 1 to 20 (found 0)"),
    **{
        f"policy {name}": (put(f"policy.{name}", value), f"policy.{name}: {limits} (found {value})")
        for name, value, limits in (
            ("reserve_s", 0.5, "1 to 600"),
            ("reprint_s", 3601.0, "0 to 3600"),
            ("undo_s", -1.0, "0 to 120"),
            ("calls_before_no_show", 0, "1 to 9"),
            ("announce_repeats", 6, "1 to 5"),
            ("announce_valid_s", 4.0, "5 to 600"),
            ("pin_lock_minutes", 0.0, "1 to 1440"),
            ("number_digits", 1, "2 to 5"),
        )
    },
    "no department": (put("departments", []), "departments: at least one"),
    "no matter": (put("matters", []), "matters: at least one"),
    "no window": (put("windows", []), "windows: at least one"),
    "department twice": (
        add("departments", {"id": "civil", "name": "税务", "series": "C"}),
        "departments[2]: id 'civil' stands in hall.toml: departments[1] already",
    ),
    "zone twice": (
        put("zones.1.id", "main"),
        "zones[1]: id 'main' stands in hall.toml: zones[0] already",
    ),
    "zone id": (add("zones", {"id": "A区", "name": "A区"}), "zones[2].id: an id is" + AN_ID + " (found 'A区')"),
    "matter id": (
        lambda hall: (put("matters.2.id", "relief!")(hall), put("windows.1.serves", ["relief!"])(hall)),
        "matters[2].id: an id is" + AN_ID + " (found 'relief!')",
    ),
    "law of three years": (
        put("matters.0.guide.statutory_days", 1000),
        "matters[0].guide.statutory_days: 0 to 730 (found 1000)",
    ),
    "negative originals": (
        put("matters.0.guide.materials.0.originals", -1),
        "matters[0].guide.materials[0].originals: 0 to 99 (found -1)",
    ),
    "year of two digits": (put("holidays.years", [2026, 26]), "holidays.years[1]: 2000 to 2999 (found 26)"),
    "working date": (
        put("holidays.working", ["10-10"]),
        "holidays.working[0]: a date looks like 2026-10-01 (found '10-10')",
    ),
    "policy type": (put("policy.undo_s", "8"), "policy.undo_s: Expected `float`, got `str` (found '8')"),
}


@pytest.mark.parametrize("name", ONE)
def test_one_mistake_is_told_once_and_nothing_else(name: str) -> None:
    change, told = ONE[name]
    table = a_hall()
    change(table)
    assert mistakes(table) == [f"hall.toml: {told}"]


def test_many_mistakes_are_told_at_once() -> None:
    table = a_hall()
    told = set()
    for name in (
        "hall id", "unknown key", "department series", "matter minutes", "zone name twice", "window number",
        "serves misspelt", "pin itself", "post badge", "letter twice", "station hub", "backwards", "weekday",
        "no date", "policy", "phone", "copies", "promise",
    ):  # fmt: skip
        change, line = ONE[name]
        change(table)
        told.add(f"hall.toml: {line}")
    del table["matters"][1]["guide"]["fee"]  # a row that cannot be read does not hide what else is wrong
    told.add("hall.toml: matters[1].guide.fee: missing")
    assert set(mistakes(table)) == told
    assert len(mistakes(table)) == len(told)
