"""A hall file's mistakes are all told at once, each once, with file, path and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hall.errors import BadFile, HallError
from hall.hallfile import included, parse_hall
from hall.model import CaseType, Hall, PostLetter, Role
from tests.hall.halls import PIN_101, Table, a_hall, mistakes, put, toml


def test_a_right_hall_is_read_whole() -> None:
    hall = parse_hall("hall.toml", {"hall.toml": toml(a_hall())})
    assert isinstance(hall, Hall)
    assert hall.by_matter["relief"].case is CaseType.PROMISED
    assert hall.by_matter["relief"].guide.materials[0].copies == 1
    assert [(p.window, p.letter) for p in hall.posts] == [(1, PostLetter.A), (1, PostLetter.B)]
    assert hall.by_station["window-1"].roles == (Role.CALLER,)
    assert hall.policy.undo_s == 8.0
    assert hall.utc_offset == "+08:00"


def paths(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and index in a table."""
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*at, key)
            yield from paths(below, (*at, key))


KEYS = [path for path in paths(a_hall()) if isinstance(path[-1], str)]
MAY_LACK = {
    *(("matters", key) for key in ("originals", "copies")),
    *(("hours", key) for key in ("hours", "taking", "calling")),
    *(("holidays", key) for key in ("holidays", "off", "working")),
    *(("policy", key) for key in ("policy", "reprint_s")),
    ("stations", "zone"),
    ("clerks", "photo"),
}


def shown(path: tuple[Any, ...]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_missing_key_is_one_mistake_without_followers(path: tuple[Any, ...]) -> None:
    table = a_hall()
    at: Any = table
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    if (path[0], path[-1]) in MAY_LACK:
        expected: list[str] = []
    elif path[0] == "stations" and path[-1] == "windows":
        expected = [f"hall.toml: {shown(path)}: a caller needs the windows it speaks for"]
    elif path == ("holidays", "years"):
        expected = [
            "hall.toml: holidays.off[0]: 2026-10-01: its year is not in holidays.years",
            "hall.toml: holidays.working[0]: 2026-10-10: its year is not in holidays.years",
        ]
    else:
        expected = [f"hall.toml: {shown(path)}: missing"]
    assert mistakes(table) == expected


@pytest.mark.parametrize("path", KEYS, ids=lambda path: ".".join(map(str, path)))
def test_a_value_of_the_wrong_kind_is_one_mistake_without_followers(path: tuple[Any, ...]) -> None:
    table = a_hall()
    put(".".join(map(str, path)), {"x": {"y": 1}})(table)
    told = mistakes(table)
    assert told
    assert all(line.startswith((f"hall.toml: {shown(path)}:", f"hall.toml: {shown(path)}.")) for line in told), told


def test_no_mistake_shows_a_pin() -> None:
    for wrong in ("246810", 246810, [246810], PIN_101[:-1]):
        table = a_hall()
        put("clerks.0.pin", wrong)(table)
        (line,) = mistakes(table)
        assert "246810" not in line
        assert PIN_101[-60:-1] not in line


def split() -> tuple[Table, str, str]:
    """The same hall in three files."""
    table = a_hall()
    first, *others = table.pop("matters")
    matters = toml({"matters": others})
    holidays = toml({"holidays": table.pop("holidays")})
    table["matters"] = [first]
    return {"files": ["matters.toml", "holidays.toml"], **table}, matters, holidays


def test_a_hall_of_several_files_is_the_same_hall() -> None:
    main, matters, holidays = split()
    texts = {"hall.toml": toml(main), "matters.toml": matters, "holidays.toml": holidays}
    assert included("hall.toml", texts["hall.toml"]) == ("matters.toml", "holidays.toml")
    assert parse_hall("hall.toml", texts) == parse_hall("hall.toml", {"hall.toml": toml(a_hall())})


def test_a_mistake_names_its_own_file_and_counts_as_that_file_does() -> None:
    main, matters, holidays = split()
    matters = matters.replace('"relief"', '"pension"').replace('"civil"', '"civic"')
    holidays = holidays.replace("2026-10-01", "1 October")
    put("windows.1.serves", ["medical"])(main)
    assert sorted(mistakes(main, matters=matters, holidays=holidays)) == [
        "holidays.toml: holidays.off[0]: a date looks like 2026-10-01 (found '1 October')",
        "matters.toml: matters[1].department: no department 'civic'; did you mean 'civil'?",
        "matters.toml: matters[1]: id 'pension' stands in hall.toml: matters[0] already",
    ]


def test_what_an_unreadable_file_may_hold_is_not_called_missing() -> None:
    main, _, holidays = split()
    del main["matters"]
    told = mistakes(main, matters="[[matters]\n", holidays=holidays)
    assert len(told) == 1
    assert told[0].startswith("matters.toml: not TOML: ")
    assert mistakes(main, holidays=holidays) == ["hall.toml: files[0]: there is no file 'matters.toml' beside it"]


def test_an_unreadable_main_file_is_the_only_mistake() -> None:
    with pytest.raises(BadFile, match="1 mistake; nothing was done") as caught:
        parse_hall("hall.toml", {"hall.toml": "id = "})
    assert len(caught.value.mistakes) == 1
    assert caught.value.mistakes[0].startswith("hall.toml: not TOML: ")
    assert isinstance(caught.value, HallError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ("matters.toml", "hall.toml: files: expected a list of file names"),
        ([7], "hall.toml: files[0]: expected a file name (found 7)"),
        (["hall.toml"], "hall.toml: files[0]: 'hall.toml' is read already"),
        (["more.toml", "more.toml"], "hall.toml: files[1]: 'more.toml' is read already"),
    ],
)
def test_the_list_of_files_is_checked(files: object, told: str) -> None:
    assert mistakes({"files": files, **a_hall()}, more="") == [told]


def test_a_key_or_table_in_two_files_is_told() -> None:
    table = {"files": ["more.toml"], **a_hall()}
    assert mistakes(table, more='name = "another"\n[hours]\n[zones]\nid = "x"\n') == [
        "more.toml: name: stands in hall.toml already",
        "more.toml: hours: stands in hall.toml already",
        "more.toml: zones: expected a list: each row begins with [[zones]]",
    ]
    assert mistakes(table, more='files = ["third.toml"]') == ["more.toml: files: only hall.toml names further files"]


def test_a_file_from_a_windows_editor_is_read() -> None:
    assert parse_hall("hall.toml", {"hall.toml": "\ufeff" + toml(a_hall()).replace("\n", "\r\n")}).id == "village"


def test_an_empty_file_tells_all_that_a_hall_needs() -> None:
    needed = ["id", "name", "departments", "matters", "zones", "windows", "clerks", "posts", "stations"]
    assert mistakes({}) == [f"hall.toml: {key}: missing" for key in needed]
