"""`python -m testbed.sim`: run a simulated hall with faults, and say whether everything that must hold did."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from testbed.sim.invariants import INVARIANTS
from testbed.sim.run import Ran, Simulation

EACH: Final = 50_000  # steps of a run: every full check reads the whole log, so long runs get slower and slower

EXAMPLE = """
examples:
  python -m testbed.sim --steps 20000 --seed 7 --verbose
  python -m testbed.sim --steps 1000000              20 runs, with the seeds 1 to 20, one a processor

A step is one request that the hub has decided. The same seed gives the same run. The last line is one JSON
object; the exit status is 1 when an invariant did not hold.

invariants:
"""


def main(arguments: list[str] | None = None) -> int:
    """Run as many simulations as the steps need; the exit status."""
    chosen = _parser().parse_args(arguments)
    began = time.monotonic()
    runs = sorted(_played(chosen), key=lambda ran: ran.seed)
    for ran in runs:
        _tell(ran)
    print(json.dumps(_summary(runs, time.monotonic() - began), ensure_ascii=False))
    return 1 if any(ran.violations for ran in runs) else 0


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<13} {what}" for name, what in INVARIANTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m testbed.sim",
        description=__doc__,
        epilog=EXAMPLE + listed,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--steps", type=_positive, default=10_000, help="requests to decide (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance; of the first run of several (default: 1)")
    parser.add_argument("--each", type=_positive, default=EACH, help=f"requests of a run at most (default: {EACH})")
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="runs at a time")
    parser.add_argument("--verbose", action="store_true", help="tell each full check, and what the daemons log")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _played(chosen: argparse.Namespace) -> Iterator[Ran]:
    """The runs that the steps need, as they end; after one that did not hold no further ones begin."""
    whole, rest = divmod(chosen.steps, chosen.each)
    steps = [chosen.each] * whole + [rest] * bool(rest)
    seeds = range(chosen.seed, chosen.seed + len(steps))
    if len(steps) == 1:
        yield _run(chosen.seed, chosen.steps, verbose=chosen.verbose)
        return
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True))
    with progress, ProcessPoolExecutor(min(chosen.jobs, len(steps))) as pool:
        shown = progress.add_task("requests", total=chosen.steps)
        ends = [
            pool.submit(_run, seed, count, verbose=chosen.verbose) for seed, count in zip(seeds, steps, strict=True)
        ]
        for ended in as_completed(ends):
            if ended.cancelled():
                continue
            yield (ran := ended.result())
            progress.advance(shown, ran.operations)
            if ran.violations:
                for other in ends:
                    other.cancel()


def _run(seed: int, steps: int, *, verbose: bool) -> Ran:
    logging.basicConfig(level=logging.WARNING if verbose else logging.CRITICAL + 1, format="%(message)s")
    return Simulation(seed).run(steps, _watch if verbose else lambda _sim: None)


def _watch(sim: Simulation) -> None:
    done, now = sim.checker.steps, sim.loop.now
    print(f"{done:>8} requests, {sim.checker.ledger.seq} events, {now:,.0f} s simulated", flush=True)


def _tell(ran: Ran) -> None:
    for violation in ran.violations:
        print(f"seed {ran.seed}, step {violation.step}, {violation.at:.3f} s: {violation.invariant}: {violation.why}")
    if ran.violations:
        print("the last events:")
        for event in ran.last_events:
            print(f"  {event}")


def _summary(runs: Sequence[Ran], took_s: float) -> dict[str, object]:
    operations = sum(ran.operations for ran in runs)
    happened = sum((Counter(ran.happened) for ran in runs), Counter[str]())
    return {
        "operations": operations,
        "violations": sum(len(ran.violations) for ran in runs),
        "seed": runs[0].seed,
        "runs": len(runs),
        "invariants": sorted({v.invariant for ran in runs for v in ran.violations}),
        "events": sum(ran.events for ran in runs),
        "days": sum(ran.days for ran in runs),
        "full_checks": sum(ran.full_checks for ran in runs),
        "calms": sum(ran.calms for ran in runs),
        "simulated_s": round(sum(ran.simulated_s for ran in runs), 3),
        "seconds": round(took_s, 2),
        "per_second": round(operations / max(took_s, 1e-9)),
        "log": " ".join(ran.log for ran in runs),
        "happened": dict(sorted(happened.items())),
    }


if __name__ == "__main__":
    sys.exit(main())
