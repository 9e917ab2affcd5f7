"""The simulated hall under all its faults: every invariant holds, the same seed gives the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from testbed.sim.faults import RATES
from testbed.sim.invariants import INVARIANTS
from testbed.sim.run import Ran, Simulation

SEEDS = (1, 2, 3, 4)
STEPS = 2_500  # each; test_hundred_thousand.py and `make sim` go on
TREE = Path(__file__).parents[2]
# Faults that come of others, and what people and printers do.
FURTHER = (
    "cover open",
    "garbage sent",
    "hours slept through",
    "hub cut at a seam",
    "joint matter done",
    "message redelivered",
    "message resent",
    "paper out",
    "pressed again in anger",
    "printer silent",
    "request crashed",
    "station cut at a seam",
    "write refused",
    "wrong PIN",
)


@cache
def run_of(seed: int) -> Ran:
    """The run of a seed, once: each in a test of its own, so that none is long."""
    return Simulation(seed).run(STEPS)


@pytest.fixture(scope="module")
def runs() -> list[Ran]:
    """One run for each seed."""
    return [run_of(seed) for seed in SEEDS]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_invariant_holds_under_all_faults(seed: int) -> None:
    told = [f"{v.invariant}: {v.why}" for v in run_of(seed).violations]
    assert not told, f"python -m testbed.sim --steps {STEPS} --seed {seed}\n" + "\n".join(told)


def test_all_of_a_day_is_played(runs: list[Ran]) -> None:
    assert sum(ran.operations for ran in runs) >= 10_000
    assert all(ran.full_checks >= 3 and ran.calms >= 1 for ran in runs)
    assert sum(ran.days for ran in runs) >= 3


@pytest.mark.parametrize("fault", sorted({*RATES, *FURTHER}))
def test_the_fault_really_happened(runs: list[Ran], fault: str) -> None:
    assert sum(ran.happened.get(fault, 0) for ran in runs) > 0


def test_without_faults_nothing_is_cut_refused_or_sent_again() -> None:
    ran = Simulation(5, faults=False).run(400)
    assert not ran.violations
    happened = ran.happened
    assert not any(happened.get(fault) for fault in RATES)
    assert (happened["message resent"], happened["message redelivered"], happened["write refused"]) == (0, 0, 0)


def test_the_same_seed_gives_the_same_run_in_any_process() -> None:
    here = Simulation(6).run(300)
    assert Simulation(6).run(300) == here
    assert Simulation(7).run(300).log != here.log
    for salt in ("1", "2"):  # the order of sets must not matter
        ran = subprocess.run(
            [sys.executable, "-m", "testbed.sim", "--steps", "300", "--seed", "6"],
            cwd=TREE,
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        last = json.loads(ran.stdout.splitlines()[-1])
        assert last["log"] == here.log
        assert last["operations"] == here.operations
        assert (last["violations"], last["seed"]) == (0, 6)


def test_help_shows_an_example_and_every_invariant() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "testbed.sim", "--help"], cwd=TREE, capture_output=True, text=True, timeout=60
    ).stdout
    assert "python -m testbed.sim --steps" in told
    assert all(name in told for name in INVARIANTS)
