"""The guide desk, the quiet key and the pads: look-ups, emergencies, alarms, and one rating a service."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.events import ServiceRated
from hall.messages import (
    CallStaff,
    EndAlert,
    Find,
    Finish,
    Found,
    Issued,
    Next,
    Noted,
    Rated,
    Refusal,
    Reprint,
    SetEmergency,
    Start,
    TakeTicket,
    Undo,
)
from hall.model import Disposition, TicketState
from hub.verify import verify
from hub.views import emergency_state, window_state
from tests.hub.made import GUIDE_DESK, KIOSK, PAD, STATIONS, House, at, code


def served(path: Path | None = None) -> tuple[House, str]:
    """Window 1 has just finished a service."""
    house = House(path=path)
    house.take()
    house.open()
    ticket = house.serve()
    house.did(Finish(window=1, disposition=Disposition.DONE))
    return house, f"{ticket}#1"


def asked_for(house: House) -> str | None:
    return window_state(house.hall, house.writer.floor, 1, 0).rate


def test_a_finished_service_is_asked_for_and_rated_once(tmp_path: Path) -> None:
    house, service = served(tmp_path / "hub.db")
    assert asked_for(house) == service
    rated = Rated(service=service, level=2, reasons=(207, 214), version="v", words=" 排队太久 ")
    assert isinstance(house.ask(PAD, rated), Noted)
    assert asked_for(house) is None
    assert isinstance(house.ask(PAD, Rated(service=service, level=5)), Noted)
    (event,) = [e for e in house.events() if isinstance(e, ServiceRated)]
    assert (event.level, event.reasons, event.clerk) == (2, (207, 214), "101")
    house.restart()
    assert house.writer.floor.ratings[service].level == 2
    assert isinstance(house.ask(PAD, Rated(service=service, level=1)), Noted)
    assert sum(isinstance(e, ServiceRated) for e in house.events()) == 1


def test_own_words_are_in_the_personal_table_and_nowhere_else() -> None:
    house, service = served()
    house.ask(PAD, Rated(service=service, level=1, words="不要写进日志"))
    rows = house.store._db.execute("SELECT id, kind, body FROM personal").fetchall()
    assert rows == [(service, "rating_words", "不要写进日志")]
    assert all("不要写进日志".encode() not in body for _, _, body, _ in house.store.log())
    (event,) = [e for e in house.events() if isinstance(e, ServiceRated)]
    assert len(event.words) == 64
    house.wait(181 * 24 * 3600)
    assert house.store._db.execute("SELECT count(*) FROM personal").fetchone() == (0,)


def test_no_reply_or_state_holds_the_value() -> None:
    house, service = served()
    house.ask(PAD, Rated(service=service, level=4, reasons=(413,)))
    for outcome in house.outcomes:
        for _, answer in outcome.answers:
            assert b"level" not in answer
            assert b"413" not in answer


def test_the_prompt_ends_when_the_next_applicant_has_come_and_not_before() -> None:
    house, service = served()
    house.ticket()
    house.did(Next(window=1))
    assert asked_for(house) == service
    house.did(Start(window=1))
    assert asked_for(house) is None
    assert isinstance(house.ask(PAD, Rated(service=service, level=0)), Noted)
    assert house.writer.floor.ratings[service].level == 0


def test_a_question_that_died_with_its_pad_ends_with_the_day_as_not_rated(tmp_path: Path) -> None:
    house, unheard = served(tmp_path / "hub.db")  # the pad dies here
    ticket = house.serve()  # and the next applicant has come before it is back
    house.did(Finish(window=1, disposition=Disposition.DONE))
    rated = f"{ticket}#1"
    house.ask(PAD, Rated(service=rated, level=4))
    house.open(2, "102")
    house.serve(2, "relief")
    house.did(Finish(window=2, disposition=Disposition.DONE))  # a window without a pad: nobody was to be asked
    house.serve()  # in hand when the day ends, and so never asked for
    assert unheard not in house.writer.floor.ratings
    house.now = at("00:00", "2026-11-24") - 1
    house.take()
    assert unheard not in house.writer.floor.ratings  # until then a pad may bring what it kept
    house.now += 1
    house.take()
    told = [(e.service, e.level, e.clerk, e.rule) for e in house.events() if isinstance(e, ServiceRated)]
    assert told == [(rated, 4, "101", ""), (unheard, 0, "101", "day_closed")]
    assert isinstance(house.ask(PAD, Rated(service=unheard, level=1)), Noted)  # the day is sealed
    assert sum(isinstance(e, ServiceRated) for e in house.events()) == 2
    house.store.close()
    assert verify(tmp_path / "hub.db", rebuild=True).broken is None


def test_what_a_pad_kept_counts_until_the_day_is_closed() -> None:
    house, service = served()
    house.serve()
    house.now = at("23:59")
    assert isinstance(house.ask(PAD, Rated(service=service, level=1)), Noted)
    house.now = at("00:00", "2026-11-24")
    house.take()
    assert [e.level for e in house.events() if isinstance(e, ServiceRated)] == [1]


def test_a_finish_taken_back_is_not_rated() -> None:
    house, service = served()
    house.did(Undo(window=1))
    assert asked_for(house) is None
    assert isinstance(house.ask(PAD, Rated(service=service, level=5)), Noted)
    assert service not in house.writer.floor.ratings


@pytest.mark.parametrize("level", [-1, 6])
def test_a_level_that_is_none(level: int) -> None:
    house, service = served()
    assert code(house.ask(PAD, Rated(service=service, level=level))) is Refusal.NOT_ALLOWED


def test_only_the_pad_of_the_window_rates() -> None:
    house, service = served()
    assert code(house.ask(STATIONS[1], Rated(service=service, level=5))) is Refusal.NOT_ALLOWED
    assert service not in house.writer.floor.ratings


def test_the_guide_desk_issues_reprints_and_finds() -> None:
    house = House()
    house.take()
    first = house.ticket()
    issued = house.ask(GUIDE_DESK, TakeTicket(matter="pension"))
    assert isinstance(issued, Issued)
    house.wait(3600)
    assert isinstance(house.ask(GUIDE_DESK, Reprint(ticket=first)), Issued)
    found = house.ask(GUIDE_DESK, Find(label="2"))
    assert isinstance(found, Found)
    assert (found.label, found.state, found.ahead) == ("A002", TicketState.WAITING, 1)
    assert code(house.ask(GUIDE_DESK, Find(label="A777"))) is Refusal.UNKNOWN_TICKET
    assert code(house.ask(KIOSK, Find(label="2"))) is Refusal.NOT_ALLOWED


def test_an_emergency_stands_until_it_is_cleared(tmp_path: Path) -> None:
    house = House(path=tmp_path / "hub.db")
    house.take()
    assert isinstance(house.ask(GUIDE_DESK, SetEmergency(text="请有序离场", zone="main")), Noted)
    house.restart()
    assert emergency_state(house.writer.floor, "main", 0).text == "请有序离场"
    assert emergency_state(house.writer.floor, "self", 0).text == ""
    house.ask(GUIDE_DESK, SetEmergency(text=""))
    assert emergency_state(house.writer.floor, "main", 0).text == ""
    assert code(house.ask(KIOSK, SetEmergency(text="x"))) is Refusal.NOT_ALLOWED
    assert code(house.ask(GUIDE_DESK, SetEmergency(text="x", zone="roof"))) is Refusal.BAD_TARGET


def test_the_quiet_key_alarms_until_somebody_has_seen_to_it() -> None:
    house = House()
    house.take()
    house.did(CallStaff(window=1))
    house.did(CallStaff(window=1))
    assert list(house.writer.floor.alerts) == ["staff-call-1"]
    assert isinstance(house.ask(GUIDE_DESK, EndAlert(alert="staff-call-1")), Noted)
    assert not house.writer.floor.alerts
