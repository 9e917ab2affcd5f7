"""`hall why`: a ticket's story in both languages, told from the log of a real store."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.__main__ import app
from hall.hallfile import parse_hall
from hall.messages import CallNumber, Finish, Hold, Next, NoShow, SignOut, Start, Undo
from hall.model import Disposition, MissReason
from hall.routing import Level, Rule
from hall.station.settings import words
from tests.hall.halls import toml
from tests.hub.fair import fair, hall, ticket
from tests.hub.made import House, a_table, at
from tests.hub.test_joint import finish as end
from tests.hub.test_joint import joint, served

WIDE = {"COLUMNS": "400"}


def opened(path: Path) -> House:
    """A fair hall whose first window is manned, its file beside its store."""
    table = a_table()
    fair(table)
    (path / "hall.toml").write_text(toml(table), encoding="utf-8")
    one = House(hall(), path / "hub.db")
    one.take()
    one.open()
    return one


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a hall file and the store of two mornings."""
    path = tmp_path_factory.mktemp("why")
    one = opened(path)
    ticket(one, further=("relief",))
    one.wait(60)
    for _ in range(3):
        ticket(one, priority="elder")
    ticket(one)
    for _ in range(4):
        one.did(Next(window=1))
        finish(one)
    one.open(2, "102")
    one.did(CallNumber(window=2, label="A001"))
    one.now = at("09:30", "2026-11-24")
    one.take()
    one.store.close()
    return path


def finish(one: House) -> None:
    one.did(Start(window=1))
    one.did(Finish(window=1, disposition=Disposition.DONE))


def told(place: Path, label: str, *more: str) -> Result:
    arguments = ["why", label, "--store", str(place / "hub.db"), "--hall", str(place / "hall.toml"), *more]
    return CliRunner().invoke(app, arguments, env=WIDE)


def test_the_story_of_one_who_was_overtaken(place: Path) -> None:
    result = told(place, "2026-11-23/A001", "--language", "en")
    assert result.exit_code == 0, result.output
    lines = [line.partition("  ")[2] for line in result.output.splitlines()[1:]]
    assert lines == [
        "taken at desk-1: 养老保险",
        "more on the same number: 临时救助",
        "the slip is out",
        "overtaken by A002 (Elderly, counts as 15 minutes earlier) at window 1; 1 of at most 2 times",
        "overtaken by A003 (Elderly, counts as 15 minutes earlier) at window 1; 2 of at most 2 times",
        "called to window 1: someone had been overtaken as often as may be, so first come, first called; "
        "A004 had to wait",
        "window 1 begins",
        "window 1 is done",
        "more to do, waits again: 临时救助",
        "called to window 2: first in line (first come, first called)",
        "nobody came to window 2: no-show",
    ]
    clocks = [line.partition("  ")[0] for line in result.output.splitlines()[1:]]
    assert clocks[0] == "09:30:00"
    assert clocks == sorted(clocks[:-1]) + clocks[-1:]


def test_the_story_of_one_who_came_first_by_a_class_in_chinese(place: Path) -> None:
    result = told(place, "2026-11-23/A002")
    assert result.exit_code == 0, result.output
    assert "优先类别：老年人（依据：示例依据），按早到 15 分钟计" in result.output
    assert "越过 1 人：A001" in result.output


