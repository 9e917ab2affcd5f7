"""Whether a hall's policy can hold what it promises, pure: a bound that some class could break, a return that jumps the
queue, bookings that would leave nothing for those who walk in. An unsound policy is refused at load."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from msgspec import Struct

from hall.hours import hours_of
from hall.model import Hall, Hours, Priority, Quota, Then
from hall.waiting import windows_for


class Unsound(Struct, frozen=True):
    """A rule that the policy breaks, and where; `values` fill its sentence (`hall/words/*/policy.toml`)."""

    where: str
    rule: str
    values: dict[str, str | int | float] = {}

    @property
    def why(self) -> str:
        """The sentence for a list of mistakes, which is English as all of them are."""
        return WHY[self.rule].format(**self.values)


WHY = {
    "bound_above_k": "class {id!r} may overtake a ticket {bound} times, the hall promises at most {k}",
    "bound_zero": "class {id!r} counts {weight:g} minutes earlier but may overtake nobody: it would never act",
    "nothing_bounded": "the hall promises that nobody is ever overtaken, yet it has classes: {ids}",
    "behind_nobody": "who comes back would stand before everyone: put back behind at least 1",
    "never_back": "missed tickets may come back, but 0 times",
    "by_itself": "only who is put back behind others can be put back by itself: then = {then!r}",
    "unknown_class": "{field} names the class {id!r}, which the policy does not have; known are: {known}",
    "late_before_early": "who comes late would be called before who comes in time: {late!r} weighs more than {early!r}",
    "bands_overlap": "{matter}: {first} and {second} overlap, so that a place is in two bands",
    "outside_hours": "{matter}: nobody is called between {begins} and {ends}",
    "never_together": "{matter}: nobody is called for {part} after {host_begins}, when its host begins: it would never "
    "be done on one day",
    "over_capacity": "{matter}: {places} bookings of {minutes:g} minutes do not fit into {windows} windows × {band} "
    "minutes: nobody who walks in would ever be called",
}


def unsound(hall: Hall) -> tuple[Unsound, ...]:
    """Every rule that the hall's policy breaks."""
    return (*_classes(hall), *_missed(hall), *_booked(hall), *_quotas(hall), *_joint(hall))


def _classes(hall: Hall) -> Iterator[Unsound]:
    k, classes = hall.policy.overtaken_at_most, hall.policy.priorities
    for at, one in enumerate(classes):
        where = f"policy.priorities[{at}]"
        if one.bound > k > 0:
            yield Unsound(f"{where}.bound", "bound_above_k", {"id": one.id, "bound": one.bound, "k": k})
        if one.bound == 0 and one.weight_minutes > 0:
            yield Unsound(f"{where}.bound", "bound_zero", {"id": one.id, "weight": one.weight_minutes})
    if classes and k == 0:
        yield Unsound("policy.overtaken_at_most", "nothing_bounded", {"ids": ", ".join(p.id for p in classes)})


def _missed(hall: Hall) -> Iterator[Unsound]:
    missed = hall.policy.missed
    if missed.then is Then.BEHIND and missed.behind < 1:
        yield Unsound("policy.missed.behind", "behind_nobody")
    if missed.then is not Then.VOID and missed.times < 1:
        yield Unsound("policy.missed.times", "never_back")
    if missed.by_itself and missed.then is not Then.BEHIND:
        yield Unsound("policy.missed.by_itself", "by_itself", {"then": missed.then.value})


def _booked(hall: Hall) -> Iterator[Unsound]:
    policy = hall.policy.bookings
    for field in ("priority", "late_priority"):
        named = getattr(policy, field)
        if named and named not in hall.by_priority:
            known = ", ".join(hall.by_priority) or "none"
            yield Unsound(f"policy.bookings.{field}", "unknown_class", {"field": field, "id": named, "known": known})
    early, late = hall.by_priority.get(policy.priority), hall.by_priority.get(policy.late_priority)
    if late is not None and late.weight_minutes > _weight(early):
        values: dict[str, str | int | float] = {"late": late.id, "early": policy.priority}
        yield Unsound("policy.bookings.late_priority", "late_before_early", values)


def _weight(priority: Priority | None) -> float:
    return priority.weight_minutes if priority else 0.0


def _quotas(hall: Hall) -> Iterator[Unsound]:
    quotas = hall.policy.bookings.quotas
    for (i, one), (j, other) in combinations(enumerate(quotas), 2):
        if one.matter == other.matter and one.begins < other.ends and other.begins < one.ends:
            bands = {"first": f"quotas[{i}]", "second": f"quotas[{j}]"}
            yield Unsound(f"policy.bookings.quotas[{j}]", "bands_overlap", {"matter": one.matter, **bands})
    for at, quota in enumerate(quotas):
        yield from _quota(hall, quota, f"policy.bookings.quotas[{at}]")


def _quota(hall: Hall, quota: Quota, where: str) -> Iterator[Unsound]:
    windows = windows_for(hall, quota.matter)
    zones = {hall.by_window[n].zone for n in windows}
    hours = [z.hours or hall.hours for z in hall.zones if z.id in zones]
    if not any(_within(quota, one) for one in hours):
        told: dict[str, str | int | float] = {"begins": quota.begins, "ends": quota.ends}
        yield Unsound(where, "outside_hours", {"matter": quota.matter, **told})
    band = _minutes(quota.ends) - _minutes(quota.begins)
    handling = hall.by_matter[quota.matter].minutes
    if quota.places * handling > len(windows) * band:
        values = {"places": quota.places, "minutes": handling, "windows": len(windows), "band": band}
        yield Unsound(f"{where}.places", "over_capacity", {"matter": quota.matter, **values})


def _joint(hall: Hall) -> Iterator[Unsound]:
    """A joint matter is done on one day: after the host has begun, every part must still be called somewhere."""
    for matter in hall.matters:
        if matter.joint is None:
            continue
        hosts = windows_for(hall, matter.id) if matter.joint.host is None else (matter.joint.host,)
        begins = min(start for n in hosts for start, _ in hours_of(hall, hall.by_window[n].zone).calling)
        for at, part in enumerate(matter.joint.parts):
            ends = [end for n in windows_for(hall, part) for _, end in hours_of(hall, hall.by_window[n].zone).calling]
            if max(ends) <= begins:
                told: dict[str, str | int | float] = {"matter": matter.id, "part": part, "host_begins": begins}
                yield Unsound(f"matters[{matter.id}].joint.parts[{at}]", "never_together", told)


def _within(quota: Quota, hours: Hours) -> bool:
    return any(begins <= quota.begins and quota.ends <= ends for begins, ends in hours.calling)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
