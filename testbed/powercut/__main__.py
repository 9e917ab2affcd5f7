"""`python -m testbed.powercut`: cut the power of a real hub at thousands of moments, and see that it keeps its word."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

from msgspec import structs
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hall.errors import HallError
from testbed.powercut.check import MUST_HOLD
from testbed.powercut.run import PowerCuts, Ran, checked_again

MEMORY = Path("/dev/shm")  # 10,000 disks are made and thrown away
KEEP = Path("powercut-failed")
EXAMPLES = """
examples:
  python -m testbed.powercut --images 500 --seed 7
  python -m testbed.powercut --images 500 --seed 7 --only 123     # one image of that run
  python -m testbed.powercut --image powercut-failed/seed-7-image-123

The hub's real process runs under strace; every write, truncation, sync and change of a name is kept in its order,
together with what the hub told meanwhile. A disk after a power cut has all that was synced, and of the rest any
sectors in any order. The same seed makes the same lives and the same cuts (SQLite salts its WAL by itself). The last
line is one JSON object; the exit status is 1 if something did not hold, 2 if nothing could be recorded.

what must hold on every disk:
"""


def main(arguments: list[str] | None = None) -> int:
    """One run, or one kept disk again; the exit status."""
    chosen = _parser().parse_args(arguments)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as made:
        try:
            return _again(chosen.image, Path(made)) if chosen.image else _run(chosen, Path(made))
        except (HallError, OSError, ValueError, RuntimeError) as error:
            sys.stderr.write(f"powercut: {error}\n")
            return 2


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<13} {what}" for name, what in MUST_HOLD.items())
    parser = argparse.ArgumentParser(
        prog="python -m testbed.powercut",
        description=__doc__,
        epilog=EXAMPLES + listed,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--images", type=int, default=1_000, help="power cuts (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: 1)")
    parser.add_argument("--only", type=int, metavar="N", help="check none but this image of the run")
    parser.add_argument("--keep", type=Path, default=KEEP, help=f"where failing disks are put (default: {KEEP}/)")
    parser.add_argument("--image", type=Path, metavar="DIR", help="check a disk that was kept, and nothing else")
    return parser


def _run(chosen: argparse.Namespace, place: Path) -> int:
    console = Console(stderr=True)
    columns = (
        *Progress.get_default_columns()[:2],
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("power cuts", total=chosen.images, told="")
        lives = 0

        def watch(ran: Ran) -> None:
            nonlocal lives
            progress.update(task, completed=ran.images, told=_told(ran))
            if ran.lives != lives and not console.is_terminal:
                lives = ran.lives
                console.print(f"{ran.images:>6} of {chosen.images} images · {_told(ran)}", highlight=False)

        only: int | None = chosen.only
        ran = PowerCuts(chosen.seed, chosen.images, place, keep=chosen.keep, only=only, watch=watch).run()
    _sum_up(ran)
    return 1 if ran.failed else 0


def _told(ran: Ran) -> str:
    return f"{ran.lives} lives recorded · {ran.lost} numbers lost · {ran.failed} disks fail"


def _sum_up(ran: Ran) -> None:
    for kept in ran.kept:
        print(f"{kept}: {(Path(kept) / 'why.txt').read_text(encoding='utf-8').splitlines()[3][:300]}")
    print(
        f"{ran.images:,} power cuts at {ran.moments:,} moments of {ran.lives} lives"
        f" ({ran.calls:,} calls, {ran.syncs:,} syncs, {ran.checkpoints:,} checkpoints),"
        f" something unsynced in {ran.unsynced:,}: of {ran.numbers:,} promised numbers {ran.lost:,} are lost,"
        f" of {ran.images:,} disks {ran.failed:,} fail, in {ran.seconds} s"
    )
    told = structs.asdict(ran) | {"invariants": sorted(ran.found)}
    print(json.dumps(told, ensure_ascii=False))


def _again(kept: Path, place: Path) -> int:
    found = checked_again(kept, place)
    for mistake in found:
        print(f"{mistake.what}: {mistake.why}")
    print(f"{kept}: {len(found)} mistakes" if found else f"{kept}: all holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
