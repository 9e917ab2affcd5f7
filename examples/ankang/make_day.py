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
PRIORITIES = (("", 94), ("elderly", 4), ("disabled", 1), ("military", 1))
RATINGS = ((5, 52), (4, 20), (3, 7), (2, 2), (1, 1), (0, 18))
# A day's row is one visit to one window: matters of several (联办) are not in it.
FILES = ("windows.toml", *sorted(path.name for path in HERE.glob("matters-*.toml")))
NO_PATIENCE = 0.03  # go home at once, whatever the queue


def main() -> None:
    chance = random.Random(SEED)
    read = {path: tomllib.loads((HERE / path).read_text(encoding="utf-8")) for path in FILES}
    joint = {m["id"] for table in read.values() for m in table.get("matters", ()) if "joint" in m}
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
        rows.append((second, matter, _of(chance, PRIORITIES), patience, service, _of(chance, RATINGS)))
    rows.sort()
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("arrive", "matter", "priority", "patience_min", "service_min", "rating"))
    for second, *rest in rows:
        out.writerow((f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}", *rest))


def _of(chance: random.Random, shares: tuple[tuple[object, int], ...]) -> object:
    return chance.choices([what for what, _ in shares], [share for _, share in shares])[0]


if __name__ == "__main__":
    main()
