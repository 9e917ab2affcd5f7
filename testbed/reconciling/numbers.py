"""Who came against what was issued, and what was issued against the paper."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from testbed.readers.paper import Roll, Slip
from testbed.reconciling.findings import Findings
from testbed.reconciling.ledger import Ledger, Service, Ticket

BUSINESS: Final = (
    "closed:",
    "refused:hall_closed",
    "refused:series_full",
    "refused:no_window",
    "refused:too_late",
)  # nobody's fault


def people(rows: list[dict[str, Any]], lines: Collection[int], ledger: Ledger, found: Findings) -> Counter[str]:
    """Everybody who came has a number of the log, or was told why not: how many were told what."""
    refused: Counter[str] = Counter()
    by_label = {ticket.label: ticket for ticket in ledger.tickets.values()}
    free: defaultdict[str, list[Ticket]] = defaultdict(list)
    held = {row["label"] for row in rows if row["label"]}
    for ticket in ledger.tickets.values():
        if ticket.label not in held:
            free[ticket.station].append(ticket)
    for row in rows:
        if row["label"]:
            if row["label"] not in by_label:
                found.differs(f"{row['label']} is in a hand, and the log does not have it", row["t"])
            continue
        mine = _unclaimed(free[row["kiosk"]], row, found.late_s)
        if mine is not None:
            free[row["kiosk"]].remove(mine)
            continue
        refused[row["saw"]] += 1
        if not row["saw"].startswith(BUSINESS):
            who = (row["kiosk"], "hub", "broker")
            found.is_excused(f"one was turned away: {row['saw']}", who, row["t"], row["end"])
    for tickets in free.values():
        for ticket in tickets:
            found.differs(f"nobody took {ticket.label}", ticket.issued)
    twice = [label for label, n in Counter(row["label"] for row in rows if row["label"]).items() if n > 1]
    for label in twice:
        found.differs(f"{label} is in two hands")
    for line in sorted(set(lines) - {row["line"] for row in rows}):
        found.differs(f"line {line} of the day's file never came to a ticket machine")
    return refused


def _unclaimed(tickets: list[Ticket], row: dict[str, Any], late_s: float) -> Ticket | None:
    return next((t for t in tickets if row["t"] - late_s <= t.issued <= row["end"] + late_s), None)


def paper(rolls: Mapping[str, Roll], ledger: Ledger, found: Findings) -> dict[str, Any]:
    """The slips of all printers against the log: what is on paper, unknown, void, reprinted, doubled."""
    slips: defaultdict[str, list[tuple[str, Slip]]] = defaultdict(list)
    reprinted = 0
    for station, roll in rolls.items():
        for slip in roll.slips:
            reprinted += slip.reprint
            if not slip.reprint:
                slips[slip.label].append((station, slip))
    labels = {ticket.label for ticket in ledger.tickets.values()}
    lost = 0
    for label in sorted(set(slips) - labels):
        lost += 1
        found.differs(f"a slip of {label or 'no number'}, which the log does not have", slips[label][0][1].cut)
    duplicates = 0
    on_paper = in_doubt = 0
    for ticket in ledger.tickets.values():
        printed = [slip for _, slip in slips.get(ticket.label, ())]
        whole = [slip for slip in printed if slip.done is not None]
        on_paper += bool(whole)
        duplicates += len(printed) > 1
        if len(printed) > 1:
            found.differs(f"{ticket.label} was printed {len(printed)} times", printed[1].cut)
        who = (ticket.station, "hub", "broker")
        if ticket.printing == "on_paper" and not whole:
            found.differs(f"{ticket.label} is on paper in the log, and on no printer's wire", ticket.issued)
        elif ticket.printing == "unknown":
            in_doubt += bool(whole)
            found.is_excused(f"whether {ticket.label} is on paper is unknown", who, ticket.issued)
        elif ticket.printing == "void" or ticket.state == "void":
            in_doubt += bool(whole)
            if whole:
                found.differs(f"{ticket.label} is void, and its slip came out", whole[0].cut)
            found.is_excused(f"{ticket.label} is void: {ticket.void}", who, ticket.issued)
        elif ticket.printing == "reserved":
            found.differs(f"what became of the paper of {ticket.label} was never told", ticket.issued)
    logged = sum(ticket.reprints for ticket in ledger.tickets.values())
    if reprinted != logged:
        found.differs(f"{reprinted} slips are marked as reprints, the log allowed {logged}")
    return {
        "on_paper": on_paper,
        "in_doubt_but_on_paper": in_doubt,
        "reprinted": reprinted,
        "duplicates": duplicates,
        "lost": lost,
    }


class Asked(NamedTuple):
    """What somebody asks for at the ticket machine; of one who has booked it is another class if they come late."""

    classes: tuple[str, ...]
    booked: bool


def classes(
    rows: list[dict[str, Any]],
    asked: Mapping[int, Asked],
    rolls: Mapping[str, Roll],
    names: Mapping[str, str],
    ledger: Ledger,
    found: Findings,
) -> dict[str, int]:
    """Everybody has the class asked for, by the line of the day's file, and who has booked has checked in; every slip
    names its ticket's class: how many slips named which."""
    by_label = {ticket.label: ticket for ticket in ledger.tickets.values()}
    for row in rows:
        ticket, wanted = by_label.get(row["label"]), asked[row["line"]]
        if ticket is None:
            continue
        if ticket.priority not in wanted.classes:
            what = " or ".join(wanted.classes) or "no class"
            found.differs(f"{ticket.label} is of the class {ticket.priority!r}, {what} was asked for", ticket.issued)
        if ticket.booked != wanted.booked:
            found.differs(f"{ticket.label}: booked {wanted.booked}, by a booking {ticket.booked}", ticket.issued)
    said: Counter[str] = Counter()
    for roll in rolls.values():
        for slip in roll.slips:
            ticket = by_label.get(slip.label)
            if ticket is not None and slip.priority != names.get(ticket.priority, ""):
                what = f"the slip of {slip.label} says {slip.priority!r}, its class is {ticket.priority!r}"
                found.differs(what, slip.cut)
            if slip.priority and not slip.reprint:
                said[slip.priority] += 1
    return dict(sorted(said.items()))


def joint(
    rows: list[dict[str, Any]],
    asked: Mapping[int, str],
    steps: Mapping[str, tuple[str, ...]],
    ledger: Ledger,
    found: Findings,
) -> int:
    """Everybody was served what was asked for, by the line of the day's file, once; of a joint matter its steps in the
    hall's order, as far as the number came: how many came to such an end. `steps`: of each joint matter, itself
    first."""
    by_label = {ticket.label: (id_, ticket) for id_, ticket in ledger.tickets.items()}
    done: defaultdict[str, list[Service]] = defaultdict(list)
    for service in sorted(ledger.services.values(), key=lambda one: one.ended):
        done[service.ticket].append(service)
    whole = 0
    for row in rows:
        id_, ticket = by_label.get(row["label"], ("", None))
        wanted = steps.get(asked[row["line"]], (asked[row["line"]],))
        if ticket is None:
            continue
        served = done[id_]
        told = tuple(service.matter for service in served)
        cut_off = ticket.state != "served" or (served and served[-1].by_rule)
        if told != (wanted[: len(told)] if cut_off else wanted):
            what = ", ".join(told) or "nothing"
            found.differs(f"{ticket.label} ({ticket.state}) was served {what}; asked for was {', '.join(wanted)}")
        whole += len(wanted) > 1 and told == wanted
    return whole
