"""One writer: repeats, poison, broken requests, a wrong clock, a disk that refuses; and what a restart finds."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hall.errors import BadLog, CannotWrite
from hall.events import Called, DayOpened, RequestCrashed, Started, TicketIssued
from hall.hours import day_of
from hall.messages import (
    MAX_MESSAGE_BYTES,
    Answer,
    Body,
    CallNumber,
    Cancel,
    DeviceSeen,
    Done,
    Health,
    Issued,
    Next,
    Noted,
    Printed,
    Recall,
    Refusal,
    Refused,
    Say,
    TakeTicket,
    Withdrawn,
    decode,
)
from hall.model import AlertKind, Printing
from hub import decide as rules
from hub.decision import Decision
from hub.retention import REPLIES_KEPT_MS
from hub.store import Store
from hub.tables import VERSION
from hub.writer import Heard
from tests.hub.made import KIOSK, OTHER_KIOSK, STATIONS, House, at, code, replies
from tests.hub.test_floor import seen

TAKE = TakeTicket(matter="pension")


# --- repeats ---


def test_a_repeat_gets_the_same_bytes_in_any_batch_and_after_a_restart(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    heard = house.heard(KIOSK, TAKE)
    first = house.take(heard, heard)
    house.wait(3)
    second = house.take(heard)
    house.restart()
    third = house.take(heard)
    assert {body for outcome in (first, second, third) for _, body in outcome.answers} == {first.answers[0][1]}
    assert len(first.answers) == 2
    assert [e.label for e in house.events() if isinstance(e, TicketIssued)] == ["A001"]


def test_the_same_id_of_another_station_is_another_request() -> None:
    house = House()
    house.ask(KIOSK, TAKE, "same")
    second = house.ask(OTHER_KIOSK, TAKE, "same")
    assert isinstance(second, Issued)
    assert second.label == "A002"


def test_a_repeated_call_is_announced_once() -> None:
    house = House()
    house.open()
    house.ticket()
    heard = house.heard(STATIONS[1], Next(window=1))
    assert len(house.take(heard, heard).moments) == 1
    assert house.take(heard).moments == ()


def test_replies_are_kept_for_a_week() -> None:
    house = House()
    first = house.heard(KIOSK, TAKE)
    house.take(first)
    house.now += REPLIES_KEPT_MS - 1
    house.take()
    assert house.store.reply(KIOSK, "r1") is not None
    house.now += 24 * 3600 * 1000
    house.take()
    assert house.store.reply(KIOSK, "r1") is None


# --- a request that crashes the rules ---


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that are wrong: prints raise; a call has a second event that cannot follow the first; a call by number is
    answered with a window that there is not."""

    def raises(*_args: object) -> Decision:
        raise ZeroDivisionError("a mistake in a rule")

    right = rules._RULES[Next]

    def half(*args: Any) -> Decision:
        impossible = Started(service="none", ticket="none", window=1)
        return Decision(events=(*right(*args).events, impossible), window=1)

    monkeypatch.setitem(rules._RULES, Printed, raises)
    by_number = rules._RULES[CallNumber]

    def astray(*args: Any) -> Decision:
        return Decision(events=by_number(*args).events, window=99)

    monkeypatch.setitem(rules._RULES, Next, half)
    monkeypatch.setitem(rules._RULES, CallNumber, astray)


@pytest.mark.usefixtures("poison")
def test_poison_is_refused_for_good_and_its_neighbours_stand() -> None:
    house = House()
    bad = house.heard(KIOSK, Printed(ticket="2026-11-23/A001", outcome=Printing.ON_PAPER), "poison")
    outcome = house.take(house.heard(KIOSK, TAKE), bad, house.heard(OTHER_KIOSK, TAKE))
    first, crashed, third = replies(outcome)
    assert isinstance(first, Issued)
    assert isinstance(third, Issued)
    assert (first.label, third.label) == ("A001", "A002")
    assert crashed == Refused(code=Refusal.CRASHED, detail="ZeroDivisionError")
    crash = RequestCrashed(station=KIOSK, request="poison", ask="printed", error="ZeroDivisionError")
    assert house.events().count(crash) == 1
    assert house.writer.floor.alerts["request-crashed"].kind is AlertKind.REQUEST_CRASHED
    assert house.take(bad).answers[0] == outcome.answers[1]  # never tried again
    assert house.events().count(crash) == 1
    assert seen(house.writer.floor) == seen(house.store.floor())


