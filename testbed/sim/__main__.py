"""`python -m testbed.sim`: run a simulated hall with faults, and say whether everything that must hold did."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time

from testbed.sim.invariants import INVARIANTS
from testbed.sim.run import Ran, Simulation

EXAMPLE = """
example:
  python -m testbed.sim --steps 20000 --seed 7 --verbose

A step is one request that the hub has decided. The same seed gives the same run. The last line is one JSON
object; the exit status is 1 when an invariant did not hold.

invariants:
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one simulation; the exit status."""
    listed = "\n".join(f"  {name:<13} {what}" for name, what in INVARIANTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m testbed.sim",
        description=__doc__,
        epilog=EXAMPLE + listed,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=10_000, help="requests to decide (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: 1)")
    parser.add_argument("--verbose", action="store_true", help="tell each full check, and what the daemons log")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING if chosen.verbose else logging.CRITICAL + 1, format="%(message)s")
    began = time.monotonic()
    ran = Simulation(chosen.seed).run(chosen.steps, _watch if chosen.verbose else lambda _sim: None)
    took_s = time.monotonic() - began
    _tell(ran, took_s)
    return 1 if ran.violations else 0


def _watch(sim: Simulation) -> None:
    done, now = sim.checker.steps, sim.loop.now
    print(f"{done:>8} requests, {sim.checker.ledger.seq} events, {now:,.0f} s simulated", flush=True)


def _tell(ran: Ran, took_s: float) -> None:
    for violation in ran.violations:
        print(f"seed {ran.seed}, step {violation.step}, {violation.at:.3f} s: {violation.invariant}: {violation.why}")
    if ran.violations:
        print("the last events:")
        for event in ran.last_events:
            print(f"  {event}")
    summary = {
        "operations": ran.operations,
        "violations": len(ran.violations),
        "seed": ran.seed,
        "invariants": sorted({v.invariant for v in ran.violations}),
        "events": ran.events,
        "days": ran.days,
        "full_checks": ran.full_checks,
        "calms": ran.calms,
        "simulated_s": ran.simulated_s,
        "seconds": round(took_s, 2),
        "per_second": round(ran.operations / max(took_s, 1e-9)),
        "log": ran.log,
        "happened": ran.happened,
    }
    print(json.dumps(summary, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
