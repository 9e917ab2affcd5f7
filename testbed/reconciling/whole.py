"""A run's directory read from end to end: DIR/reconciliation.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from testbed import eyes
from testbed.day import Arrival, clock
from testbed.readers import paper, ratings, record, strips, tapes, voices
from testbed.reconciling import calls, numbers, pads
from testbed.reconciling.findings import Findings, Mishap
from testbed.reconciling.ledger import Ledger
from testbed.tape import BusinessClock

STEADY_S: Final = 2.5  # real: a board that did not change for so long around a picture can be read from it
PICTURES: Final = 6  # of each board: reading one takes seconds
NOT_THERE: Final = 4  # labels that are not on the board and must not be read


class Places(Struct, frozen=True, kw_only=True):
    """What stands where, as the hall's files tell it."""

    kiosks: tuple[str, ...]
    names: Mapping[str, Mapping[tuple[str, int], str]]  # of the devices on each shared line
    bar_stations: Mapping[int, str]
    pad_stations: Mapping[int, str]
    zone_of: Mapping[int, str]
    voice_of: Mapping[int, str]  # the voice station of a window's zone
    voices: tuple[str, ...]
    sentences_of: Mapping[int, int]  # of one call at a window: repeats × languages
    boards: Mapping[str, str | None]  # stations with a board, and its zone; None: of the whole hall
    classes: Mapping[str, str]  # names on slips
    booked: str = ""  # the class of those who have booked and come in time
    late: str = ""  # and of those who come later
    joint: Mapping[str, tuple[str, ...]] = {}  # the steps of each joint matter, itself first


class Run(Struct, frozen=True, kw_only=True):
    """A run that has ended."""

    out: Path
    clock: BusinessClock
    speed: float
    arrivals: tuple[Arrival, ...]
    mishaps: tuple[Mishap, ...]
    places: Places
    real_s: float
    faults: int | None = None
    longest_queue: int = 0
    unfinished: str = ""
    log_broken: str = ""  # why the log does not verify; empty: it does


