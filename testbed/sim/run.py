"""One simulation: the hall, its people, its faults and its checker, from a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

from msgspec import Struct

from hall.hours import instant_of, local
from hall.model import Instant, Role, StationId
from testbed.sim.broker import Broker
from testbed.sim.desks import Clerks, DesksRole
from testbed.sim.faults import Faults
from testbed.sim.fullcheck import FullCheck
from testbed.sim.guides import Guide, GuideRole
from testbed.sim.invariants import Checker, Violation
from testbed.sim.kiosks import KioskRole, Visitors
from testbed.sim.loop import Loop
from testbed.sim.machines import HubMachine, Machine, StationMachine, Surroundings
from testbed.sim.others import Rogue, RogueRole, SpeakerRole
from testbed.sim.paper import Paper
from testbed.sim.place import DESKS, GUIDE, KIOSKS, OFFSET, ROGUE, SPEAKER, START, hall

Played = KioskRole | DesksRole | RogueRole | SpeakerRole | GuideRole
FULL_EVERY = 1_000  # steps between full checks
CALM_EVERY = 2_500  # steps between calms
CALM_S = 60.0
STILL_S = 3_600.0  # nothing decided for so long, with people pressing, is a hall that stands still
# The hours that are played, local time, and for how many seconds; between them the hall sleeps.
HOURS = (
    ("08:49:50", 75.0),
    ("11:59:30", 40.0),
    ("12:59:50", 60.0),
    ("16:49:30", 40.0),
    ("23:59:50", 30.0),
)


class Ran(Struct, frozen=True):
    """What a run came to. `log`: the hash of the log's last row."""

    seed: int
    operations: int
    events: int
    days: int
    full_checks: int
    calms: int
    simulated_s: float
    log: str
    happened: dict[str, int]
    violations: tuple[Violation, ...]
    last_events: tuple[str, ...]