@pytest.mark.usefixtures("poison")
@pytest.mark.parametrize("bad", [Next(window=1), CallNumber(window=1, label="1")])
def test_what_a_crashed_request_did_is_neither_kept_nor_announced(bad: Body) -> None:
    house = House()
    house.open()
    ticket = house.take_ticket().ticket
    house.wait(10)
    before = house.writer.floor.tickets[ticket]
    heard = (house.heard(STATIONS[1], bad), house.heard(KIOSK, TAKE))
    outcome = house.take(*heard)
    assert [code(r) for r in replies(outcome)] == [Refusal.CRASHED, None]
    assert outcome.moments == ()
    assert house.store.moments() == []
    assert house.writer.floor.tickets[ticket] == before
    assert not [e for e in house.events() if isinstance(e, Called)]
    assert seen(house.writer.floor) == seen(house.store.floor())


@pytest.mark.usefixtures("poison")
def test_a_crash_says_what_kind_and_never_the_text(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    house.ask(KIOSK, Printed(ticket="2026-11-23/A001", outcome=Printing.ON_PAPER))
    assert "a mistake in a rule" not in "\n".join(house.store._db.iterdump())
    assert "crashed the rules" in caplog.text


@pytest.mark.usefixtures("poison")
def test_the_alert_of_a_crash_ends_after_ten_minutes() -> None:
    house = House()
    house.ask(KIOSK, Printed(ticket="x", outcome=Printing.ON_PAPER))
    house.wait(600)
    assert "request-crashed" in house.writer.floor.alerts
    house.wait(0.001)
    assert house.writer.floor.alerts == {}


# --- broken requests ---

DEEP = b"[" * 8_000 + b"]" * 8_000
BROKEN: dict[str, tuple[bytes, Refusal | None]] = {
    "nothing": (b"", None),
    "no JSON": (b"\xff\xfe\x00", None),
    "another JSON": (b"[1, 2]", None),
    "an unknown request": (b'{"id":"x","body":{"ask":"open_safe"}}', Refusal.MALFORMED),
    "an unknown field": (
        b'{"id":"x","not_after":1,"body":{"ask":"take_ticket","matter":"a","free":true}}',
        Refusal.MALFORMED,
    ),
    "a missing field": (b'{"id":"x","not_after":1,"body":{"ask":"take_ticket"}}', Refusal.MALFORMED),
    "a wrong type": (b'{"id":"x","not_after":1,"body":{"ask":"start","window":"1"}}', Refusal.MALFORMED),
    "a wish without an end": (b'{"id":"x","body":{"ask":"take_ticket","matter":"a"}}', Refusal.MALFORMED),
    "no id": (b'{"body":{"ask":"cancel","request":"x"}}', None),
    "an empty id": (b'{"id":"","body":{"ask":"cancel","request":"x"}}', None),
    "a long id": (b'{"id":"' + b"x" * 65 + b'","body":{"ask":"cancel","request":"x"}}', None),
    "brackets by the thousand": (b'{"x":' + DEEP + b',"id":"x"}', None),
    "oversized": (
        b'{"id":"x","body":{"ask":"cancel","request":"' + b"y" * MAX_MESSAGE_BYTES + b'"}}',
        Refusal.OVERSIZED,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_request_is_told_and_the_rest_goes_on(name: str, caplog: pytest.LogCaptureFixture) -> None:
    payload, expected = BROKEN[name]
    house = House()
    outcome = house.take(Heard(KIOSK, payload), house.heard(KIOSK, TAKE))
    *refused, issued = replies(outcome)
    assert [code(r) for r in refused] == ([expected] if expected else [])
    assert isinstance(issued, Issued)
    assert house.writer.floor.alerts[f"bad-message-{KIOSK}"].kind is AlertKind.BAD_MESSAGE
    assert [r.levelno for r in caplog.records] == [logging.WARNING]
    assert KIOSK in caplog.text


def test_a_flood_of_broken_requests_is_one_alert() -> None:
    house = House()
    house.take()
    house.take(*[Heard(KIOSK, b"junk")] * 50)
    assert len(house.events()) == 2  # the day, the alert


def test_a_wrong_window_and_a_late_wish_stand_in_the_hubs_log(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    house.ask(STATIONS[2], Next(window=1))
    assert "window-2: next refused: not_your_window" in caplog.text
    house.ask(KIOSK, TAKE, not_after=house.now - 1)
    assert "kiosk-1: take_ticket came too late" in caplog.text


def test_a_device_with_two_troubles_is_well_when_both_are() -> None:
    house = House()
    for device, health in (("printer", Health.LOST), ("panel", Health.DEGRADED), ("panel", Health.READY)):
        assert house.ask(KIOSK, DeviceSeen(device=device, health=health, reason="x")) == Noted()
    assert set(house.writer.floor.alerts) == {"device-kiosk-1-printer"}
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.DEGRADED, reason="paper_low"))
    assert house.writer.floor.alerts["device-kiosk-1-printer"].detail == "printer: paper_low"
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.READY))
    assert house.writer.floor.alerts == {}


