"""What befalls the hall: seeded, and each kind counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from testbed.sim.machines import HubMachine, Machine, StationMachine, Surroundings

# How often each kind comes, in faults per 1,000 simulated seconds.
RATES: dict[str, float] = {
    "connection lost": 60.0,
    "connection half open": 15.0,
    "connection slow": 40.0,
    "answers stalled": 120.0,
    "session lost": 10.0,
    "broker saved": 40.0,
    "broker crash with persistence": 5.0,
    "broker crash without persistence": 5.0,
    "hub killed": 8.0,
    "hub cut armed": 25.0,
    "hub stopped": 3.0,
    "hub frozen": 40.0,
    "station frozen": 20.0,
    "station killed": 15.0,
    "station cut armed": 40.0,
    "station stopped": 5.0,
    "disk full": 6.0,
    "disk read-only": 4.0,
    "clock behind": 4.0,
    "clock ahead": 3.0,
}


class Faults:
    """Makes them happen while `are_on`."""

    def __init__(
        self, around: Surroundings, hub: HubMachine, stations: Sequence[StationMachine], chance: Random
    ) -> None:
        self.are_on = True
        self.clock_offset_ms = 0
        self._around, self._broker, self._hub, self._stations = around, around.broker, hub, stations
        self._chance = chance
        for name, rate in RATES.items():
            self._plan(name, rate)

    def calm(self) -> None:
        """No more faults, and all that is broken is mended."""
        self.are_on = False
        self.clock_offset_ms = 0
        self._hub.disk.repair()
        self._broker.restart()
        for machine in (self._hub, *self._stations):
            machine.seam.mend()

    def go_on(self) -> None:
        """Faults again."""
        self.are_on = True

    def _plan(self, name: str, rate: float) -> None:
        def strike() -> None:
            if self.are_on and _KINDS[name](self):
                self._around.happened[name] += 1
            self._plan(name, rate)

        self._around.loop.after(self._chance.expovariate(rate / 1000), strike)

    # --- connections ---

    def _machine(self) -> Machine:
        return self._hub if self._chance.random() < 0.35 else self._chance.choice(self._stations)

    def _lost(self, notice_s: float = 0.5) -> bool:
        return self._lost_by(self._machine(), notice_s)

    def _lost_by(self, machine: Machine, notice_s: float = 0.5) -> bool:
        link = machine.link
        wire = link.wire if link is not None else None
        if link is None or wire is None:
            return False
        wire.up_open = wire.down_open = False
        self._around.loop.after(self._chance.random() * notice_s, lambda: link.lost(wire))
        self._around.loop.after(self._chance.random() * notice_s, lambda: self._broker.gone(wire))
        return True

    def _half_open(self) -> bool:
        """Neither side hears of it before its keepalive ends."""
        return self._lost(15.0)

    def _slow(self) -> bool:
        link = self._machine().link
        if link is None or link.wire is None:
            return False
        link.wire.slow(self._chance.choice((0.2, 2.0, 8.0)), self._chance.random() * 6)
        return True

    def _stalled(self) -> bool:
        """What a station says arrives, what it hears comes later than anyone waits."""
        link = self._chance.choice(self._stations).link
        if link is None or link.wire is None:
            return False
        link.wire.stall(4.0 + self._chance.random() * 4, 2 + self._chance.random() * 6)
        return True

    def _session_lost(self) -> bool:
        """The broker forgets what it kept for the hub, while the hub is away for a moment; packet ids start anew."""
        link = self._hub.link
        wire = link.wire if link is not None else None
        if link is None or wire is None:
            return False
        wire.up_open = wire.down_open = False
        self._broker.gone(wire)
        self._broker.forget(wire.client.name)
        link.lost(wire)
        return True

    # --- the broker ---

    def _broker_saved(self) -> bool:
        if self._broker.is_up:
            self._broker.save()
        return self._broker.is_up

    def _broker_crash(self, *, persistent: bool) -> bool:
        if not self._broker.is_up:
            return False
        self._broker.crash(persistent=persistent)
        self._around.loop.after(0.2 + self._chance.random() * 4, self._broker.restart)
        return True

    # --- machines ---

    def _killed(self, machine: Machine) -> bool:
        if machine.is_on:
            machine.die()
            return True
        return False

    def _armed(self, machine: Machine) -> bool:
        machine.seam.cut_after(self._chance.randint(0, 60))
        return True

    def _stopped(self, machine: Machine) -> bool:
        if machine.is_on:
            machine.stop()
            return True
        return False

    def _frozen(self, machine: Machine) -> bool:
        """The loop stands still, and often the connection is lost meanwhile: what it has in hand is then stale."""
        if not machine.is_on:
            return False
        seconds = 1.0 + self._chance.random() * 5
        machine.freeze(seconds)
        if self._chance.random() < 0.6:
            self._around.loop.after(self._chance.random() * seconds, lambda: self._lost_by(machine))
        return True

    # --- disk and clock of the hub ---

    def _disk(self, break_it: Callable[[], None]) -> bool:
        break_it()
        self._around.loop.after(0.5 + self._chance.random() * 8, self._hub.disk.repair)
        return True

    def _clock(self, least_s: float, most_s: float) -> bool:
        self.clock_offset_ms = round(1000 * self._chance.uniform(least_s, most_s))
        self._around.loop.after(1 + self._chance.random() * 15, self._clock_right)
        return True

    def _clock_right(self) -> None:
        self.clock_offset_ms = 0


_KINDS: dict[str, Callable[[Faults], bool]] = {
    "connection lost": Faults._lost,
    "connection half open": Faults._half_open,
    "connection slow": Faults._slow,
    "answers stalled": Faults._stalled,
    "session lost": Faults._session_lost,
    "broker saved": Faults._broker_saved,
    "broker crash with persistence": lambda f: f._broker_crash(persistent=True),
    "broker crash without persistence": lambda f: f._broker_crash(persistent=False),
    "hub killed": lambda f: f._killed(f._hub),
    "hub cut armed": lambda f: f._armed(f._hub),
    "hub stopped": lambda f: f._stopped(f._hub),
    "hub frozen": lambda f: f._frozen(f._hub),
    "station frozen": lambda f: f._frozen(f._chance.choice(f._stations)),
    "station killed": lambda f: f._killed(f._chance.choice(f._stations)),
    "station cut armed": lambda f: f._armed(f._chance.choice(f._stations)),
    "station stopped": lambda f: f._stopped(f._chance.choice(f._stations)),
    "disk full": lambda f: f._disk(f._hub.disk.fill),
    "disk read-only": lambda f: f._disk(f._hub.disk.lock),
    "clock behind": lambda f: f._clock(-30.0, -0.2),
    "clock ahead": lambda f: f._clock(0.2, 15.0),
}