def reconcile(run: Run, tell: Callable[[str], None] = lambda _step: None) -> dict[str, Any]:
    """Read everything, and write reconciliation.json; `tell` hears what is being read."""
    found = Findings(run.mishaps, run.speed)
    out, places = run.out, run.places
    if run.unfinished:
        found.differs(f"the day was not finished: {run.unfinished}")
    if run.log_broken:
        found.differs(f"the log does not verify: {run.log_broken}")
    tell("log")
    ledger = Ledger(record.log(out / "hub.db"), run.clock.seconds)
    for what, t in ledger.mistakes:
        found.differs(what, t)
    tell("people")
    rows = record.told(out / "told" / "people.jsonl")
    refused = numbers.people(rows, [a.line for a in run.arrivals], ledger, found)
    tell("slips")
    rolls = {kiosk: paper.read(tapes.read(out / "wires" / f"printer-{kiosk}.jsonl")) for kiosk in places.kiosks}
    on_paper = numbers.paper(rolls, ledger, found)
    booked = numbers.Asked((places.booked, places.late), True)
    asked = {
        a.line: booked if a.priority and a.priority == places.booked else numbers.Asked((a.priority,), False)
        for a in run.arrivals
    }
    on_paper["classes"] = numbers.classes(rows, asked, rolls, places.classes, ledger, found)
    joint = numbers.joint(rows, {a.line: a.matter for a in run.arrivals}, places.joint, ledger, found)
    tell("bars and pads")
    devices = _devices(out / "wires", places)
    lit = {int(name[4:]): strips.read(tape) for name, tape in devices.items() if name.startswith("bar-")}
    on_bar, superseded = calls.bars(ledger.calls, lit, places.bar_stations, found)
    pressed = {int(name[4:]): ratings.read(tape) for name, tape in devices.items() if name.startswith("pad-")}
    for path in sorted((out / "wires").glob("touch-*.jsonl")):
        pressed[int(path.stem[6:])] = ratings.read_glass(tapes.read(path))
    rated = pads.ratings(ledger, pressed, places.pad_stations, found)
    tell("voices")
    heard, silent = _voices(run, places)
    announced, expired = calls.voices(ledger.calls, heard, silent, places.voice_of, places.sentences_of, found)
    tell("boards")
    board = record.told(out / "told" / "board.jsonl")
    on_board = calls.boards(ledger.calls, board, places.zone_of, found)
    read, unreadable = _pictures(run, board, found)
    ends = Counter(ticket.state for ticket in ledger.tickets.values())
    for state in ("waiting", "called", "serving"):
        for ticket in ledger.tickets.values():
            if ticket.state == state:
                found.differs(f"{ticket.label} has no end: it is {state}", ticket.issued)
    prints = Counter(ticket.printing for ticket in ledger.tickets.values() if ticket.state != "void")
    counts: dict[str, Any] = {
        "arrived": len(rows),
        "persons": len(run.arrivals),
        "refused": dict(sorted(refused.items())),
        "tickets": len(ledger.tickets),
        "booked": sum(ticket.booked for ticket in ledger.tickets.values()),
        **on_paper,
        "unknown": prints["unknown"],
        "void": dict(sorted(Counter(t.void for t in ledger.tickets.values() if t.state == "void").items())),
        "called": len(ledger.calls),
        "announced": announced,
        "expired": expired,
        "on_bar": on_bar,
        "on_board": on_board,
        "superseded": superseded,
        "served": ends["served"],
        "no_show": ends["no_show"],
        "left": ends["left"],
        "joint": joint,
        "services": len(ledger.services),
        **rated,
        "lost": on_paper["lost"],
        "duplicates": on_paper["duplicates"] + ledger.duplicates,
        "double_calls": ledger.double_calls,
        "board_pictures_read": read,
        "board_pictures_unreadable": unreadable,
    }
    _equations(counts, found)
    result = {
        **counts,
        "differences": found.differences,
        "exceptions": found.exceptions,
        "faults": [_fault(mishap) for mishap in run.mishaps],
        "run": {
            "speed": run.speed,
            "faults_seed": run.faults,
            "real_s": round(run.real_s, 1),
            "longest_queue_at_the_kiosks": run.longest_queue,
        },
    }
    (out / "reconciliation.json").unlink(missing_ok=True)
    (out / "reconciliation.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return result


def _equations(counts: Mapping[str, Any], found: Findings) -> None:
    """Both sides of every equation come from different wires."""
    refused, void = sum(counts["refused"].values()), sum(counts["void"].values())
    sides = {
        "arrived = tickets + refused": (counts["arrived"], counts["tickets"] + refused),
        "tickets = on paper + unknown + void": (
            counts["tickets"],
            counts["on_paper"] + counts["unknown"] + void - counts["in_doubt_but_on_paper"],
        ),
        "tickets = served + no_show + left + void": (
            counts["tickets"],
            counts["served"] + counts["no_show"] + counts["left"] + void,
        ),
        "called = announced + expired": (counts["called"], counts["announced"] + counts["expired"]),
        "called = on_bar + superseded": (counts["called"], counts["on_bar"] + counts["superseded"]),
        "services = rated + unrated": (counts["services"], counts["rated"] + counts["unrated"]),
    }
    for equation, (left, right) in sides.items():
        if left != right:
            found.differs(f"{equation} does not hold: {left} and {right}")


def _fault(mishap: Mishap) -> dict[str, Any]:
    return {
        "number": mishap.number,
        "kind": mishap.kind,
        "target": mishap.target,
        "business": [clock(mishap.began), clock(mishap.ended)],
        "real_s": [round(mishap.real_began_s, 2), round(mishap.real_ended_s, 2)],
        "felt_by": list(mishap.felt_by),
        **({"detail": mishap.detail} if mishap.detail else {}),
    }


def _devices(wires: Path, places: Places) -> dict[str, list[tapes.Piece]]:
    """The shared lines taken apart: a tape for each device, also as files."""
    out: dict[str, list[tapes.Piece]] = {}
    for line, names in places.names.items():
        for name, tape in tapes.by_device(tapes.read(wires / f"{line}.jsonl"), names).items():
            whole = name if name in names.values() else f"{line}-{name}"
            out[whole] = tape
            tapes.write(wires / f"{whole}.jsonl", tape)
    return out


def _voices(run: Run, places: Places) -> tuple[list[calls.Recording], list[record.NotSaid]]:
    pack = voices.Pack(run.out / "clips")
    heard: list[calls.Recording] = []
    silent: list[record.NotSaid] = []
    for station in places.voices:
        silent += record.not_said(run.out / f"{station}.log")
        for sound in sorted((run.out / "audio" / station).glob("*.wav")):
            t = run.clock.at(sound.stat().st_mtime)
            heard.append(calls.Recording(t, f"{station}/{sound.name}", voices.sentences(pack.heard(sound))))
    return heard, silent


def _pictures(run: Run, told: list[dict[str, Any]], found: Findings) -> tuple[int, int]:
    """The newest number on some pictures of every board, read by eye. Only of boards that stood still."""
    read = unreadable = 0
    steady = STEADY_S * run.speed
    labels = sorted({row["label"] for state in told for row in state["body"]["rows"]})
    for station, zone in run.places.boards.items():
        if zone is None:
            continue
        states = [(row["t"], row["body"]) for row in told if row["body"]["zone"] == zone]
        shown = 0
        for picture in sorted((run.out / "screens" / station).glob("at-*.png")):
            t = _seconds(picture.stem[3:])
            last = max((state for state in states if state[0] <= t), key=lambda s: s[0], default=None)
            moved = any(t - steady < at <= t + steady for at, _ in states)
            if last is None or moved or not last[1]["rows"] or shown >= PICTURES:
                continue
            shown += 1
            label = last[1]["rows"][0]["label"]
            there = {row["label"] for row in last[1]["rows"]}
            others = [other for other in labels if other not in there][:NOT_THERE]
            seen = eyes.read(picture, (label, *others))
            if seen == label:
                read += 1
            elif seen is None:
                unreadable += 1
            else:
                who = (station, "hub", "broker")
                found.is_excused(f"{picture.name} of {station} shows {seen} instead of {label}", who, t)
    return read, unreadable


def _seconds(stamp: str) -> float:
    return int(stamp[:2]) * 3600 + int(stamp[2:4]) * 60 + int(stamp[4:6])
