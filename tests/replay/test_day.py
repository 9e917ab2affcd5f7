"""day.csv: read whole, or refused with every mistake and its line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hall.errors import BadFile
from hall.station.settings import read_hall
from hall.waiting import served
from testbed.day import MOST_MISTAKES, parse_day, read_day
from tests.replay.small import ANKANG, HEAD, ROOT

MATTERS = ("id-card", "passport")


def test_in_order_of_time() -> None:
    text = f"{HEAD}\n10:00,passport,,30,4,0\n09:00:30,id-card,elderly,45.5,3,5\n\n"
    first, second = parse_day("day.csv", text, MATTERS)
    assert (first.arrive, first.matter, first.priority, first.patience_min) == (32_430, "id-card", "elderly", 45.5)
    assert (first.service_min, first.rating, first.line) == (3.0, 5, 3)
    assert (second.arrive, second.rating) == (36_000, 0)


def test_all_mistakes_at_once_each_with_its_line() -> None:
    text = f"{HEAD}\n9:00,id-crad,Élder,x,-1,6\n09:00,id-card,,1\n09:00,id-card,,nan,601,\n09:00,id-card,,1,1,1\n"
    with pytest.raises(BadFile) as refused:
        parse_day("day.csv", text, MATTERS)
    told = refused.value.mistakes
    assert [line.split(":")[1] for line in told] == ["2"] * 6 + ["3"] + ["4"] * 3
    assert "did you mean 'id-card'?" in told[1]
    assert "6 columns are wanted, found 4" in told[6]


@pytest.mark.parametrize("text", ["", "a,b\n", "arrive;matter\n", HEAD, f"{HEAD}\n\n"])
def test_no_day_at_all(text: str) -> None:
    with pytest.raises(BadFile, match=r"day\.csv"):
        parse_day("day.csv", text, MATTERS)


def test_a_file_in_the_wrong_format_does_not_fill_the_screen() -> None:
    with pytest.raises(BadFile) as refused:
        parse_day("day.csv", HEAD + "\nx" * 1000, MATTERS)
    assert len(refused.value.mistakes) == MOST_MISTAKES + 1
    assert "and 950 more" in refused.value.mistakes[-1]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(BadFile, match="UTF-8"):
        read_day(tmp_path / "day.csv", MATTERS)
    with pytest.raises(BadFile, match="cannot be read"):
        read_day(tmp_path / "none.csv", MATTERS)


def test_the_example_day() -> None:
    hall = read_hall(ANKANG / "hall.toml")
    arrivals = read_day(ANKANG / "day.csv", list(hall.by_matter))
    assert len(arrivals) == 1_300
    assert sum(a.arrive < 8 * 3600 + 50 * 60 for a in arrivals) >= 10
    assert sum(12 * 3600 <= a.arrive < 13 * 3600 for a in arrivals) >= 15
    hours = [sum(hour * 3600 <= a.arrive < (hour + 1) * 3600 for a in arrivals) for hour in range(8, 17)]
    assert hours[1] == max(hours) > 300  # the morning's peak
    assert {window for a in arrivals for w in hall.windows for window in [w.number] if a.matter in served(w)} == set(
        range(1, 17)
    )


def test_the_example_day_is_what_its_script_makes() -> None:
    made = subprocess.run(
        [sys.executable, str(ANKANG / "make_day.py")], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert made.stdout == (ANKANG / "day.csv").read_text(encoding="utf-8")


def test_the_command_tells_the_mistakes_and_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(f"{HEAD}\n25:00,id-crad,,1,1,1\n", encoding="utf-8")
    command = [sys.executable, "-m", "cli", "replay", "--hall", str(ANKANG / "hall.toml")]
    ran = subprocess.run(
        [*command, "--day", str(tmp_path / "day.csv"), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "day.csv:2: arrive" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "out").exists()
