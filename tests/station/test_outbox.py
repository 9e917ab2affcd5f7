"""The durable outbox: facts in order, intentions that become facts after a crash, starts counted."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from hall.errors import CannotWrite
from hall.messages import DeviceSeen, Health, Printed
from hall.model import Printing
from hall.station.outbox import Kept, KeptFact, Outbox

LOST = Printed(ticket="d/A001", outcome=Printing.UNKNOWN, reason="restart")
ON_PAPER = Printed(ticket="d/A001", outcome=Printing.ON_PAPER)
DEVICE = DeviceSeen(device="printer", health=Health.DEGRADED, reason="paper_low")


def all_of(outbox: Outbox) -> list[Kept]:
    """Every fact in order, each noted."""
    found = []
    while (kept := outbox.oldest()) is not None:
        found.append(kept)
        outbox.noted(kept.id)
    return found


def filled(outbox: Outbox) -> int:
    """Keep facts until the disk is full; how many were kept."""
    kept = 0
    with contextlib.suppress(CannotWrite):
        for n in range(10_000):
            outbox.note(f"f{n}", DEVICE)
            kept += 1
    return kept


def test_facts_come_out_as_they_went_in(tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "o.db")
    facts: tuple[KeptFact, ...] = (ON_PAPER, DEVICE, LOST)
    for n, fact in enumerate(facts):
        outbox.note(f"z{9 - n}", fact)
    assert outbox.oldest() == outbox.oldest() == Kept("z9", ON_PAPER)
    assert all_of(outbox) == [Kept("z9", ON_PAPER), Kept("z8", DEVICE), Kept("z7", LOST)]
    outbox.close()


def test_an_intention_becomes_a_fact_if_the_process_dies(tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "o.db")
    outbox.intend("A001", "i1", LOST)
    assert outbox.oldest() is None
    outbox._db.close()  # no goodbye
    again = Outbox.open(tmp_path / "o.db")
    assert all_of(again) == [Kept("i1", LOST)]
    again.close()
    third = Outbox.open(tmp_path / "o.db")
    assert third.oldest() is None
    third.close()


def test_an_intention_that_was_settled_is_no_fact(tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "o.db")
    outbox.intend("A001", "i1", LOST)
    outbox.intend("A002", "i2", LOST)
    outbox.note("f1", ON_PAPER, settles="A001")
    outbox.close()
    again = Outbox.open(tmp_path / "o.db")
    assert all_of(again) == [Kept("f1", ON_PAPER), Kept("i2", LOST)]
    again.close()


def test_the_later_intention_of_a_key_holds(tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "o.db")
    outbox.intend("A001", "i1", LOST)
    outbox.intend("A001", "i2", LOST)
    outbox.close()
    again = Outbox.open(tmp_path / "o.db")
    assert all_of(again) == [Kept("i2", LOST)]
    again.close()


def test_a_fact_and_what_it_settles_are_one(tmp_path: Path) -> None:
    """An id that exists already: neither is the fact kept twice nor the intention lost."""
    outbox = Outbox.open(tmp_path / "o.db")
    outbox.note("f1", DEVICE)
    outbox.intend("A001", "i1", LOST)
    with pytest.raises(CannotWrite):
        outbox.note("f1", ON_PAPER, settles="A001")
    outbox.note("f2", ON_PAPER)  # the outbox goes on
    outbox.close()
    again = Outbox.open(tmp_path / "o.db")
    assert [kept.id for kept in all_of(again)] == ["f1", "f2", "i1"]
    again.close()


def test_starts_are_counted_for_ever(tmp_path: Path) -> None:
    boots = []
    for _ in range(4):
        outbox = Outbox.open(tmp_path / "o.db")
        boots.append(outbox.boot)
        outbox.close()
    assert boots == [1, 2, 3, 4]


def test_every_commit_is_synced(tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "o.db")
    assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert outbox._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    outbox.close()


def test_a_full_disk_is_told_and_does_not_jam_the_outbox(tmp_path: Path) -> None:
    outbox = Outbox.open(tmp_path / "o.db")
    pages = outbox._db.execute("PRAGMA page_count").fetchone()[0]
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")
    kept = filled(outbox)
    assert 0 < kept < 10_000
    with pytest.raises(CannotWrite, match="full"):
        outbox.intend("x" * 5_000, "i", LOST)
    outbox._db.execute(f"PRAGMA max_page_count = {pages * 10}")
    outbox.note("later", DEVICE)
    assert [k.id for k in all_of(outbox)] == [*(f"f{n}" for n in range(kept)), "later"]
    outbox.close()


def test_a_file_that_is_no_outbox_is_told(tmp_path: Path) -> None:
    (tmp_path / "o.db").write_bytes(b"junk" * 2_000)
    with pytest.raises(CannotWrite, match=r"o\.db: file is not a database"):
        Outbox.open(tmp_path / "o.db")


def test_a_start_cut_off_loses_no_intention(tmp_path: Path) -> None:
    """Becoming facts and being counted is one transaction."""
    outbox = Outbox.open(tmp_path / "o.db")
    outbox.intend("A001", "i1", LOST)
    outbox.close()
    db = sqlite3.connect(tmp_path / "o.db")
    db.execute("CREATE TRIGGER cut BEFORE INSERT ON boots BEGIN SELECT RAISE(ABORT, 'cut off'); END")
    db.commit()
    with pytest.raises(CannotWrite, match="cut off"):
        Outbox.open(tmp_path / "o.db")
    db.execute("DROP TRIGGER cut")
    db.commit()
    db.close()
    again = Outbox.open(tmp_path / "o.db")
    assert (all_of(again), again.boot) == ([Kept("i1", LOST)], 2)
    again.close()
