"""A short soak, and that its accounts see what is wrong. `make soak` answers 100,000 requests."""

from __future__ import annotations

import json
import shutil
import sqlite3
from itertools import islice
from pathlib import Path

import pytest

from hall.messages import Ask, Body, Cancel, Next, Printed, TakeTicket, encode
from hall.model import Printing
from tests.bench.figures import place_soak
from tests.soak.__main__ import tell
from tests.soak.faults import Blow, faults
from tests.soak.soak import Soak
from tests.soak.transcript import Reading, Writing

OPERATIONS = 300
SEED = 4  # none of its first faults is a long one


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Soak:
    """A soak that is over."""
    soak = Soak(tmp_path_factory.mktemp("soak"), seed=SEED, machines=2, windows=2, every=30)
    soak.run(OPERATIONS)
    return soak


def test_nothing_is_lost_doubled_or_called_twice(soaked: Soak) -> None:
    ran = soaked.ran
    assert ran.mistakes == []
    assert ran.operations >= OPERATIONS
    assert ran.faults.total() >= 5
    assert ran.tickets > 50
    assert ran.calls > 20


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM replies WHERE CAST(body AS TEXT) LIKE '%issued%'", "lost"),
        ("DELETE FROM tickets WHERE id IN (SELECT id FROM tickets LIMIT 1)", "doubled"),
        ("UPDATE tickets SET printing = 'reserved' WHERE id IN (SELECT id FROM tickets LIMIT 1)", "doubled"),
        ("UPDATE log SET body = CAST(replace(CAST(body AS TEXT), '\"request\":\"', '\"request\":\"x') AS BLOB)"
         " WHERE CAST(body AS TEXT) LIKE '%called/1%' AND seq < 200", "double_called"),
        ("UPDATE log SET at = at + 1 WHERE seq = 9", "log"),
    ],
)  # fmt: skip
def test_the_accounts_see_what_is_wrong(soaked: Soak, tmp_path: Path, statement: str, found: str) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(soaked.database, path)
    db = sqlite3.connect(path)
    assert db.execute(statement).rowcount > 0
    db.commit()
    db.close()
    assert getattr(soaked.accounts_of(path), found)


def test_a_soak_writes_its_figures_and_its_part_of_the_page(
    soaked: Soak, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench.md").write_text("# What it costs\n\n| figure |\n\n## Soak\n\nof yesterday\n", encoding="utf-8")
    tell(soaked.ran, tmp_path)
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["lost"], last["doubled"], last["double_called"], last["unsettled"]) == (0, 0, 0, 0)
    page = (tmp_path / "bench.md").read_text(encoding="utf-8")
    assert page.startswith("# What it costs\n\n| figure |\n\n## Soak\n\nWritten by `make soak`")
    assert f"**{last['operations']} requests answered**" in page
    assert "yesterday" not in page
    place_soak(tmp_path)  # as `make bench` does
    assert (tmp_path / "bench.md").read_text(encoding="utf-8") == page


def test_faults_follow_from_the_seed_and_are_of_every_kind() -> None:
    first = list(islice(faults(["kiosk-01", "window-01"], 10, 1), 300))
    assert first == list(islice(faults(["kiosk-01", "window-01"], 10, 1), 300))
    assert {fault.blow for fault in first} == set(Blow)
    assert {victim for fault in first for victim in fault.victims} == {"hub", "broker", "kiosk-01", "window-01"}
    assert sum(fault.away_s > 5 for fault in first) > 10


def ask(request: str, body: Body) -> bytes:
    return encode(Ask(id=request, body=body, not_after=None if isinstance(body, Printed | Cancel) else 1))


def test_a_wish_of_a_killed_station_is_an_orphan_and_a_fact_is_not(tmp_path: Path) -> None:
    path = tmp_path / "kiosk-01.jsonl"
    reading = Reading(path)
    reading.read()  # not there yet
    writing = Writing(path)
    writing.ask(ask("w1", TakeTicket(matter="a")))
    writing.ask(ask("w2", Next(window=1)))
    writing.ask(ask("c2", Cancel(request="w2")))
    writing.ask(ask("f1", Printed(ticket="t", outcome=Printing.VOID)))
    reading.read()
    assert reading.open() == {"w1": False, "w2": False, "c2": False, "f1": False}
    again = Writing(path)
    again.ask(ask("w3", TakeTicket(matter="a")))
    again.answer(b'{"id":"w1","reply":{"reply":"noted"},"at":1}')
    reading.read()
    fresh = Reading(path)  # all at once
    fresh.read()
    assert fresh.open() == reading.open()
    assert reading.open() == {"w2": True, "c2": True, "f1": False, "w3": False}
    assert (reading.lives, reading.operations) == (2, 1)
    assert reading.reports() == {"t": {Printing.VOID}}
