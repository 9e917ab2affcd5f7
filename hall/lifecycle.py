"""The state machines of the hall, each one table. The diagrams in docs/lifecycles.md are drawn from these."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from hall.errors import IllegalMove
from hall.model import BookingState, DeskState, Printing, ServiceState, TicketState


class TicketMove(StrEnum):
    CALL = "call"
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    KEEP = "keep"  # nobody came; may come back
    PUT_BACK = "put_back"  # nobody came; waits again, behind others
    COME_BACK = "come_back"
    EXPIRE = "expire"
    HOLD = "hold"
    GO_ON = "go_on"  # one matter, or one part of a joint one, is done; the next waits
    TRANSFER = "transfer"
    UNCALL = "uncall"  # a wrong press taken back
    UNTAKE = "untake"  # the same, of what had been set aside
    UNSTART = "unstart"
    REOPEN = "reopen"  # a wrong finish or no-show taken back
    REOPEN_CALL = "reopen_call"  # the same, where it waits again
    REOPEN_SERVICE = "reopen_service"
    VOID = "void"
    LEAVE = "leave"


class PrintMove(StrEnum):
    CONFIRM = "confirm"
    DOUBT = "doubt"
    REFUSE = "refuse"


class ServiceMove(StrEnum):
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    TRANSFER = "transfer"
    HOLD = "hold"
    UNDO = "undo"
    REOPEN = "reopen"


class DeskMove(StrEnum):
    SIGN_IN = "sign_in"
    HAND_OVER = "hand_over"
    RESUME = "resume"
    PAUSE = "pause"
    CALL = "call"
    START = "start"
    RELEASE = "release"
    UNSTART = "unstart"  # a wrong start taken back
    REOPEN_CALL = "reopen_call"  # a wrong no-show taken back
    REOPEN_SERVICE = "reopen_service"  # a wrong finish taken back
    SIGN_OUT = "sign_out"


class BookingMove(StrEnum):
    CHECK_IN = "check_in"
    CANCEL = "cancel"
    MISS = "miss"
    REOPEN = "reopen"  # the ticket of its check-in was never taken out of the machine


S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
Table = Mapping[S, Mapping[M, S]]

_T, _P, _V, _D = TicketState, Printing, ServiceState, DeskState

TICKET: Table[TicketState, TicketMove] = {
    _T.WAITING: {
        TicketMove.CALL: _T.CALLED,
        TicketMove.VOID: _T.VOID,
        TicketMove.LEAVE: _T.LEFT,
        TicketMove.REOPEN_CALL: _T.CALLED,
        TicketMove.REOPEN_SERVICE: _T.SERVING,
    },
    _T.CALLED: {
        TicketMove.START: _T.SERVING,
        TicketMove.MISS: _T.NO_SHOW,
        TicketMove.KEEP: _T.KEPT,
        TicketMove.PUT_BACK: _T.WAITING,
        TicketMove.HOLD: _T.HELD,
        TicketMove.TRANSFER: _T.WAITING,
        TicketMove.UNCALL: _T.WAITING,
        TicketMove.UNTAKE: _T.HELD,
    },
    _T.SERVING: {
        TicketMove.FINISH: _T.SERVED,
        TicketMove.GO_ON: _T.WAITING,
        TicketMove.HOLD: _T.HELD,
        TicketMove.TRANSFER: _T.WAITING,
        TicketMove.UNSTART: _T.CALLED,
    },
    _T.SERVED: {TicketMove.REOPEN: _T.SERVING},
    _T.NO_SHOW: {TicketMove.REOPEN: _T.CALLED},
    _T.KEPT: {TicketMove.COME_BACK: _T.WAITING, TicketMove.EXPIRE: _T.NO_SHOW, TicketMove.REOPEN: _T.CALLED},
    _T.HELD: {TicketMove.CALL: _T.CALLED, TicketMove.COME_BACK: _T.WAITING, TicketMove.LEAVE: _T.LEFT},
    _T.LEFT: {},
    _T.VOID: {},
}

PRINTING: Table[Printing, PrintMove] = {
    _P.RESERVED: {
        PrintMove.CONFIRM: _P.ON_PAPER,
        PrintMove.DOUBT: _P.UNKNOWN,
        PrintMove.REFUSE: _P.VOID,
    },
    _P.UNKNOWN: {PrintMove.CONFIRM: _P.ON_PAPER, PrintMove.DOUBT: _P.UNKNOWN, PrintMove.REFUSE: _P.VOID},
    _P.ON_PAPER: {},
    _P.VOID: {},
}

SERVICE: Table[ServiceState, ServiceMove] = {
    _V.CALLED: {
        ServiceMove.START: _V.SERVING,
        ServiceMove.MISS: _V.MISSED,
        ServiceMove.TRANSFER: _V.TRANSFERRED,
        ServiceMove.HOLD: _V.HELD,
        ServiceMove.UNDO: _V.UNDONE,
    },
    _V.SERVING: {
        ServiceMove.FINISH: _V.FINISHED,
        ServiceMove.TRANSFER: _V.TRANSFERRED,
        ServiceMove.HOLD: _V.HELD,
        ServiceMove.UNDO: _V.CALLED,
    },
    _V.FINISHED: {ServiceMove.REOPEN: _V.SERVING},
    _V.MISSED: {ServiceMove.REOPEN: _V.CALLED},
    _V.TRANSFERRED: {},
    _V.UNDONE: {},
    _V.HELD: {},
}

DESK: Table[DeskState, DeskMove] = {
    _D.CLOSED: {DeskMove.SIGN_IN: _D.PAUSED},
    _D.PAUSED: {
        DeskMove.RESUME: _D.FREE,
        DeskMove.HAND_OVER: _D.PAUSED,
        DeskMove.REOPEN_CALL: _D.CALLING,
        DeskMove.REOPEN_SERVICE: _D.SERVING,
        DeskMove.SIGN_OUT: _D.CLOSED,
    },
    _D.FREE: {
        DeskMove.PAUSE: _D.PAUSED,
        DeskMove.CALL: _D.CALLING,
        DeskMove.HAND_OVER: _D.PAUSED,
        DeskMove.REOPEN_CALL: _D.CALLING,
        DeskMove.REOPEN_SERVICE: _D.SERVING,
        DeskMove.SIGN_OUT: _D.CLOSED,
    },
    _D.CALLING: {DeskMove.START: _D.SERVING, DeskMove.RELEASE: _D.FREE},
    _D.SERVING: {DeskMove.RELEASE: _D.FREE, DeskMove.UNSTART: _D.CALLING},
}


BOOKING: Table[BookingState, BookingMove] = {
    BookingState.BOOKED: {
        BookingMove.CHECK_IN: BookingState.CHECKED_IN,
        BookingMove.CANCEL: BookingState.CANCELLED,
        BookingMove.MISS: BookingState.NO_SHOW,
    },
    BookingState.CHECKED_IN: {BookingMove.REOPEN: BookingState.BOOKED},
    BookingState.CANCELLED: {},
    BookingState.NO_SHOW: {},
}


def moved(table: Table[S, M], state: S, move: M) -> S:
    """The state after `move`. Raises IllegalMove (“call from served”) and changes nothing otherwise."""
    try:
        return table[state][move]
    except KeyError:
        raise IllegalMove(f"{move} from {state}") from None


def allows(table: Table[S, M], state: S, move: M) -> bool:
    """Whether the table holds `move` from `state`."""
    return move in table[state]
