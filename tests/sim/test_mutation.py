"""The smoke test of `make sim-mutations`: patches are well formed and fit, and one mistake is caught."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from testbed.powercut.check import MUST_HOLD
from testbed.sim.invariants import INVARIANTS
from tests.mutations.run import TREE, Mutation, all_mutations, is_caught, tried

MUTATIONS = all_mutations()


def test_there_are_enough_mistakes_for_the_invariants_that_matter() -> None:
    assert len(MUTATIONS) >= 8
    assert {"one-answer", "kept-promise", "acknowledged", "in-time", "withdrawn", "first-come"} <= {
        m.caught_by for m in MUTATIONS
    }


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_the_patch_fits_the_code_and_says_what_catches_it(mutation: Mutation) -> None:
    assert mutation.patch is not None
    ran = subprocess.run(
        ["git", "apply", "-p1", "--check", str(mutation.patch)], cwd=TREE, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert mutation.caught_by in INVARIANTS | MUST_HOLD or (TREE / Path(mutation.caught_by)).is_file()


def test_a_hub_that_forgets_its_answers_is_caught() -> None:
    mutation = next(m for m in MUTATIONS if m.name == "no-dedupe")
    verdict = tried(mutation)
    assert is_caught(mutation, verdict), verdict