# --- the clock ---


def test_a_clock_behind_the_last_event_promises_nothing() -> None:
    house = House()
    house.ask(KIOSK, TAKE, "before")
    before = house.tables()
    house.now -= 1_001
    outcome = house.take(house.heard(KIOSK, TAKE, "w"), house.heard(KIOSK, Cancel(request="x"), "f"))
    assert [code(r) for r in replies(outcome)] == [Refusal.CLOCK_BEHIND] * 2
    assert (outcome.trouble, outcome.changed) == (AlertKind.CLOCK_BEHIND, False)
    assert str(house.now) in outcome.detail
    assert house.tables() == before


def test_a_small_step_back_is_waited_out() -> None:
    house = House()
    house.take_ticket()
    house.now -= 1_000
    assert house.take_ticket().label == "A002"
    times = [row[1] for row in house.store.log()]
    assert times == sorted(times)


def test_behind_the_clock_a_repeat_still_gets_its_promise() -> None:
    house = House()
    heard = house.heard(KIOSK, TAKE)
    first = house.take(heard)
    house.now -= 60_000
    assert house.take(heard).answers == first.answers


def test_a_wish_refused_for_the_clock_is_not_done_by_a_copy_later_but_a_fact_is() -> None:
    house = House()
    ticket = house.take_ticket().ticket
    wish = house.heard(KIOSK, TAKE, not_after=house.now + 60_000)
    fact = house.heard(KIOSK, Printed(ticket=ticket, outcome=Printing.ON_PAPER))
    house.now -= 60_000
    refused = house.take(wish, fact)
    house.now += 61_000
    after = house.take(wish, fact)
    assert after.answers[0] == refused.answers[0]
    assert replies(after)[1] == Noted()
    assert list(house.writer.floor.tickets) == [ticket]


def test_a_cancel_waits_for_the_clock_and_then_holds() -> None:
    house = House()
    wish = house.heard(KIOSK, TAKE, "w1")
    house.take(wish)
    cancel = house.heard(KIOSK, Cancel(request="w1"))
    house.now -= 60_000
    assert code(replies(house.take(cancel))[0]) is Refusal.CLOCK_BEHIND
    house.now += 60_000
    assert isinstance(replies(house.take(cancel))[0], Withdrawn)


# --- the disk ---


