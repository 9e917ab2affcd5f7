"""`hall policy check`: each rule that a policy can break is told with its place and why, at load too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct
from typer.testing import CliRunner

from cli.__main__ import app
from hall.checked import Mistakes, read_struct, read_toml
from hall.errors import BadFile
from hall.hallfile import parse_hall
from hall.model import Hours, Joint, Policy, Post, Station, Window
from hall.soundness import WHY, unsound
from hall.station.settings import words
from tests.hall.halls import Change, Table, a_hall, mistakes, put, toml

ELDER = {"id": "elder", "name": "老年人", "basis": "示例依据", "weight_minutes": 15.0, "bound": 3}
LATE = {**ELDER, "id": "late", "weight_minutes": 20.0}
BAND = {"matter": "pension", "begins": "09:00", "ends": "10:00", "places": 3}


def policy(**table: object) -> Change:
    return put("policy", table)


def bookings(*quotas: Table, **table: object) -> Change:
    return policy(bookings={"quotas": list(quotas), **table}, priorities=[ELDER, LATE])


def evening_host(table: Table) -> None:
    """A joint matter whose host begins when its participant has gone home."""
    table["matters"][0] |= {"case": "joint", "joint": {"parts": ["relief"]}}
    table["zones"].append({"id": "late", "name": "夜间", "hours": {"calling": [["17:00", "20:00"]]}})
    table["windows"] = [
        {"number": 1, "zone": "late", "serves": ["pension", "medical"]},
        {"number": 2, "zone": "main", "serves": ["relief"]},
    ]


CASES: list[tuple[str, str, Change]] = [
    ("bound_above_k", "policy.priorities[0].bound", policy(priorities=[ELDER], overtaken_at_most=2)),
    ("bound_zero", "policy.priorities[0].bound", policy(priorities=[{**ELDER, "bound": 0}])),
    ("nothing_bounded", "policy.overtaken_at_most", policy(priorities=[ELDER], overtaken_at_most=0)),
    ("behind_nobody", "policy.missed.behind", policy(missed={"then": "behind", "behind": 0})),
    ("never_back", "policy.missed.times", policy(missed={"then": "kept", "times": 0})),
    ("by_itself", "policy.missed.by_itself", policy(missed={"then": "kept", "by_itself": True})),
    ("unknown_class", "policy.bookings.priority", policy(bookings={"priority": "vip"})),
    ("late_before_early", "policy.bookings.late_priority", bookings(priority="elder", late_priority="late")),
    ("bands_overlap", "policy.bookings.quotas[1]", bookings(BAND, {**BAND, "begins": "09:59"})),
    ("outside_hours", "policy.bookings.quotas[0]", bookings({**BAND, "begins": "08:00"})),
    ("over_capacity", "policy.bookings.quotas[0].places", bookings({**BAND, "places": 7})),
    ("never_together", "matters[pension].joint.parts[0]", evening_host),
]


def test_every_rule_is_here_and_has_its_words() -> None:
    assert {rule for rule, _, _ in CASES} == set(WHY)
    for language in ("zh", "en"):
        assert {k.removeprefix("rule.") for k in words("policy", language).keys() if k.startswith("rule.")} == set(WHY)  # noqa: SIM118


@pytest.mark.parametrize(("rule", "where", "change"), CASES, ids=[rule for rule, _, _ in CASES])
def test_an_unsound_policy_is_refused_with_the_rule_and_why(
    rule: str, where: str, change: Change, tmp_path: Path
) -> None:
    table = a_hall()
    change(table)
    text = toml(table)
    found = [(one.rule, one.where) for one in unsound(parse_hall("hall.toml", {"hall.toml": text}, judged=False))]
    assert (rule, where) in found
    with pytest.raises(BadFile) as refused:
        parse_hall("hall.toml", {"hall.toml": text})
    assert any(m.startswith(f"hall.toml: {where}: {rule}: ") for m in refused.value.mistakes)
    file = tmp_path / "hall.toml"
    file.write_text(text, encoding="utf-8")
    for language in ("zh", "en"):
        shown = CliRunner().invoke(app, ["policy", "check", str(file), "--language", language], env={"COLUMNS": "300"})
        assert shown.exit_code == 1
        assert f"{where}  [{rule}]" in shown.output


def test_a_sound_policy_tells_what_it_promises(tmp_path: Path) -> None:
    table = a_hall()
    bookings(BAND, {**BAND, "begins": "10:00", "ends": "11:00", "places": 6}, priority="elder")(table)
    file = tmp_path / "hall.toml"
    file.write_text(toml(table), encoding="utf-8")
    shown = CliRunner().invoke(app, ["policy", "check", str(file), "--language", "en"], env={"COLUMNS": "300"})
    assert shown.exit_code == 0, shown.output
    assert "overtake no ticket more than 5 times" in shown.output
    assert "counts as 15 minutes earlier" in shown.output
    assert "time bands for bookings: 2" in shown.output


def test_what_the_document_shows_can_be_read() -> None:
    kinds: dict[str, type[Struct]] = {"policy": Policy, "hours": Hours}
    lists: dict[str, type[Struct]] = {"windows": Window, "posts": Post, "stations": Station}
    text = (Path(__file__).parents[2] / "docs" / "queue.md").read_text(encoding="utf-8")
    fragments = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(fragments) == 5
    found = Mistakes()
    for fragment in fragments:
        for key, value in read_toml("queue.md", fragment, found).items():
            if key == "matters":
                read_struct(Joint, value["joint"], key, found)
                continue
            for row in value if key in lists else [value]:
                read_struct(lists.get(key) or kinds[key], row, key, found)
    assert found.found == []


JOINT: Table = {"parts": ["relief"]}


def joint(**fields: object) -> Change:
    return lambda table: table["matters"][0].update({"case": "joint", "joint": {**JOINT, **fields}})


def nested(table: Table) -> None:
    joint()(table)
    table["matters"][2] |= {"case": "joint", "joint": {"parts": ["medical"]}}


def unserved(table: Table) -> None:
    joint()(table)
    table["windows"][1]["serves"] = ["medical"]


BAD: list[tuple[str, Change]] = [
    ("policy.priorities[0].basis: must not be empty", policy(priorities=[{**ELDER, "basis": " "}])),
    ("windows[0].helps[0]: no matter 'x'", put("windows.0.helps", ["x"])),
    ("windows[0].helps[0]: pension is served by this window already", put("windows.0.helps", ["pension"])),
    ("windows[0].serves: at least one", put("windows.0.serves", [])),
    ("matters[2]: no window serves 'relief'", put("windows.1.serves", ["pension"])),
    ("policy.bookings.quotas[0].places: 1 to 1000 (found 0)", bookings({**BAND, "places": 0})),
    ("policy.bookings.quotas[0]: ends before it begins", bookings({**BAND, "ends": "08:59"})),
    ("zones[0].hours.calling[0]: ends (08:00) before it begins (09:00)",
     put("zones.0.hours", {"calling": [["09:00", "08:00"]]})),
    ("hours.on_post[0]: ends (08:00) before it begins (08:50)", put("hours.on_post", [["08:50", "08:00"]])),
    ("posts[0]: ends before it begins", put("posts.0", {"window": 1, "letter": "A", "badge": "101",
                                                        "since": "2026-02-01", "until": "2026-01-01"})),
    ("matters[0].joint.parts: at least one", joint(parts=[])),
    ("matters[0].joint.parts[0]: no matter 'x'", joint(parts=["x"])),
    ("matters[0].joint.parts[1]: relief stands in this list already", joint(parts=["relief", "relief"])),
    ("matters[0].joint.parts[0]: pension itself", joint(parts=["pension"])),
    ("matters[0].joint.host: no window 9", joint(host=9)),
    ("matters[0].joint.host: window 2 does not serve 'pension': one of 1", joint(host=2)),
    ("matters[0].joint: only a case = \"joint\" is done by several (found 'promised')", put("matters.0.joint", JOINT)),
    ("matters[0].joint.parts[0]: relief is done by several itself: name its parts here", nested),
    ("matters[0].joint.parts[0]: no window serves 'relief': nobody could do this part", unserved),
    ("policy.priorities[1].id: 'elder' stands in this list already", policy(priorities=[ELDER, ELDER])),
]  # fmt: skip


@pytest.mark.parametrize(("told", "change"), BAD, ids=[told for told, _ in BAD])
def test_what_is_wrong_in_itself_is_told_at_load(told: str, change: Change) -> None:
    table = a_hall()
    change(table)
    assert any(told in mistake for mistake in mistakes(table)), mistakes(table)


def test_posts_may_follow_each_other_but_not_overlap() -> None:
    table = a_hall()
    first = {"window": 2, "letter": "A", "badge": "101", "until": "2026-06-30"}
    table["posts"] += [first, {"window": 2, "letter": "A", "badge": "102", "since": "2026-07-01"}]
    assert mistakes(table) == []
    first["until"] = "2026-07-01"
    assert mistakes(table) == ["hall.toml: posts[3]: window 2 and letter 'A' stands in hall.toml: posts[2] already"]