class Simulation:
    """Everything of one run. A step is one request that the hub has decided."""

    def __init__(self, seed: int, *, faults: bool = True) -> None:
        self.seed = seed
        self.loop = Loop()
        self.happened: Counter[str] = Counter()
        self.hall = hall(seed)
        self.checker = Checker(self.hall)
        self.broker = Broker(self.loop, self._chance("broker"))
        self.around = Surroundings(
            loop=self.loop,
            chance=self._chance("machines"),
            broker=self.broker,
            witness=self.checker,
            happened=self.happened,
        )
        self.hub = HubMachine(self.hall, self.around, self._hub_time)
        self.checker.hub = self.hub
        self.stations: list[StationMachine] = []
        self.codes: list[str] = []  # of what the guide has booked
        self.people: list[Visitors | Clerks | Rogue | Guide] = []
        self._furnish()
        self.faults = Faults(self.around, self.hub, self.stations, self._chance("faults"))
        self.faults.are_on = faults
        self.full = FullCheck(self.checker, self.hub, self.stations)
        self.calms = 0
        self._is_calm = False
        self._hour = 0
        machines: tuple[Machine, ...] = (self.hub, *self.stations)
        for machine in machines:
            machine.start()
        self.loop.after(HOURS[0][1], self._sleep)

    def run(self, steps: int, watch: Callable[[Simulation], None] = lambda _sim: None) -> Ran:
        """Go on until so many requests are decided, or something does not hold."""
        next_full, next_calm = FULL_EVERY, CALM_EVERY
        since, last = 0.0, 0
        while self.checker.steps < steps and not self.checker.violations:
            self.loop.next()
            if self.checker.steps >= next_full:
                next_full += FULL_EVERY
                self.full.run()
                watch(self)
            if self.checker.steps >= next_calm:
                next_calm += CALM_EVERY
                self._calm()
            if self.checker.steps != last:
                last, since = self.checker.steps, self.loop.now
            elif self.loop.now - since > STILL_S + self._longest_sleep_s():
                self.checker.fail("alive", f"nothing was decided for {self.loop.now - since:.0f} s")
        if not self.checker.violations:
            self._calm()
        if not self.checker.violations:
            self.full.run(from_scratch=True)
        return self._ran()

    def _longest_sleep_s(self) -> float:
        return 3 * 24 * 3600.0

    def _ran(self) -> Ran:
        checker, ledger = self.checker, self.checker.ledger
        self.happened["message resent"] = sum(m.resent for m in (self.hub, *self.stations))
        self.happened["message redelivered"] = self.broker.redelivered
        self.happened["write refused"] = self.hub.disk.refused
        self.happened["request crashed"] = ledger.crashes
        self.happened["joint matter done"] = ledger.joints.done
        return Ran(
            seed=self.seed,
            operations=checker.steps,
            events=ledger.seq,
            days=len(ledger.ended_days),
            full_checks=self.full.times,
            calms=self.calms,
            simulated_s=round(self.loop.now, 3),
            log=ledger.head.hex(),
            happened=dict(sorted(self.happened.items())),
            violations=tuple(checker.violations),
            last_events=tuple(checker.recent),
        )

    # --- making it ---

    def _chance(self, of: str) -> Random:
        return Random(f"{self.seed}/{of}")

    def _furnish(self) -> None:
        for name in KIOSKS:
            paper = Paper(name, self.loop, self._chance(f"paper {name}"), self.checker, self.happened)
            kiosk = self._station(name, Role.KIOSK, partial(KioskRole, paper, self.checker.intends, self.happened))
            self.people.append(Visitors(kiosk, self._chance(f"visitors {name}"), self.codes))
        for name, windows in DESKS.items():
            desk = self._station(name, Role.CALLER, lambda windows=windows: DesksRole(windows, self.loop))  # type: ignore[misc]
            self.people += [Clerks(self.hall, desk, w, self._chance(f"clerks {w}")) for w in windows]
        chance = self._chance("rogue")
        rogue = self._station(ROGUE, Role.KIOSK, lambda: RogueRole(chance, self.happened))
        self.people.append(Rogue(rogue, chance))
        guide = self._station(GUIDE, Role.DESK, lambda: GuideRole(at_desk, self.happened, self.codes))
        at_desk = self._chance("guide")
        self.people.append(Guide(guide, at_desk))
        self._station(SPEAKER, Role.BROADCAST, lambda: SpeakerRole(self.checker.said))

    def _station(
        self,
        name: StationId,
        kind: Role,
        role: Callable[[], Played],
    ) -> StationMachine:
        machine = StationMachine(name, (kind,), self.around, role)
        self.stations.append(machine)
        return machine

    # --- time ---

    def _true_time(self) -> Instant:
        return START + round(self.loop.now * 1000)

    def _hub_time(self) -> Instant:
        return self._true_time() + self.faults.clock_offset_ms

    def _sleep(self) -> None:
        """To the next hour that is played; people and faults do nothing meanwhile."""
        if self._is_calm:
            self.loop.after(CALM_S, self._sleep)
            return
        self._hour = (self._hour + 1) % len(HOURS)
        clock, lasting_s = HOURS[self._hour]
        now = local(OFFSET, self._true_time())
        then = local(OFFSET, instant_of(OFFSET, now.date().isoformat(), clock))
        ahead_s = (then - now).total_seconds() % 86_400
        self.loop.jump(ahead_s)
        self.happened["hours slept through"] += 1
        self.loop.after(lasting_s, self._sleep)

    def _calm(self) -> None:
        """People rest and nothing breaks for a minute; then all must have ended."""
        self.calms += 1
        self._is_calm = True
        self.faults.calm()
        for someone in self.people:
            someone.are_here = False
        until = self.loop.now + CALM_S
        while self.loop.now < until and not self.checker.violations:
            self.loop.next()
        if not self.checker.violations:
            self.full.settled(self.broker)
        for someone in self.people:
            someone.are_here = True
        self._is_calm = False
        self.faults.go_on()
