"""Does to a stage what testbed.mishaps orders, each thing to its end, and writes down when."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Final

from cli.processes import Process
from cli.stage import Stage
from cli.technician import Technician
from hall.errors import HallError
from testbed.door import Door
from testbed.mishaps import EVERYBODY, Order
from testbed.reconciling.findings import Mishap
from testbed.tape import BusinessClock

ENDS_S: Final = 180.0  # an upgrade waits until every station is ready again


class Mishaps:
    """A thread that brings them about."""

    def __init__(
        self,
        stage: Stage,
        orders: Iterable[Order],
        door: Door,
        clock: BusinessClock,
        hub_clock: dict[str, Any],
        all_ready: Callable[[], bool],
    ) -> None:
        self._stage, self._orders, self._door = stage, orders, door
        self._clock, self._hub_clock = clock, hub_clock
        self._began = time.monotonic()
        self._stopping = threading.Event()
        self._technician = Technician(stage, time.sleep, all_ready)
        self._down: set[str] = set()
        self.happened: list[Mishap] = []
        self.failed = ""
        self._thread = threading.Thread(target=self._run, name="mishaps", daemon=True)

    def __enter__(self) -> Mishaps:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def stop(self) -> None:
        """No more of them; the present one comes to its end."""
        self._stopping.set()

    def end(self) -> None:
        """No more of them; everything is whole again."""
        self._stopping.set()
        self._thread.join(ENDS_S)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return not self._thread.is_alive()

    def is_down(self, process: str) -> bool:
        """Whether that process is meant not to run just now."""
        return process in self._down

    def _run(self) -> None:
        for order in self._orders:
            if self._stopping.wait(order.after_s):
                return
            began, real = self._clock.now(), time.monotonic() - self._began
            try:
                detail = self._do(order)
            except (HallError, OSError, RuntimeError, ValueError, sqlite3.Error) as error:
                self.failed = f"{order.kind} {order.target}: {error}"
                return
            self.happened.append(
                Mishap(
                    number=len(self.happened) + 1,
                    kind=order.kind,
                    target=order.target,
                    began=began,
                    ended=self._clock.now(),
                    real_began_s=real,
                    real_ended_s=time.monotonic() - self._began,
                    felt_by=order.felt_by,
                    detail=detail,
                )
            )

    def _do(self, order: Order) -> str:
        """To its end; what there is to say of it."""
        doing: dict[str, Callable[[Order], str | None]] = {
            "kill": self._kill,
            "freeze": self._freeze,
            "restart": self._restart,
            "pull": self._pull,
            "cut": self._cut,
            "half_open": self._half_open,
            "paper_out": self._paper_out,
            "cover_open": self._cover_open,
            "silent": self._silent,
            "disk_full": self._disk_full,
            "clock_step": self._clock_step,
            "move": self._move,
            "upgrade": self._upgrade,
        }
        return doing[order.kind](order) or ""

    def _process(self, order: Order) -> Process:
        return self._stage.processes[order.target]

    def _kill(self, order: Order) -> None:
        self._away(order, self._process(order).kill)

    def _restart(self, order: Order) -> None:
        self._away(order, self._process(order).end)

    def _away(self, order: Order, stop: Callable[[], object]) -> None:
        self._down.add(order.target)
        stop()
        self._stopping.wait(order.lasts_s)
        self._process(order).start()
        self._down.discard(order.target)

    def _freeze(self, order: Order) -> None:
        pid = self._process(order).pid
        os.kill(pid, signal.SIGSTOP)
        self._stopping.wait(order.lasts_s)
        os.kill(pid, signal.SIGCONT)

    def _pull(self, order: Order) -> None:
        cable = self._stage.devices.cables[order.target]
        cable.pull()
        self._stopping.wait(order.lasts_s)
        cable.put_in()

    def _cut(self, order: Order) -> None:
        self._door.cut("" if order.target == EVERYBODY else order.target)

    def _half_open(self, order: Order) -> None:
        self._door.half_open(order.target, order.lasts_s, self._stopping.wait)

    def _paper_out(self, order: Order) -> None:
        printer = self._stage.devices.printers[order.target]
        printer.run_out_after(order.amount)
        self._stopping.wait(order.lasts_s)
        printer.load_paper()

    def _cover_open(self, order: Order) -> None:
        printer = self._stage.devices.printers[order.target]
        printer.open_cover()
        self._stopping.wait(order.lasts_s)
        printer.close_cover()

    def _silent(self, order: Order) -> None:
        printer = self._stage.devices.printers[order.target]
        printer.fall_silent()
        self._stopping.wait(order.lasts_s)
        printer.speak()

    def _disk_full(self, order: Order) -> None:
        """No file of the hub takes a byte more: to its store that is a full disk."""
        pid = self._stage.processes["hub"].pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        self._stopping.wait(order.lasts_s)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    def _clock_step(self, order: Order) -> None:
        """The hub's machine comes up with a clock behind its last event; then the clock is set right."""
        hub, clock = self._stage.processes["hub"], self._hub_clock
        back_ms = round(order.amount * clock["speed"] * 1000)
        self._down.add("hub")
        for at in (clock["at"] - back_ms, clock["at"]):
            hub.end()
            self._stage.write_clock({**clock, "at": at})
            hub.start()
            if at != clock["at"]:
                self._stopping.wait(order.lasts_s)
        self._down.discard("hub")

    def _move(self, order: Order) -> str:
        self._down.update(("hub", "broker"))
        told = self._technician.moves(order.lasts_s)
        self._down.difference_update(("hub", "broker"))
        return told

    def _upgrade(self, order: Order) -> str:
        everything = set(self._stage.processes)
        self._down.update(everything)
        told = self._technician.upgrades(order.lasts_s)
        self._down.difference_update(everything)
        return told
