"""What is legal in a hall but told to its manager: each kind where it is, in words, and printed by `hall check`."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs
from PIL import Image
from typer.testing import CliRunner

from cli.__main__ import app
from cli.photos import ORIENTATION, judged
from hall.findings import Code, Finding, Severity, findings, named, windows_of
from hall.hallfile import parse_hall
from hall.model import Guide, Hall, Step
from hall.photo import MOST_BYTES, Fault
from hall.pin import verifier
from hall.station.settings import words
from tests.hall.halls import Change, Table, a_hall, add, mistakes, put, toml

DAY = "2026-11-23"
ANKANG = Path(__file__).parents[2] / "examples" / "ankang" / "photos"
PIN_103 = verifier("864208", bytes(15) + b"\2")


def a_quiet_hall() -> Table:
    """A hall in which nothing is found: two windows serve all, two clerks stand in for each other."""
    table = a_hall()
    for window in table["windows"]:
        window["serves"] = ["pension", "medical", "relief"]
    table["posts"] += [{"window": 2, "letter": "A", "badge": "102"}, {"window": 2, "letter": "B", "badge": "101"}]
    table["complaint_phone"] = "0915-000 0000"
    return table


def two_windows_for_social(table: Table) -> None:
    """Windows 1 and 2 serve social security and nothing else; a third serves the rest."""
    for window in table["windows"]:
        window["serves"] = ["pension", "medical"]
    table["windows"].append({"number": 3, "zone": "main", "serves": ["relief"]})
    table["stations"].append({"id": "window-3", "roles": ["caller"], "windows": [3]})
    table["clerks"].append({"badge": "103", "name": "示例丙", "pin": PIN_103, "photo": "103.png"})
    table["posts"] += [{"window": 3, "letter": "A", "badge": "103"}, {"window": 3, "letter": "B", "badge": "101"}]


def without(kind: str, index: int) -> Change:
    def change(table: Table) -> None:
        del table[kind][index]

    return change


def hall_of(*changes: Change) -> Hall:
    table = a_quiet_hall()
    for change in changes:
        change(table)
    return parse_hall("hall.toml", {"hall.toml": toml(table)})


def found(hall: Hall, day: str = DAY) -> list[str]:
    return [f"{f.where}: {f.code}" for f in findings(hall, day)]


ONLY_3 = "windows[3].serves: only_here"

# One row: what is changed in the quiet hall, and all that is found then.
ROWS: dict[str, tuple[tuple[Change, ...], list[str]]] = {
    "nothing": ((), []),
    "materials": ((put("matters.0.guide.materials", []),), ["matters[pension].guide.materials: no_materials"]),
    "70 % is short enough": ((put("matters.0.guide.promised_days", 7),), []),
    "71 % is not": (
        (put("matters.0.guide.statutory_days", 100), put("matters.0.guide.promised_days", 71)),
        ["matters[pension].guide.promised_days: long_promise"],
    ),
    "no head": ((two_windows_for_social,), ["departments[social].head: no_head", ONLY_3]),
    "head": ((two_windows_for_social, put("departments.0.head", "102")), [ONLY_3]),
    "head elsewhere": (
        (two_windows_for_social, put("departments.0.head", "103")),
        ["departments[social].head: head_elsewhere", ONLY_3],
    ),
    "no A": ((without("posts", 0),), ["windows[1]: no_a_post"]),
    "no B": ((without("posts", 3),), ["windows[2]: no_b_post"]),
    "A twice": (
        (two_windows_for_social, put("departments.0.head", "101"), put("posts.4.badge", "102")),
        ["clerks[102]: two_a_posts", "clerks[103]: clerk_without_post", ONLY_3],
    ),
    "no caller": ((without("stations", 2),), ["windows[2]: no_caller"]),
    "one window": ((put("windows.0.serves", ["pension", "medical"]),), ["windows[2].serves: only_here"]),
    "department": (
        (add("departments", {"id": "tax", "name": "税务", "series": "C"}),),
        ["departments[tax]: no_matters"],
    ),
    "calling first": ((put("hours.taking", [["09:10", "16:50"]]),), ["hours.calling[0]: calling_before_taking"]),
    "through lunch": ((put("hours.calling", [["09:00", "12:00"], ["13:00", "17:00"]]),), []),
    "in vain": (
        (put("hours.taking", [["08:50", "12:00"], ["13:00", "17:30"]]),),
        ["hours.taking[1]: taking_after_calling"],
    ),
    "last minute": ((put("hours.taking", [["08:50", "17:00"]]),), ["hours.taking[0]: no_cut_off"]),
    "no photo": ((put("clerks.1.photo", ""),), ["clerks[102].photo: no_photo"]),
    "complaints": ((put("complaint_phone", ""),), ["complaint_phone: no_complaint_phone"]),
    "no holidays": ((put("holidays", {}),), ["holidays: no_holidays"]),
    "example": ((put("holidays.example", True),), ["holidays.example: example_holidays"]),
    "two years": ((put("posts.0.since", "2024-11-23"),), ["posts[1.A]: long_post"]),
    "not yet two years": ((put("posts.0.since", "2024-11-24"),), []),
    "over two years ago": (
        (
            put("posts.0", {"window": 1, "letter": "A", "badge": "101", "since": "2020-01-01", "until": "2025-12-31"}),
            add("posts", {"window": 1, "letter": "A", "badge": "101", "since": "2026-01-01"}),
        ),
        [],
    ),
    "a post nobody held": (
        (
            put("posts.0", {"window": 1, "letter": "A", "badge": "101", "until": "2025-12-30"}),
            add("posts", {"window": 1, "letter": "A", "badge": "101", "since": "2026-01-01"}),
        ),
        ["posts[1.A]: post_gap"],
    ),
    "temporary": (
        (
            put("clerks.1.temporary", True),
            *(put(f"matters.{n}.approval", True) for n in range(3)),
        ),
        ["posts[1.B]: temporary_for_approvals", "posts[2.A]: temporary_for_approvals"],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_thing_is_found_where_it_is_and_nothing_else(name: str) -> None:
    changes, expected = ROWS[name]
    assert found(hall_of(*changes)) == expected


def test_what_is_handed_in_at_once_may_need_no_paper() -> None:
    changes = [put(f"matters.0.{key}", value) for key, value in (("case", "immediate"), ("guide.promised_days", 0))]
    (finding,) = findings(hall_of(*changes, put("matters.0.guide.materials", [])))
    assert (finding.code, finding.severity) == (Code.NO_MATERIALS, Severity.INFO)


def test_gaps_that_no_file_can_hold_are_found_in_a_hall_from_elsewhere() -> None:
    hall = hall_of()
    empty = Guide(basis="", conditions=(), materials=(), fee=" ", statutory_days=9, promised_days=1, steps=())
    vague = structs.replace(hall.matters[1].guide, steps=(Step(name="审查", post="", phone=""),))
    first, second, *others = hall.matters
    matters = (structs.replace(first, guide=empty), structs.replace(second, guide=vague), *others)
    assert found(structs.replace(hall, matters=matters)) == [
        "matters[pension].guide.basis: no_basis",
        "matters[pension].guide.conditions: no_conditions",
        "matters[pension].guide.fee: no_fee",
        "matters[pension].guide.steps: no_steps",
        "matters[pension].guide.materials: no_materials",
        "matters[medical].guide.steps[0].post: no_post",
        "matters[medical].guide.steps[0].phone: no_phone",
    ]


@pytest.mark.parametrize(
    ("day", "years"),
    [("", []), ("2026-11-30", []), ("2026-12-01", [2027]), ("2027-05-01", [2027]), ("2027-12-01", [2027, 2028])],
)
def test_the_year_of_the_day_and_soon_the_next_must_be_told(day: str, years: list[int]) -> None:
    told = [f.told["year"] for f in findings(hall_of(), day) if f.code is Code.NO_YEAR]
    assert told == years


def test_a_general_window_belongs_to_no_department() -> None:
    hall = hall_of(two_windows_for_social, put("windows.1.serves", ["pension", "medical", "relief"]))
    assert [windows_of(hall, d) for d in hall.departments] == [(1,), (3,)]


def test_warnings_come_first() -> None:
    kinds = [
        f.severity for f in findings(hall_of(put("hours.taking", [["08:50", "17:00"]]), put("complaint_phone", "")))
    ]
    assert kinds == [Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(
    ("photos", "missed"),
    [(None, []), (["101.png", "102.jpg", "other"], []), (["101.png", "102.JPG"], ["102"]), ([], ["101", "102"])],
)
def test_a_photo_that_is_not_there_is_missed(photos: list[str] | None, missed: list[str]) -> None:
    told = findings(hall_of(), DAY, None if photos is None else dict.fromkeys(photos))
    assert [f.told["badge"] for f in told if f.code is Code.PHOTO_MISSING] == missed == [f.told["badge"] for f in told]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("101", []),
        ("", []),
        ("109", ["hall.toml: departments[0].head: no clerk with badge '109'; did you mean '102'?"]),
        (101, ["hall.toml: departments[0].head: Expected `str`, got `int` (found 101)"]),
    ],
)
def test_a_head_is_a_known_clerk(head: object, told: list[str]) -> None:
    table = a_hall()
    put("departments.0.head", head)(table)
    assert mistakes(table) == told


def every_finding() -> list[tuple[Hall, Finding]]:
    halls = [hall_of(*changes) for changes, _ in ROWS.values()]
    faulty = [findings(hall_of(), DAY, {"101.png": fault, "102.jpg": None}) for fault in Fault]
    assert [len(found) for found in faulty] == [1] * len(Fault)
    told = [(hall_of(), finding) for found in faulty for finding in found]
    return told + [(hall, finding) for hall in halls for finding in findings(hall, "2027-01-04", photos={})]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_has_words(language: str) -> None:
    say = words("findings", language)
    sentences = [key for key in say.keys() if key.startswith("finding.")]  # noqa: SIM118 (Words is no dict)
    assert {key.partition(".")[2] for key in sentences} == {str(c) for c in Code}
    for hall, finding in every_finding():
        assert "{" not in say(f"finding.{finding.code}", **named(hall, finding, language))


def test_names_are_those_of_the_language() -> None:
    hall = hall_of(put("matters.0.english", "Pension"), *(put(f"matters.{i}.guide.materials", []) for i in (0, 1)))
    first, second = findings(hall)
    assert [named(hall, first, language)["matter"] for language in ("zh", "en")] == ["养老保险", "Pension"]
    assert named(hall, second, "en")["matter"] == "医疗保险"  # told in Chinese where there is no English


# --- hall check ---------------------------------------------------------------------------------------------


def checked(tmp_path: Path, table: Table, *options: str) -> tuple[int, str]:
    file = tmp_path / "hall.toml"
    file.write_text(toml(table), encoding="utf-8")
    (tmp_path / "photos").mkdir(exist_ok=True)
    for photo in ("101.png", "102.jpg"):
        if not (tmp_path / "photos" / photo).exists():
            Image.new("RGB", (30, 42)).save(tmp_path / "photos" / photo)
    result = CliRunner().invoke(app, ["check", str(file), "--day", DAY, *options], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout


def test_all_mistakes_are_printed(tmp_path: Path) -> None:
    table = a_quiet_hall()
    put("matters.0.department", "socal")(table)
    put("zones.0.id", "A[red]")(table)  # no markup
    code, out = checked(tmp_path, table)
    assert code == 1
    expected = mistakes(table)
    assert len(expected) > 1
    assert out.splitlines()[1:] == expected
    assert f"有 {len(expected)} 处错误" in out


def test_photos_are_looked_for_beside_the_hall_file(tmp_path: Path) -> None:
    table = a_quiet_hall()
    assert checked(tmp_path, table, "--strict")[0] == 0
    put("clerks.0.photo", "110.png")(table)
    code, out = checked(tmp_path, table, "--strict")
    assert code == 2
    assert "示例甲（工号 101）的相片 110.png 不在本厅文件旁的 photos 目录里" in out


def test_photos_that_no_screen_shows_as_they_should_be_are_told(tmp_path: Path) -> None:
    place = tmp_path / "photos"
    place.mkdir()
    camera = Image.Exif()
    camera[ORIENTATION] = 6
    Image.new("RGB", (420, 300)).save(place / "102.jpg", exif=camera)
    whole = (ANKANG / "101.png").read_bytes()
    for content, told in ((whole[:-400], "完好"), (b"", "完好"), (bytes(MOST_BYTES + 1), "4 MB"), (whole, "")):
        (place / "101.png").write_bytes(content)
        code, out = checked(tmp_path, a_quiet_hall(), "--strict")
        assert code == 2
        assert "102.jpg 由相机标记旋转" in out
        assert ("101.png" in out) == (told != "")
        assert told in out


@pytest.mark.parametrize("file", ["101.png", "101.jpg"])
def test_a_photo_is_judged_to_its_last_row(tmp_path: Path, file: str) -> None:
    Image.effect_noise((300, 420), 60).convert("RGB").save(tmp_path / file)
    assert judged(tmp_path) == {file: None}
    whole = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(whole[: len(whole) // 2])
    assert judged(tmp_path) == {file: Fault.BROKEN}


def test_findings_are_printed_with_counts(tmp_path: Path) -> None:
    table = a_quiet_hall()
    put("complaint_phone", "")(table)
    put("hours.taking", [["08:50", "17:00"]])(table)
    code, out = checked(tmp_path, table)
    assert code == 0
    assert "没有投诉电话" in out
    assert "hours.taking[0]" in out
    assert out.splitlines()[-2:] == [
        "2 个部门 · 3 个事项 · 2 个区 · 2 个窗口 · 2 名人员 · 3 台设备",
        "提醒 1 条，供参考 1 条",
    ]
    code, out = checked(tmp_path, table, "--language", "en", "--strict")
    assert code == 2
    assert "There is no complaint phone" in out


def test_strict_minds_warnings_only(tmp_path: Path) -> None:
    table = a_quiet_hall()
    assert checked(tmp_path, table, "--strict")[0] == 0
    assert "没有发现" in checked(tmp_path, table)[1]
    put("hours.taking", [["08:50", "17:00"]])(table)
    assert checked(tmp_path, table, "--strict")[0] == 0