def test_a_number_of_another_day_or_of_nobody_is_told(place: Path) -> None:
    result = told(place, "A001", "--language", "en")  # the store's day is the next one
    assert result.exit_code == 1
    assert "on 2026-11-24 no number A001 was given out" in result.output


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a joint matter, whose host closes before the end."""
    path = tmp_path_factory.mktemp("joint")
    table = a_table()
    joint(table, host=1)
    (path / "hall.toml").write_text(toml(table), encoding="utf-8")
    one = House(parse_hall("hall.toml", {"hall.toml": toml(table)}), path / "hub.db")
    one.take()
    for window in (1, 2, 3):
        one.open(window, f"10{window}")
    ticket(one, "newborn", further=("pension",))
    served(one, 1)
    one.did(Next(window=2))
    one.did(Hold(window=2, reason="form"))
    one.did(CallNumber(window=2, label="A001"))
    end(one, 2)
    served(one, 3)
    one.did(SignOut(window=1))
    served(one, 2)
    one.store.close()
    return path


def test_the_story_of_a_joint_matter_tells_its_parts_and_its_host(together: Path) -> None:
    result = told(together, "A001", "--language", "en")
    assert result.exit_code == 0, result.output
    lines = [line.partition("  ")[2] for line in result.output.splitlines()[1:]]
    assert lines[1] == "its host is window 1"
    steps = [line for line in lines if not line.startswith(("called", "window", "the slip"))]
    assert steps[3:] == [
        "joint handling begins, window 1 is the host; in turn: 临时救助, 医疗保险, 新生儿出生一件事",
        "waits for part 1 of 3: 临时救助, at its place by arrival",
        "part 1 of 3 of 新生儿出生一件事: 临时救助",
        "part 1 of 3 of 新生儿出生一件事: 临时救助",
        "waits for part 2 of 3: 医疗保险, at its place by arrival",
        "part 2 of 3 of 新生儿出生一件事: 医疗保险",
        "all parts are done: back to the host, window 1, at its place by arrival",
        "the window it waited for is closed: it waits for the matter, at its place",
        "part 3 of 3 of 新生儿出生一件事: 新生儿出生一件事",
        "新生儿出生一件事: all is done",
        "more to do, waits again: 养老保险",
    ]
    assert "window 2 set it aside: to fill in a form" in lines
    assert told(together, "A001").exit_code == 0  # and in Chinese


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rule_and_level_has_words(language: str) -> None:
    say = words("why", language)
    assert all(f"called.{rule.value}" in say for rule in Rule)
    assert all(f"level.{level.value}" in say for level in (Level.HELP, Level.DELEGATED))
    assert all(f"overtaken.{rule.value}" in say for rule in (Rule.PRIORITY, Rule.BY_NUMBER))


def test_the_story_of_wrong_presses_tells_how_the_number_stands_again(tmp_path: Path) -> None:
    one = opened(tmp_path)
    ticket(one, for_window=1, further=("relief",))
    one.did(Next(window=1))
    one.did(Undo(window=1))
    one.did(Next(window=1))
    one.did(NoShow(window=1, reason=MissReason.ABSENT))
    one.did(Undo(window=1))
    one.did(Start(window=1))
    one.did(Undo(window=1))
    one.did(Start(window=1))
    one.did(Finish(window=1, disposition=Disposition.DONE))
    one.did(Undo(window=1))
    one.did(Hold(window=1, reason="form"))
    one.did(CallNumber(window=1, label="A001"))
    one.did(Undo(window=1))
    one.store.close()
    result = told(tmp_path, "A001", "--language", "en")
    assert result.exit_code == 0, result.output
    lines = [line.partition("  ")[2] for line in result.output.splitlines()[1:]]
    wrong = [line for line in lines if line.endswith(("a wrong press", "as before"))]
    again = "for window 1, as before"
    assert wrong == [
        "window 1 took its call back: a wrong press", again,
        "window 1 took the no-show back: a wrong press", again,
        "window 1 took the beginning back: a wrong press", again,
        "window 1 took the end back, it goes on: a wrong press", again,
        "window 1 took its call back: a wrong press", again, "set aside by window 1, as before",
    ]  # fmt: skip
    assert "误按，撤销了办理结束，继续办理" in told(tmp_path, "A001").output


def test_the_story_says_why_a_number_waits_for_the_matter_again(tmp_path: Path) -> None:
    one = opened(tmp_path)
    ticket(one, "medical", for_window=1)  # an approval
    ticket(one, for_clerk="101")
    ticket(one)
    one.did(CallNumber(window=1, label="A003"))
    one.did(Hold(window=1, reason="form"))
    one.open(1, "102")  # temporary staff
    ticket(one, for_window=1)
    one.did(SignOut(window=1))
    one.store.close()
    sentences = {
        "A001": "temporary staff sits there now, who may not handle it: it waits for the matter, at its place",
        "A002": "the clerk it waited for has left: it waits for the matter, at its place",
        "A003": "the window that had set it aside lets it go: it waits again, at its place",
        "A004": "the window it waited for is closed: it waits for the matter, at its place",
    }
    for label, sentence in sentences.items():
        assert sentence in told(tmp_path, label, "--language", "en").output, label
    assert "该窗口现由临聘人员值守，不得办理" in told(tmp_path, "A001").output
