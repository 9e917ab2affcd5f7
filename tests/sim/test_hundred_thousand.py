"""A hundred thousand requests under all faults, beside the other tests; `make sim` goes on for a million."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).parents[2]
STEPS = 100_000


def test_a_hundred_thousand_requests_break_no_invariant() -> None:
    command = [sys.executable, "-m", "testbed.sim", "--steps", str(STEPS), "--each", "10000", "--seed", "101"]
    ran = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=900)
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (ran.returncode, told["violations"]) == (0, 0), f"{' '.join(command)}\n{ran.stdout[-3000:]}"
    assert told["operations"] >= STEPS
    assert told["runs"] == 10
    assert told["full_checks"] >= STEPS // 1_000


def test_what_is_no_number_of_steps_is_told() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "testbed.sim", "--steps", "many"], cwd=TREE, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 2
    assert "'many' is no whole number from 1 on" in ran.stderr