def test_on_a_full_disk_nothing_is_promised_and_nothing_promised_is_lost(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    promised = [house.take_ticket().label for _ in range(3)]
    db = house.store._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    unanswered = []
    while True:
        heard = house.heard(KIOSK, TAKE)
        outcome = house.take(heard)
        if outcome.trouble:
            break
        promised += [r.label for r in replies(outcome) if isinstance(r, Issued)]
    unanswered.append(heard)
    assert outcome.trouble is AlertKind.CANNOT_WRITE
    assert (outcome.answers, outcome.moments, outcome.changed) == ((), (), False)
    assert "full" in outcome.detail
    assert house.writer.can_write() is False
    assert house.take(house.heard(KIOSK, TAKE, "given-up")).answers == ()
    assert seen(house.writer.floor) == seen(house.store.floor())
    db.execute(f"PRAGMA max_page_count = {pages * 10}")
    assert house.writer.can_write() is True
    (late,) = replies(house.take(*unanswered))
    assert isinstance(late, Issued)
    promised.append(late.label)
    assert promised == [f"A{n:03}" for n in range(1, len(promised) + 1)]
    house.restart()
    assert [t.label for t in house.writer.floor.tickets.values()] == promised


def test_a_file_that_became_read_only_is_told_and_recovers(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.take_ticket()
    db = house.store._db
    db.execute("PRAGMA query_only = 1")
    outcome = house.take(house.heard(KIOSK, TAKE))
    assert outcome.trouble is AlertKind.CANNOT_WRITE
    assert "readonly" in outcome.detail
    assert house.writer.can_write() is False
    db.execute("PRAGMA query_only = 0")
    assert house.writer.can_write() is True
    assert house.take_ticket().label == "A002"


def test_trying_the_disk_leaves_nothing(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.take_ticket()
    before = house.tables()
    assert house.writer.can_write()
    assert house.tables() == before


def test_a_number_given_twice_ends_at_the_schema() -> None:
    house = House()
    house.take_ticket()
    house.writer.floor.blocks.clear()  # a mistake of the rules: they would begin at 1 again
    assert code(house.ask(KIOSK, TAKE)) is Refusal.CRASHED
    assert house.take_ticket().label == "A002"


def test_a_file_with_a_broken_page_stops_the_start_with_advice(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.take_ticket()
    (root,) = house.store._db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'tickets'").fetchone()
    house.store.close()
    with (tmp_path / "hub.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(BadLog, match=r"cannot be read.*malformed.*restore a backup"):
        House(path=tmp_path / "hub.db")


# --- before and after ---


def test_nothing_is_told_before_its_commit(tmp_path: Path) -> None:
    """Whatever an outcome holds can be read by another connection at that moment."""
    house = House(path=tmp_path / "hub.db")
    house.open()
    other = sqlite3.connect(f"file:{tmp_path / 'hub.db'}?mode=ro", uri=True)
    for body in (TAKE, Next(window=1), Recall(window=1)):
        station = KIOSK if body is TAKE else STATIONS[1]
        outcome = house.take(house.heard(station, body))
        for _, answer in outcome.answers:
            assert other.execute("SELECT count(*) FROM replies WHERE body = ?", (answer,)).fetchone() == (1,)
        for moment, _, payload in outcome.moments:
            assert other.execute("SELECT body FROM moments WHERE id = ?", (moment,)).fetchone() == (payload,)
        house.wait(10)
    other.close()


def test_a_restart_in_the_middle_of_a_day_finds_the_same_floor(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.open(1)
    house.open(2, "102")
    house.serve(1)
    house.call(2, "relief")
    house.ticket("medical")
    house.take_ticket("relief")
    for _ in range(2):
        house.sign_in(3, "103", pin="0000")
    before = seen(house.writer.floor)
    house.restart()
    assert seen(house.writer.floor) == before
    assert isinstance(house.at_window(Recall(window=2)), Done)


def test_moments_wait_in_the_store_until_a_broker_has_them(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.open(1)
    house.open(2, "102")
    house.call(1)
    house.wait(5)
    house.call(2, "relief")
    house.restart()
    says = [decode(body, Say) for _, _, body in house.writer.untold(house.now)]
    assert [(s.label, s.window, s.repeats) for s in says] == [("A001", 1, 2), ("B001", 2, 2)]
    house.writer.delivered(says[0].id)
    assert [m for m, _, _ in house.writer.untold(house.now)] == [says[1].id]
    house.take()  # the delivery is committed
    house.restart()
    assert [m for m, _, _ in house.writer.untold(house.now)] == [says[1].id]
    assert house.writer.untold(says[1].not_after) != []
    assert house.writer.untold(says[1].not_after + 1) == []
    house.now = says[1].not_after + 1
    house.ask(KIOSK, DeviceSeen(device="printer", health=Health.READY))
    assert house.store.moments() == []


def test_every_call_has_an_announcement_of_its_own() -> None:
    house = House()
    house.open()
    house.call()
    house.did(Recall(window=1))
    says = [decode(m[2], Say) for outcome in house.outcomes for m in outcome.moments]
    assert [(s.id, s.call, s.zone) for s in says] == [
        ("2026-11-23/A001#1~1", 1, "main"),
        ("2026-11-23/A001#1~2", 2, "main"),
    ]
    assert {s.not_after - s.at for s in says} == {25_000}


def test_every_answer_carries_its_request_and_the_hubs_time() -> None:
    house = House()
    (payload,) = [body for _, body in house.take(house.heard(KIOSK, TAKE, "w1")).answers]
    answer = decode(payload, Answer)
    assert (answer.id, answer.at) == ("w1", house.now)


# --- the store's own start ---


def test_a_store_of_another_hall_or_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    House(path=path).store.close()
    with pytest.raises(BadLog, match="belongs to hall 'village'"):
        Store.open(path, "other")
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(BadLog, match="version 99"):
        Store.open(path, "village")


def test_a_log_without_its_end_is_not_gone_on_with(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.take_ticket()
    house.store._db.execute("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)")
    house.store.close()
    with pytest.raises(BadLog, match="hall log verify"):
        Store.open(tmp_path / "hub.db", "village")


def test_a_changed_last_event_is_not_gone_on_with(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.take_ticket()
    house.store._db.execute("UPDATE log SET at = at + 1 WHERE seq = (SELECT max(seq) FROM log)")
    house.store.close()
    with pytest.raises(BadLog):
        Store.open(tmp_path / "hub.db", "village")


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(CannotWrite, match=r"hub\.db: file is not a database"):
        Store.open(tmp_path / "hub.db", "village")


def test_a_store_cut_off_while_it_was_made_is_none_or_whole(tmp_path: Path) -> None:
    """The schema and the first row are one transaction: a hub killed anywhere in it can start again."""
    path = tmp_path / "hub.db"
    found = []
    for steps in range(0, 1_000, 9):
        db = sqlite3.connect(path)
        left = iter(range(steps))
        db.set_authorizer(lambda *_, left=left: sqlite3.SQLITE_DENY if next(left, None) is None else sqlite3.SQLITE_OK)
        with contextlib.suppress(sqlite3.DatabaseError):
            Store(db, "village")
        db.set_authorizer(None)
        db.close()
        db = sqlite3.connect(path)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        made = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] > 0
        assert version in (0, VERSION)
        assert bool(version) == made
        assert not made or db.execute("SELECT count(*) FROM hub").fetchone()[0] == 1
        db.close()
        found.append(version)
        if version:
            break
    assert len(found) > 10
    assert found[-1] == VERSION
    assert House(path=path).take_ticket().label == "A001"


def test_starts_are_counted(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    assert [house.store.booted(), house.store.booted()] == [1, 2]
    house.restart()
    assert house.store.booted() == 3


def test_the_day_of_the_store_follows_the_log() -> None:
    house = House(now=at("00:00"))
    house.take()
    opened = [e.day for e in house.events() if isinstance(e, DayOpened)]
    assert opened == [house.store.day] == [day_of("+08:00", house.now)]
