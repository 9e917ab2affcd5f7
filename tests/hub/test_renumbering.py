"""A restored hub gives out no number that is on a slip already: it begins above those that its backup does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.errors import BadFile, BadLog
from hall.events import BlockOpened, BlockReturned
from hall.messages import Issued
from hub.__main__ import kept_in
from hub.renumbering import FILE, ask_for, asked_for
from hub.verify import verify
from tests.hub.made import MORNING, House, at, made
from tests.hub.running import TAKE
from tests.upkeep.test_backup import NOW, Machine
from upkeep.backup import back_up, restore


def test_numbers_go_on_above_and_the_day_is_accounted_for(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    assert [house.take_ticket().label for _ in range(2)] == ["A001", "A002"]
    done: list[bool] = []
    house.writer.number_from(300, lambda: done.append(True))
    house.take()
    assert done == [True]
    assert house.take_ticket().label == "A300"
    house.restart()
    assert house.take_ticket().label == "A301"
    returned = [e for e in house.events() if isinstance(e, BlockReturned)]
    assert [(e.series, e.first_unused, e.last) for e in returned] == [("A", 3, 999)]
    house.now = at("08:00", "2026-11-24")
    house.take()
    last = [e for e in house.events() if isinstance(e, BlockReturned) and e.series == "A"][-1]
    assert (last.first, last.first_unused) == (300, 302)
    house.now = at("09:00", "2026-11-24")
    assert house.take_ticket().label == "A001"  # of that day alone
    house.store.close()
    assert verify(tmp_path / "hub.db", rebuild=True).broken is None


def test_a_series_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    for _ in range(3):
        house.writer.number_from(300, lambda: None)  # as if killed each time before it could be noted
        house.take()
    assert house.take_ticket().label == "A300"
    house.writer.number_from(300, lambda: None)
    house.take()
    assert house.take_ticket().label == "A301"
    opened = [e for e in house.events() if isinstance(e, BlockOpened) and e.series == "A"]
    assert len(opened) == 1


def test_a_file_that_tells_no_number(tmp_path: Path) -> None:
    assert asked_for(tmp_path) is None
    ask_for(tmp_path, 300)
    assert asked_for(tmp_path) == 300
    (tmp_path / FILE).write_text("many\n")
    with pytest.raises(BadLog, match="numbers-from"):
        kept_in(tmp_path, made(), link=lambda *_: None, now=lambda: MORNING)  # type: ignore[arg-type]


def test_an_older_backup_loses_what_came_after_but_no_slip_is_given_out_twice(tmp_path: Path) -> None:
    """The nightly backup, a morning of numbers, the disk breaks."""
    one, two = Machine(tmp_path / "one"), Machine(tmp_path / "two", empty=True)
    try:
        client = one.start()
        client.asked("a", TAKE, MORNING)
        backup = back_up(one.at, tmp_path / "usb", NOW).path
        slips = {reply.label for n in range(5) if isinstance(reply := client.asked(f"b{n}", TAKE, MORNING), Issued)}
        one.close()
        with pytest.raises(BadFile, match="1 to 999"):
            restore(backup, two.at, NOW, numbers_from=1_000)
        restore(backup, two.at, NOW, numbers_from=20)
        two.use()
        again = two.start()
        after = again.asked("c", TAKE, MORNING)
        assert isinstance(after, Issued)
        assert after.label == "A020"
        assert after.label not in slips
        assert after.ahead == 1  # those of after the backup are not known: they get a new slip
        assert not (two.at.data / "hub" / FILE).exists()
    finally:
        one.close()
        two.close()
