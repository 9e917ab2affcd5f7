"""`python -m tests.bench [--only NAME]`: measure, and write bench.json, bench.md and bench/raw/*.csv."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console

from tests.bench.call import call
from tests.bench.calling import calling
from tests.bench.decoding import decoding
from tests.bench.figures import Figure, Note, table, write_json, write_page
from tests.bench.measures import kill, load, old_tickets, slow_sync
from tests.bench.place import REPOSITORY
from tests.bench.rest import rest

MEASURES = {
    "call": call,
    "calling": calling,
    "load": load,
    "slow-sync": slow_sync,
    "old-tickets": old_tickets,
    "kill": kill,
    "rest": rest,
    "decoding": decoding,
}


def main() -> int:
    """The process' exit status: 0 measured (whatever came out), 2 a wrong name."""
    parser = argparse.ArgumentParser(prog="tests.bench", description="Measure the hub against raw paho and one commit.")
    parser.add_argument("--only", action="append", choices=sorted(MEASURES), help="measure only this; may be repeated")
    parser.add_argument("--out", type=Path, default=REPOSITORY, help="where bench.json, bench.md and bench/raw go")
    wanted = parser.parse_args()
    console, began = Console(), time.monotonic()

    def tell(words: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.0f} s[/]  {words}")

    raw = wanted.out / "bench" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    notes: list[Note] = []
    # Beside the results: on a memory disk a sync would cost nothing.
    work = Path(tempfile.mkdtemp(prefix="run-", dir=raw))
    try:
        for name, measure in MEASURES.items():
            if not wanted.only or name in wanted.only:
                tell(f"[bold]{name}[/]")
                measured = measure(work, raw, tell)
                figures += measured.figures
                notes += measured.notes
                shutil.rmtree(work)
                work.mkdir()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    notes.append(Note("duration", f"{time.monotonic() - began:.0f} s for the whole run"))
    write_json(wanted.out / "bench.json", figures)
    write_page(wanted.out / "bench.md", figures, notes, datetime.now().astimezone())
    console.print(table(figures))
    for note in notes:
        console.print(f"[bold]{note.about}[/]: {note.words}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
