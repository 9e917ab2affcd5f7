"""Makes day.csv: 1,300 made-up arrivals of a county hall's day, the same for the same seed.

    python examples/ankang/make_day.py > examples/ankang/day.csv

A morning peak from nine to half past ten, a smaller one after lunch; some come before the doors open and at lunch and
are turned away. Nobody in it is a real person.
"""

from __future__ import annotations

import csv
import random
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 20261123
COUNT = 1_300
# (from, to, share): minutes since midnight
PARTS = (
    (8 * 60 + 36, 8 * 60 + 50, 0.012),  # before tickets are given out
    (8 * 60 + 50, 9 * 60 + 10, 0.10),
    (9 * 60 + 10, 10 * 60 + 30, 0.338),  # the morning's peak
    (10 * 60 + 30, 11 * 60 + 55, 0.20),
    (12 * 60 + 3, 12 * 60 + 55, 0.02),  # at lunch
    (13 * 60, 14 * 60 + 30, 0.20),
    (14 * 60 + 30, 16 * 60 + 45, 0.13),
)
# How busy each window is; the general window and the two of social insurance have the longest queues.
BUSY = {1: 9, 2: 7, 3: 9, 4: 6, 5: 5, 6: 10, 7: 9, 8: 10, 9: 8, 10: 7, 11: 10, 12: 9, 13: 5, 14: 8, 15: 9, 16: 8}
PRIORITIES = (("", 94), ("elder", 5), ("soldier", 1))
BOOKED = "booked"
EARLY = 10  # minutes before the time booked that they come
RATINGS = ((5, 52), (4, 20), (3, 7), (2, 2), (1, 1), (0, 18))
JOINT_EVERY, JOINT_UNTIL = 15, 15 * 60  # of those at the host's window, so that the parts are done before closing
FILES = ("windows.toml", *sorted(path.name for path in HERE.glob("matters-*.toml")))
NO_PATIENCE = 0.03  # go home at once, whatever the queue


def main() -> None:
    chance = random.Random(SEED)
    read = {path: tomllib.loads((HERE / path).read_text(encoding="utf-8")) for path in FILES}
    joint = {m["id"]: m["joint"]["host"] for t in read.values() for m in t.get("matters", ()) if "joint" in m}
    windows = {
        w["number"]: [m for m in (*w["serves"], *w.get("delegated", ())) if m not in joint]
        for w in read["windows.toml"]["windows"]
    }
    rows = []
    parts = chance.choices(PARTS, [share for *_, share in PARTS], k=COUNT)
    for start, end, _ in parts:
        second = int(chance.uniform(start * 60, end * 60))
        (window,) = chance.choices(list(BUSY), list(BUSY.values()))
        matters = windows[window]
        (matter,) = chance.choices(matters, [1 / (rank + 2) for rank in range(len(matters))])
        patience = 1 if chance.random() < NO_PATIENCE else round(min(180, max(20, chance.gauss(95, 35))))
        service = round(min(12.0, max(0.8, chance.lognormvariate(0.85, 0.5))), 1)
        rows.append([second, matter, _of(chance, PRIORITIES), patience, service, _of(chance, RATINGS)])
    rows.sort()
    for matter, host in joint.items():
        _join(rows, matter, windows[host])
    _book(rows)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("arrive", "matter", "priority", "patience_min", "service_min", "rating"))
    for second, *rest in rows:
        out.writerow((f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}", *rest))


def _join(rows: list[list[Any]], matter: str, others: list[str]) -> None:
    """Some of those who came to the host's window came for its joint matter (联办)."""
    for row in [r for r in rows if r[1] in others and r[0] < JOINT_UNTIL * 60][::JOINT_EVERY]:
        row[1] = matter


def _book(rows: list[list[Any]]) -> None:
    """The first who may have booked have, as many as there are places."""
    policy = tomllib.loads((HERE / "hall.toml").read_text())["policy"]
    for quota in policy["bookings"]["quotas"]:
        begins, ends = (int(quota[key][:2]) * 60 + int(quota[key][3:]) for key in ("begins", "ends"))
        mine = [row for row in rows if row[1] == quota["matter"] and begins <= row[0] // 60 + EARLY < ends]
        for row in mine[: quota["places"]]:
            row[2] = BOOKED


def _of(chance: random.Random, shares: tuple[tuple[object, int], ...]) -> object:
    return chance.choices([what for what, _ in shares], [share for _, share in shares])[0]


if __name__ == "__main__":
    main()
