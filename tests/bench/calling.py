"""How long it takes to decide a call, with few and with many waiting; classes, help and passing over included."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from hall.events import Called
from hall.hallfile import parse_hall
from hall.messages import Next
from hall.model import Desk, DeskState, Hall, PostLetter, Printing, Ticket, TicketState
from hub.decide import decide
from hub.decision import Asked
from hub.floor import Floor
from tests.bench.figures import Figure, figure, write_samples
from tests.bench.measures import Measured, Tell
from tests.crash.halls import DAY, MORNING, badge, caller, served_at, write_hall

FEW, MANY = 50, 5_000
CALLS = 2_000
ROUNDS = 7
WINDOWS = 32
PRIORITIES = [
    {"id": "elder", "name": "老年人", "basis": "示例", "weight_minutes": 15.0, "bound": 2},
    {"id": "booked", "name": "预约", "basis": "示例", "weight_minutes": 30.0, "bound": 3},
]


def calling(work: Path, raw: Path, tell: Tell) -> Measured:
    """Decide the same call with 50 and with 5,000 waiting, in turns."""
    tell(f"a call with {FEW} and with {MANY:,} waiting")
    hall = a_hall(work)
    lanes = {waiting: a_floor(hall, waiting) for waiting in (FEW, MANY)}
    samples: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(ROUNDS):
        for waiting, floor in lanes.items():
            samples[waiting].append(decided_us(hall, floor))
    rows = [(waiting, n, round(us, 3)) for waiting, found in samples.items() for n, us in enumerate(found)]
    write_samples(raw / "calling.csv", ("waiting", "round", "microseconds a call"), rows)
    few, many = (statistics.median(samples[waiting]) for waiting in (FEW, MANY))
    figures: list[Figure] = [figure(f"decide a call with {MANY:,} waiting", many, "µs", floor=few, at_most=1.5)]
    return Measured(figures, [])


def a_hall(work: Path) -> Hall:
    """The hall of the other measures, with classes."""
    stations = {caller(n): {"roles": ["caller"], "windows": [n]} for n in range(1, WINDOWS + 1)}
    path = write_hall(work / "calling.toml", windows=WINDOWS, stations=stations)
    text = path.read_text(encoding="utf-8")
    rows = "".join(
        "[[policy.priorities]]\n" + "".join(f"{k} = {v!r}\n".replace("'", '"') for k, v in row.items())
        for row in PRIORITIES
    )
    return parse_hall(path.name, {path.name: f"{text}\n{rows}"})


def a_floor(hall: Hall, waiting: int) -> Floor:
    """So many tickets on paper at the queues of window 1, of all classes, a second apart; every window free. With few
    and with many the same rule chooses: a class that passes others over."""
    names, classes = served_at(1, WINDOWS), ("", "", "", "elder", "booked")
    tickets = [
        Ticket(
            id=f"{DAY}/A{n:05}",
            day=DAY,
            series="A",
            number=n,
            label=f"A{n:05}",
            matter=names[n % len(names)],
            station="kiosk-01",
            state=TicketState.WAITING,
            printing=Printing.ON_PAPER,
            place=n,
            issued_at=MORNING - (waiting - n) * 1000,
            priority=classes[n // len(names) % len(classes)],
        )
        for n in range(1, waiting + 1)
    ]
    desks = [
        Desk(window=w.number, state=DeskState.FREE, clerk=badge(w.number), letter=PostLetter.A) for w in hall.windows
    ]
    return Floor.loaded(DAY, MORNING, [*tickets, *desks])


def decided_us(hall: Hall, floor: Floor) -> float:
    """Microseconds of one decision, over many."""
    asked = [
        Asked(station=caller(n), id="bench", body=Next(window=n), not_after=MORNING + 5_000)
        for n in range(1, WINDOWS + 1)
        if served_at(n, WINDOWS) == served_at(1, WINDOWS)
    ]
    began = time.perf_counter()
    for n in range(CALLS):
        decision = decide(hall, floor, asked[n % len(asked)], MORNING)
        assert isinstance(decision.events[-1], Called)
        assert decision.events[-1].passed
    return (time.perf_counter() - began) / CALLS * 1e6
