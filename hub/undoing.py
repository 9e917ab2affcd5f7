"""Taking the last press at a window back, pure."""

from __future__ import annotations

from hall.events import Stood, TakenBack
from hall.messages import Refusal, Undo
from hall.model import Desk, DeskAct, Hall, Instant, Service, ServiceState
from hub.asking import Rule, manned
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor


def _undo(hall: Hall, floor: Floor, asked: Asked, wish: Undo, now: Instant) -> Decision:
    desk = manned(hall, floor, asked, wish)
    if desk.act is None:
        raise Refuse(Refusal.NOTHING_TO_UNDO)
    if now > desk.act_at + hall.policy.undo_s * 1000:
        raise Refuse(Refusal.UNDO_LATE, f"more than {hall.policy.undo_s:g} s ago")
    events = press_taken_back(floor, desk)
    if not events:
        raise Refuse(Refusal.NOTHING_TO_UNDO, "it was called elsewhere meanwhile")
    return Decision(events=events, window=wish.window)


def press_taken_back(floor: Floor, desk: Desk) -> tuple[TakenBack, ...]:
    """Everything the last press did, backwards: a *next* may have started and finished the ticket before. Nothing if
    the ticket has gone on from there."""
    if desk.act is None or desk.act_service is None:
        return ()
    backwards = [(desk.act, floor.services[desk.act_service])]
    if desk.act is DeskAct.CALL:
        backwards += [(DeskAct.FINISH, s) for s in floor.services.values() if _finished_by_call(s, desk)]
    if not all(_is_as_left(floor, act, service) for act, service in backwards):
        return ()
    act, last = backwards[-1]
    if act is DeskAct.FINISH and last.started_at == last.ended_at:
        backwards.append((DeskAct.START, last))
    return tuple(_taken_back(desk, act, service) for act, service in backwards)


def _taken_back(desk: Desk, act: DeskAct, service: Service) -> TakenBack:
    stood = Stood(
        for_window=service.for_window,
        for_clerk=service.for_clerk,
        behind_at=service.behind_at,
        behind_place=service.behind_place,
        aside=service.aside,
    )
    return TakenBack(window=desk.window, act=act, service=service.id, ticket=service.ticket, stood=stood)


def _is_as_left(floor: Floor, act: DeskAct, service: Service) -> bool:
    """Whether a ticket whose service ended still is as that left it: it may wait again and be called elsewhere."""
    ticket = floor.tickets[service.ticket]
    if act is DeskAct.CALL or act is DeskAct.START:
        return True
    last = service.id == f"{ticket.id}#{ticket.services}"
    mine = floor.desks[service.window].act_service  # a *next* may have called the very same ticket for its next matter
    return last or (mine is not None and mine == f"{ticket.id}#{ticket.services}")


def _finished_by_call(service: Service, desk: Desk) -> bool:
    """Whether the press that called also finished this service: a window has one wish in flight, so that two presses
    never fall into one instant."""
    at_window = service.window == desk.window and service.state is ServiceState.FINISHED
    return at_window and service.ended_at == desk.act_at


UNDOING: dict[type, Rule] = {
    Undo: _undo,
}
