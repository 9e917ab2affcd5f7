"""Whose turn it is, recomputed the plain way: no structure, no rule of hall.routing."""

from __future__ import annotations

from hall.model import Hall
from testbed.sim.people import Held


def right(hall: Hall, waiting: list[Held]) -> tuple[str, int, list[str], str]:
    """What the rules say of those who wait: rule, passed over, the first of them, and who is favoured or put
    off."""

    def counted(ticket: Held) -> float:
        weight = hall.by_priority[ticket.lane].weight_minutes if ticket.lane else 0.0
        return ticket.stands[0] - weight * 60_000

    best = min(waiting, key=lambda t: (counted(t), t.stands))
    before = [t for t in waiting if t.stands < best.stands]
    if not before:
        return "first_come", 0, [], ""
    if any(t.overtaken >= hall.by_priority[best.lane].bound for t in before):
        return "bound", 0, [], best.id
    return "priority", len(before), [t.id for t in before][:10], best.id
