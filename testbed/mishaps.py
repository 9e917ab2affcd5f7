"""What befalls a hall on a bad day, one thing after another: the same for the same seed.

plan(seed, place) → orders: kill hub · freeze voice-a for 4 s · pull line-b · paper_out kiosk-1 …
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from msgspec import Struct

GAP_S: Final = (3.0, 8.0)  # real, between the end of one and the begin of the next
EVERYBODY: Final = "*"


class Place(Struct, frozen=True, kw_only=True):
    """What there is to befall."""

    stations: tuple[str, ...]
    cables: tuple[str, ...]  # of shared lines, by the station's name
    printers: tuple[str, ...]  # stations with a printer


class Order(Struct, frozen=True, kw_only=True):
    """A mishap to come: real seconds before it, and how long it lasts."""

    kind: str
    target: str
    after_s: float
    lasts_s: float
    felt_by: tuple[str, ...]
    amount: int = 0  # bytes until the paper ends; real seconds by which the clock steps


# kind: how often, and how long it lasts in real seconds.
KINDS: Final = {
    "kill": (8, (0.0, 2.0)),
    "freeze": (4, (0.5, 6.0)),
    "restart": (3, (0.0, 0.5)),
    "pull": (3, (0.5, 3.0)),
    "cut": (3, (0.0, 0.0)),
    "half_open": (2, (2.0, 7.0)),
    "paper_out": (2, (1.5, 4.0)),
    "cover_open": (2, (1.0, 3.0)),
    "silent": (1, (3.0, 18.0)),
    "disk_full": (2, (1.0, 6.0)),
    "clock_step": (1, (1.0, 5.0)),
    "move": (1, (0.5, 2.0)),  # hub and broker to another machine, by backup and restore
    "upgrade": (1, (0.5, 1.5)),  # of the store and everything that runs
}


def plan(seed: int, place: Place) -> Iterator[Order]:
    """Mishaps without end. Every kind comes once before any comes by its weight."""
    chance = Random(seed)
    possible = [kind for kind in KINDS if _targets(kind, place)]
    first = chance.sample(possible, len(possible))
    while True:
        kind = first.pop() if first else chance.choices(possible, [KINDS[kind][0] for kind in possible])[0]
        yield _order(kind, chance, place)


def _targets(kind: str, place: Place) -> tuple[str, ...]:
    # The hub and the broker are worth more than one of twenty stations.
    match kind:
        case "kill" | "freeze" | "restart":
            return (*place.stations, *(("hub", "broker") * max(1, len(place.stations) // 3)))
        case "half_open":
            return (*place.stations, "hub")
        case "cut":
            return (*place.stations, "hub", EVERYBODY)
        case "pull":
            return (*place.cables, *(f"printer-{station}" for station in place.printers))
        case "paper_out" | "cover_open" | "silent":
            return place.printers
        case _:
            return ("hub",)


def _order(kind: str, chance: Random, place: Place) -> Order:
    target = chance.choice(_targets(kind, place))
    station = target.removeprefix("printer-")
    felt_by = (EVERYBODY,) if target in ("hub", "broker", EVERYBODY) else (station,)
    amount = {"paper_out": chance.randint(20, 600), "clock_step": chance.randint(8, 20)}.get(kind, 0)
    return Order(
        kind=kind,
        target=target,
        after_s=chance.uniform(*GAP_S),
        lasts_s=chance.uniform(*KINDS[kind][1]),
        felt_by=felt_by,
        amount=amount,
    )
