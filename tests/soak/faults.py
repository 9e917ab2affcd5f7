"""What befalls a hall: who, how, and for how long; all from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from random import Random

from msgspec import Struct

from hall.model import StationId
from hall.station.asker import WISH_S


class Blow(StrEnum):
    KILL = "kill -9"
    STOP = "SIGSTOP"
    RESTART = "restart"


class Fault(Struct, frozen=True):
    """`after`: operations that go well before; `away_s`: how long the victims stay dead or still."""

    blow: Blow
    victims: tuple[str, ...]
    after: int
    away_s: float

    def __str__(self) -> str:
        kinds = [victim if victim in ("hub", "broker") else "station" for victim in self.victims]
        return f"{self.blow} {' and '.join(kinds)}"


def faults(stations: Sequence[StationId], every: int, seed: int) -> Iterator[Fault]:
    """Without end. One in ten lasts until every wish in flight is given up."""
    chance = Random(f"faults {seed}")
    station = "station"
    blows = {
        (Blow.KILL, ("hub",)): 4,
        (Blow.KILL, ("broker",)): 2,
        (Blow.KILL, ("hub", "broker")): 1,
        (Blow.KILL, (station,)): 5,
        (Blow.KILL, ("hub", station)): 1,
        (Blow.STOP, ("hub",)): 2,
        (Blow.STOP, ("broker",)): 1,
        (Blow.STOP, (station,)): 1,
        (Blow.RESTART, ("hub",)): 1,
    }
    while True:
        blow, victims = chance.choices(list(blows), list(blows.values()))[0]
        short = chance.uniform(0.05, 1.0) if blow is Blow.STOP else 0.0
        yield Fault(
            blow,
            tuple(chance.choice(stations) if victim == station else victim for victim in victims),
            after=chance.randint(0, 2 * every),
            away_s=WISH_S + chance.uniform(0.5, 1.5) if chance.random() < 0.1 else short,
        )
