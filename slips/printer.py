"""The ticket printer: one thread that owns its line, asks how it is, and says how each slip ended.

    print_slip ─▶ ask status ─ not able ─────────────────────────────▶ void: nothing was sent
                      │ able
                      ▼
                 send, then GS r 1 ─ answered ───────────────────────▶ on paper
                      │ line broke · paper out · cover · no answer
                      ▼
                    unknown: something may have come out

Every wait has a limit. What happens is told through `tell`, from this thread.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from hall.dialects.escpos_status import FULL, REAL_TIME, SAY_CHANGES, Listener, PrinterState, Question
from hall.model import Printing, TicketId
from hall.profile import PrinterProfile
from slips.paper import FaceFile, load_escpos, slip_bytes
from slips.slip import Slip
from slips.values import PrintEnded, PrinterSeen, PrinterStands, stands_at

CHUNK: Final = 256  # bytes; between two the thread hears what the printer says
MAX_ITEMS: Final = 1_000
MAX_WAITING: Final = 4  # slips; a kiosk has one at a time
log = logging.getLogger("slips.printer")


class Pace(Struct, frozen=True):
    """How long the printer is given, in seconds."""

    poll_s: float = 3.0  # between two questions while idle
    answer_s: float = 1.0  # for the four answers in real time
    print_s: float = 15.0  # from the last byte on the wire to the last dot on paper
    doubt_s: float = 2.0  # without the in-order answer so long, ask in real time what is wrong
    quiet_s: float = 0.2  # after bytes out of place, until no more of them come
    open_s: float = 3.0  # for the port to open at the start, before the printer counts as silent


USUAL: Final = Pace()


class Wire(Protocol):
    """What carries the bytes; hall.station.line.Line is one."""

    def start(self) -> None: ...
    def write(self, data: bytes) -> bool: ...
    def close(self) -> None: ...


OnBytes: TypeAlias = Callable[[bytes], None]
OnState: TypeAlias = Callable[[bool, str], None]
OpenWire: TypeAlias = Callable[[OnBytes, OnState], Wire]
Tell: TypeAlias = Callable[[PrinterSeen | PrintEnded], None]


_ENDS_A_SLIP: Final = (
    PrinterStands.PAPER_OUT,
    PrinterStands.COVER_OPEN,
    PrinterStands.CUTTER,
    PrinterStands.FAULT,
)
_UNHEARD: Final = (PrinterStands.CHECKING, PrinterStands.SILENT)


class _LineState(Struct, frozen=True):
    is_open: bool
    reason: str


class _Job(Struct, frozen=True):
    ticket: TicketId
    slip: Slip


class Printer:
    """Started, it polls; `print_slip` may be called from any thread and never waits."""

    def __init__(
        self, open_wire: OpenWire, profile: PrinterProfile, face: FaceFile, tell: Tell, pace: Pace = USUAL
    ) -> None:
        self._profile = profile
        self._face = face
        self._tell = tell
        self._pace = pace
        self._items: queue.Queue[bytes | _LineState | _Job | None] = queue.Queue(MAX_ITEMS)
        self._jobs: deque[_Job] = deque()
        self._listener = Listener(fixed_bits=profile.fixed_bits, auto_status=profile.auto_status)
        self._questions = FULL if profile.status == "full" else REAL_TIME
        self._is_open = False
        self._closing = False
        self._owes = False  # an in-order answer may still come that is no answer to the next slip
        self._strays = 0  # bytes that answered nothing before the question in order
        self._asked_again = False
        self._stands = PrinterStands.CHECKING
        self._wire = open_wire(self._heard, self._line_state)
        self._thread = threading.Thread(target=self._run, name="printer", daemon=True)

    def start(self) -> None:
        """Open the line and begin."""
        self._wire.start()
        self._thread.start()

    def print_slip(self, ticket: TicketId, slip: Slip) -> None:
        """Print it; a `PrintEnded` follows."""
        if not self._put(_Job(ticket, slip)):
            self._tell(PrintEnded(ticket, Printing.VOID, "printer_busy"))

    def close(self) -> None:
        """Stop and close the line. A slip on its way ends without a word: its intention speaks for it."""
        self._closing = True
        self._put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._wire.close()

    def _heard(self, data: bytes) -> None:
        self._put(data)

    def _line_state(self, is_open: bool, reason: str) -> None:
        self._put(_LineState(is_open, reason))

    def _put(self, item: bytes | _LineState | _Job | None) -> bool:
        try:
            self._items.put_nowait(item)
        except queue.Full:
            log.error("more than %d items wait for the printer's thread", MAX_ITEMS)
            return False
        return True

    # --- the thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        load_escpos()
        try:
            self._listen(self._pace.open_s, lambda: self._is_open)
            while not self._closing:
                self._poll()
                self._idle()
                while self._jobs and not self._closing:
                    job = self._jobs.popleft()
                    outcome, cause = self._print(job)
                    log.info("slip of %s: %s %s", job.ticket, outcome, cause)
                    self._tell(PrintEnded(job.ticket, outcome, cause))
        finally:
            if not self._closing:  # an error ends this thread; nobody may be offered a ticket any more
                self._tell(PrinterSeen(PrinterStands.SILENT))

    def _idle(self) -> None:
        """Until the next poll, a slip to print, or news that the printer tells by itself."""
        self._listen(self._pace.poll_s, lambda: bool(self._jobs) or self._has_news())

    def _has_news(self) -> bool:
        state = self._listener.state
        return state != PrinterState() and stands_at(state) is not self._stands

    def _listen(self, limit_s: float, enough: Callable[[], bool]) -> bool:
        """Hear what arrives until it is enough; False after `limit_s`, or as soon as the line opens or closes."""
        deadline = time.monotonic() + limit_s
        while not self._closing:
            if enough():
                return True
            left = deadline - time.monotonic()
            try:
                item = self._items.get(timeout=left) if left > 0 else self._items.get_nowait()
            except queue.Empty:
                return False
            if isinstance(item, bytes):
                self._listener.feed(item)
            elif isinstance(item, _Job):
                self._take(item)
            elif isinstance(item, _LineState):
                self._line_changed(item)
                return enough()
        return False

    def _take(self, job: _Job) -> None:
        if len(self._jobs) < MAX_WAITING:
            self._jobs.append(job)
        else:
            self._tell(PrintEnded(job.ticket, Printing.VOID, "printer_busy"))

    def _line_changed(self, line: _LineState) -> None:
        log.info("line %s %s", "open" if line.is_open else "closed", line.reason)
        self._is_open = line.is_open
        self._listener.forget()

    def _poll(self) -> None:
        before = self._stands
        now = self._see(self._ask_twice())
        if self._profile.auto_status and before in _UNHEARD and now not in _UNHEARD:
            self._wire.write(SAY_CHANGES)  # a printer that was off has forgotten it

    def _see(self, state: PrinterState | None) -> PrinterStands:
        stands = stands_at(state)
        if stands is not self._stands:
            log.info("printer %s", stands)
            self._stands = stands
            self._tell(PrinterSeen(stands))
        return stands

    def _ask_twice(self) -> PrinterState | None:
        """One byte lost or out of place is no silence."""
        state = self._ask()
        if state is None and self._is_open:
            self._listen(self._pace.quiet_s, lambda: False)
            self._listener.forget()
            state = self._ask()
        return state

    def _ask(self) -> PrinterState | None:
        """What the printer says of itself now; None if it does not answer in time."""
        if not self._is_open:
            return None
        printing = self._listener.printing
        questions = b"".join(self._listener.ask(question) for question in self._questions)
        told = self._wire.write(questions) and self._listen(self._pace.answer_s, lambda: not self._listener.waiting)
        if told and self._listener.state != PrinterState():
            return self._listener.state
        self._listener.forget()
        if printing:
            self._listener.ask(Question.IN_ORDER)  # that answer is still due, whatever became of these
        return None

    # --- one slip -----------------------------------------------------------------------------------------

    def _print(self, job: _Job) -> tuple[Printing, str]:
        stands = self._see(self._ask_twice())
        if stands not in (PrinterStands.READY, PrinterStands.PAPER_LOW):
            return Printing.VOID, stands.value
        try:
            data = slip_bytes(job.slip, self._profile, self._face)
        except (OSError, ValueError) as error:  # a font that went away, a hall's words that no printer can take
            log.error("slip of %s: %s", job.ticket, error)
            return Printing.VOID, "cannot_draw"
        in_order = self._profile.in_order_status
        if in_order and self._owes and not self._settle_debts():
            return Printing.VOID, "busy"
        self._strays, self._asked_again = self._listener.strays, False
        if in_order:
            data += self._listener.ask(Question.IN_ORDER)
        sent = self._send(data)
        wire_s = len(data) * 10 / self._profile.line.baud
        if not sent:
            outcome, cause = Printing.UNKNOWN, "line_broke"
        else:
            outcome, cause = self._wait_in_order(wire_s) if in_order else self._wait_for_rest(wire_s)
        self._owes = in_order and (outcome is Printing.UNKNOWN or self._asked_again)
        self._listener.forget()
        return outcome, cause

    def _settle_debts(self) -> bool:
        """With paper again, a printer goes on with the slip that was given up, and answers for it: that answer must
        not be taken for the next slip's. False if it does not come to the end of it in time."""
        question = self._listener.ask(Question.IN_ORDER)
        if not self._wire.write(question):
            return False
        if not self._listen(self._pace.print_s, lambda: not self._listener.printing):
            return False
        self._listen(self._pace.quiet_s, lambda: False)
        self._listener.forget()
        self._owes = False
        return True

    def _send(self, data: bytes) -> bool:
        for start in range(0, len(data), CHUNK):
            if not self._is_open or not self._wire.write(data[start : start + CHUNK]):
                return False
            self._listen(0, lambda: False)
        return self._is_open  # one that closed under the last piece may be open again before anybody looks

    def _wait_in_order(self, wire_s: float) -> tuple[Printing, str]:
        """Until the printer says that everything before the question is done, or what keeps it from that."""
        deadline = time.monotonic() + wire_s + self._pace.print_s
        patience_s = wire_s + self._pace.doubt_s
        while self._is_open and not self._closing and (left := deadline - time.monotonic()) > 0:
            self._listen(min(patience_s, left), lambda: self._noisy or self._answered())
            if self._noisy:
                # Noise can look like the answer, or have spoilt it: only one that comes alone is believed.
                self._ask_in_order_again()
                continue
            if not self._listener.printing:
                return (Printing.ON_PAPER, "") if self._is_open else (Printing.UNKNOWN, "line_broke")
            patience_s = self._pace.doubt_s
            state = self._ask()
            if state is not None and (stands := stands_at(state)) in _ENDS_A_SLIP:
                self._see(state)
                return Printing.UNKNOWN, stands.value
        if not self._is_open or self._closing:
            return Printing.UNKNOWN, "line_broke"
        self._poll_after()
        return Printing.UNKNOWN, "no_answer"

    @property
    def _noisy(self) -> bool:
        """Whether bytes that answer nothing came since the question in order."""
        return self._listener.strays != self._strays

    def _ask_in_order_again(self) -> None:
        """Once the line is quiet. The first answer may still come, too."""
        self._listen(self._pace.quiet_s, lambda: False)
        self._listener.forget()
        self._strays, self._asked_again = self._listener.strays, True
        self._wire.write(self._listener.ask(Question.IN_ORDER))

    def _answered(self) -> bool:
        """Whether the slip is done, or the printer has told by itself what keeps it from that; asking makes sure."""
        state = self._listener.state
        told = self._profile.auto_status and state != PrinterState() and stands_at(state) in _ENDS_A_SLIP
        return told or not self._listener.printing

    def _wait_for_rest(self, wire_s: float) -> tuple[Printing, str]:
        """For a printer without in-order answers: able before, able after the time a slip takes. Weaker, but a slip
        that met paper end, cover or cutter is told apart."""
        self._listen(wire_s + self._pace.doubt_s, lambda: False)
        if not self._is_open:
            return Printing.UNKNOWN, "line_broke"
        state = self._ask_twice()
        stands = self._see(state)
        if stands in (PrinterStands.READY, PrinterStands.PAPER_LOW):
            return Printing.ON_PAPER, "without_in_order"
        return Printing.UNKNOWN, "no_answer" if state is None else stands.value

    def _poll_after(self) -> None:
        self._listener.forget()
        self._poll()
