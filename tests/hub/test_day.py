"""The close of a day and the start of the next: every number accounted for, and the day sealed."""

from __future__ import annotations

from pathlib import Path

from hall.events import BlockReturned, DayClosed, DayOpened, SignedOut, TicketLeft
from hall.messages import Finish, Next, NoShow, TakeTicket
from hall.model import DeskState, Disposition, MissReason, Printing, Service, ServiceState, Ticket, TicketState
from hub import seals
from hub.tables import BY_KIND
from tests.hall.halls import put
from tests.hub.made import KIOSK, House, at, made

TOMORROW = at("00:00", "2026-11-24")


def a_full_day(path: Path | None = None) -> House:
    """One ticket of every fate: served, missed, void, serving, called, waiting, and reserved a moment ago."""
    house = House(path=path)
    house.open(1)
    house.open(2, "102")
    house.serve(1)
    house.did(Finish(window=1, disposition=Disposition.DONE))
    house.call(1)
    house.did(NoShow(window=1, reason=MissReason.ABSENT))
    house.printed(house.take_ticket("relief").ticket, Printing.VOID)
    house.serve(1)
    house.call(2, "relief")
    house.ticket("medical")
    house.take_ticket("relief")
    return house


def test_at_midnight_every_ticket_has_an_end_and_the_counts_add_up() -> None:
    house = a_full_day()
    house.now = TOMORROW - 1
    house.take()
    assert house.writer.floor.day == "2026-11-23"
    issued = len(house.writer.floor.tickets)
    house.wait(0.001)
    tickets = list(house.store.rows(BY_KIND[Ticket]))
    ends = [t.state for t in tickets if isinstance(t, Ticket)]
    closed = next(e for e in house.events() if isinstance(e, DayClosed))
    assert closed == DayClosed(day="2026-11-23", issued=7, served=2, no_show=2, left=2, void=1)
    assert closed.issued == issued == closed.served + closed.no_show + closed.left + closed.void
    assert {s: ends.count(s) for s in set(ends)} == {
        TicketState.SERVED: 2,
        TicketState.NO_SHOW: 2,
        TicketState.LEFT: 2,
        TicketState.VOID: 1,
    }
    assert all(t.printing is not Printing.RESERVED and t.ended_at for t in tickets if isinstance(t, Ticket))
    assert {e.rule for e in house.events() if isinstance(e, TicketLeft)} == {"day_closed"}


def test_services_in_hand_end_and_clerks_are_signed_out() -> None:
    house = a_full_day()
    house.now = TOMORROW
    house.take()
    services = [s for s in house.store.rows(BY_KIND[Service]) if isinstance(s, Service)]
    assert {s.state for s in services} == {ServiceState.FINISHED, ServiceState.MISSED}
    assert [s.disposition for s in services if s.disposition] == [Disposition.DONE, Disposition.DAY_CLOSED]
    assert [(e.badge, e.rule) for e in house.events() if isinstance(e, SignedOut)] == [
        ("101", "day_closed"),
        ("102", "day_closed"),
    ]
    for desk in house.writer.floor.desks.values():
        assert (desk.state, desk.clerk, desk.ticket, desk.act) == (DeskState.CLOSED, None, None, None)


def test_unused_numbers_go_back() -> None:
    house = a_full_day()
    house.now = TOMORROW
    house.take()
    returned = {e.series: (e.first, e.first_unused, e.last) for e in house.events() if isinstance(e, BlockReturned)}
    assert returned == {"A": (1, 5, 999), "B": (1, 4, 999)}


def test_the_seal_is_the_hash_of_the_close_and_the_numbers_start_anew() -> None:
    house = a_full_day()
    house.now = TOMORROW
    (sealed,) = house.take().sealed
    closing = next(row for row in house.store.log() if b"day_closed/1" in row[2])
    assert (sealed.day, sealed.seq, sealed.hash) == ("2026-11-23", closing[0], closing[3])
    assert house.store.seals() == [sealed]
    assert house.wait(1).sealed == ()
    house.now = at("09:00", "2026-11-24")
    assert house.take_ticket().ticket == "2026-11-24/A001"
    assert house.writer.floor.tickets["2026-11-24/A001"].place == 1


def test_the_first_request_of_a_new_day_comes_after_the_close(tmp_path: Path) -> None:
    house = a_full_day(tmp_path / "hub.db")
    house.store.close()
    house = House(path=tmp_path / "hub.db", now=at("09:30", "2026-11-26"))  # the hub was away for two days
    outcome = house.take(house.heard(KIOSK, TakeTicket(matter="pension")))
    assert [s.day for s in outcome.sealed] == ["2026-11-23"]
    assert list(house.writer.floor.tickets) == ["2026-11-26/A001"]
    assert [e.day for e in house.events() if isinstance(e, DayOpened)] == ["2026-11-23", "2026-11-26"]


def test_a_day_without_a_ticket_is_closed_too() -> None:
    house = House()
    house.take()
    house.now = TOMORROW
    assert len(house.take().sealed) == 1
    assert DayClosed(day="2026-11-23", issued=0, served=0, no_show=0, left=0, void=0) in house.events()


def test_a_lock_outlives_midnight() -> None:
    house = House(now=TOMORROW - 60_000)
    for _ in range(5):
        house.sign_in(1, "101", pin="0000")
    house.now = TOMORROW
    house.take()
    assert house.writer.floor.lockouts["101"].until > house.now


def test_a_year_without_holidays_is_told_and_its_file_ends_it(tmp_path: Path) -> None:
    hall = made(put("holidays", {"years": [2025]}))
    house = House(hall, tmp_path / "hub.db")
    house.take()
    assert "no-holidays" in house.writer.floor.alerts
    house.store.close()
    house = House(made(), tmp_path / "hub.db", now=TOMORROW)
    house.take()
    assert house.writer.floor.alerts == {}


def test_a_keypads_next_finds_nobody_on_a_new_day() -> None:
    house = a_full_day()
    house.now = at("09:30", "2026-11-24")
    house.open(1)
    assert house.at_window(Next(window=1)).__class__.__name__ == "Refused"


# --- the seals' files ---


def test_seals_are_files_that_read_back(tmp_path: Path) -> None:
    house = a_full_day()
    house.now = TOMORROW
    (sealed,) = house.take().sealed
    assert seals.missing(tmp_path, [sealed]) == [sealed]
    seals.write(tmp_path, "village", sealed)
    assert seals.missing(tmp_path, [sealed]) == []
    assert seals.exported(tmp_path, "village") == [sealed]
    text = (tmp_path / "seals/2026-11-23.seal").read_text()
    assert text == f"village 2026-11-23 {sealed.seq} {sealed.hash.hex()}\n"
    assert [p.name for p in (tmp_path / "seals").iterdir()] == ["2026-11-23.seal"]
