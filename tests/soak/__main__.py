"""`python -m tests.soak`: stations, hub and broker as real processes under random faults, until so many requests are
answered; then the accounts. Writes soak.json and its part of bench.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from msgspec import structs
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hall.errors import HallError
from tests.bench.figures import place_soak
from tests.crash.house import Stuck
from tests.soak.soak import Ran, Soak

EXAMPLES = """
examples:
  make soak                                # 100,000 requests and more, 6 machines and 6 windows
  python -m tests.soak --operations 5000 --seed 7 --every 200 --keep /tmp/soak

Every station is a process whose transcript outlives it. Faults: kill -9 of hub, broker and stations, alone and
together; SIGSTOP; restarts; now and then so long that all wishes in flight are given up. The last line is one JSON
object; the exit status is 1 if anything is lost, doubled, called twice, never answered, or the log does not verify; 2
if the hall did not go on.
"""
TOLD_EVERY_S = 10.0


def main(arguments: list[str] | None = None) -> int:
    """The exit status."""
    chosen = _parser().parse_args(arguments)
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as made:
        try:
            ran = _run(chosen, chosen.keep or Path(made))
        except (Stuck, HallError) as error:
            sys.stderr.write(f"soak: {error}\n")
            return 2
    tell(ran, chosen.out)
    return 1 if ran.mistakes else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--operations", type=int, default=100_000, help="answered requests (default: 100000)")
    parser.add_argument("--seed", type=int, default=1, help="of faults and stations; the moments are the machine's")
    parser.add_argument("--every", type=int, default=700, help="requests between two faults, about (default: 700)")
    parser.add_argument("--machines", type=int, default=6, help="ticket machines (default: 6)")
    parser.add_argument("--windows", type=int, default=6, help="windows (default: 6)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave store, logs and transcripts there")
    parser.add_argument("--out", type=Path, help="where soak.json and bench.md go (default: nowhere)")
    return parser


def _run(chosen: argparse.Namespace, place: Path) -> Ran:
    console = Console(stderr=True)
    told_beside = TextColumn("{task.fields[told]}")
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), told_beside)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("requests answered", total=chosen.operations, told="")
        told_at = began = time.monotonic()

        def watch(ran: Ran) -> None:
            nonlocal told_at
            told = f"{ran.faults.total()} faults, the last: {ran.last or 'none yet'}"
            progress.update(task, completed=ran.operations, told=told)
            if not console.is_terminal and time.monotonic() - told_at >= TOLD_EVERY_S:
                told_at = time.monotonic()
                words = f"{told_at - began:5.0f} s  {ran.operations:>7,} of {chosen.operations:,} answered · {told}"
                console.print(words, highlight=False)

        return Soak(
            place,
            seed=chosen.seed,
            machines=chosen.machines,
            windows=chosen.windows,
            every=chosen.every,
            watch=watch,
        ).run(chosen.operations)


def tell(ran: Ran, out: Path | None) -> None:
    """Say what a soak came to; with `out` write it there, too."""
    for mistake in ran.mistakes[:20]:
        print(mistake[:400])
    counts = {name: len(value) if isinstance(value, list) else value for name, value in structs.asdict(ran).items()}
    told = {**counts, "faults": dict(ran.faults), "fault_count": ran.faults.total()}
    print(
        f"{ran.operations:,} requests answered, {ran.tickets:,} numbers and {ran.calls:,} calls"
        f" under {ran.faults.total()} faults in {ran.seconds} s: {len(ran.lost)} lost, {len(ran.doubled)} doubled,"
        f" {len(ran.double_called)} called twice, {len(ran.unsettled)} never answered"
    )
    print(json.dumps(told, ensure_ascii=False))
    if out is not None:
        told["at"] = f"{datetime.now().astimezone():%Y-%m-%d %H:%M %z}"
        (out / "soak.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        place_soak(out)


if __name__ == "__main__":
    sys.exit(main())
