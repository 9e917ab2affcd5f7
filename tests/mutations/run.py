"""Plant each known mistake in a copy of the tree and see that the named invariant, or test, catches it.

`python -m tests.mutations.run [name …]`: one line a mutation; the last line is one JSON object. Exit status 1 unless
every mistake is caught and the tree without any is found clean. A patch begins with two lines that say how:

    # caught by: one-answer
    # run: sim --steps 4000 --seed 1

Any change of the code shifts what a seed brings about: where that seed meets no fault that shows the mistake, the
next ones are tried too.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

HERE = Path(__file__).parent
TREE = HERE.parent.parent
COPIED = ("hall", "hub", "kiosk", "caller", "testbed", "tests/sim", "tests/hub", "tests/hall", "setup.cfg")
LIMIT_S = 300.0  # of one run
SEEDS = 8  # how many are tried at most
TWO_AT_ONCE = 2
# What the tree without a mistake must pass, beside the tests that mutations name.
CLEAN = ("sim --steps 4000 --seed 1", "powercut --images 300 --seed 1")


class Mutation(Struct, frozen=True):
    """A patch, the invariant or test that is to catch it, and the command that shows it. `patch` is None for none."""

    name: str
    caught_by: str
    command: str
    patch: Path | None = None


class Verdict(Struct, frozen=True):
    """What a run said of a tree. `found`: the invariants that did not hold, or `tests`."""

    found: tuple[str, ...]
    seconds: float
    words: str


def read(patch: Path) -> Mutation:
    """The mutation of a patch file. Raises ValueError without its two header lines."""
    told: dict[str, str] = {}
    for line in patch.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        key, _, value = line[2:].partition(": ")
        told[key] = value
    if not {"caught by", "run"} <= told.keys():
        raise ValueError(f"{patch.name}: begins with '# caught by: …' and '# run: …'")
    return Mutation(patch.stem, told["caught by"], told["run"], patch)


def all_mutations() -> list[Mutation]:
    """Every patch of this directory."""
    return [read(patch) for patch in sorted(HERE.glob("*.patch"))]


def tried(mutation: Mutation) -> Verdict:
    """Copy the tree, plant the mistake, run the command."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as made:
        tree = Path(made)
        for part in COPIED:
            source, target = TREE / part, tree / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, target)
        if mutation.patch is not None:
            subprocess.run(["git", "apply", "-p1", str(mutation.patch)], cwd=tree, check=True, capture_output=True)
        verdict = _run(tree, mutation.command)
        command, _, seed = mutation.command.partition(" --seed ")
        for further in range(1, SEEDS if seed and mutation.patch is not None else 0):
            if is_caught(mutation, verdict):
                break
            verdict = _run(tree, f"{command} --seed {int(seed) + further}")
        return verdict


def _run(tree: Path, command: str) -> Verdict:
    kind, *arguments = shlex.split(command)
    module = {
        "sim": ["testbed.sim"],
        "powercut": ["testbed.powercut"],
        "pytest": ["pytest", "-p", "no:cacheprovider"],
    }[kind]
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", *module, *arguments],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    took_s = time.monotonic() - began
    lines = ran.stdout.strip().splitlines() or [ran.stderr.strip()[-300:]]
    if kind == "pytest":
        return Verdict(("tests",) if ran.returncode == 1 else (), took_s, lines[-1])
    if ran.returncode not in (0, 1) or not lines[-1].startswith("{"):
        return Verdict(("crash",), took_s, ran.stderr.strip()[-300:])
    return Verdict(tuple(json.loads(lines[-1])["invariants"]), took_s, lines[0] if ran.returncode else "")


def is_caught(mutation: Mutation, verdict: Verdict) -> bool:
    """Whether the run found what the patch says."""
    expected = "tests" if mutation.command.startswith("pytest") else mutation.caught_by
    return expected in verdict.found


def main(names: Sequence[str]) -> int:
    """Try all mutations, or those named; the exit status."""
    mutations = [m for m in all_mutations() if not names or m.name in names]
    commands = {*CLEAN, *(m.command for m in mutations if m.command.startswith("pytest"))}
    clean = [Mutation("(none)", "", command) for command in sorted(commands)]
    caught = 0
    is_clean = True
    with ThreadPoolExecutor(TWO_AT_ONCE) as pool:
        for mutation, verdict in zip((*clean, *mutations), pool.map(tried, (*clean, *mutations)), strict=True):
            if mutation.patch is None:
                is_clean &= not verdict.found
                told = "clean" if not verdict.found else f"NOT CLEAN {', '.join(verdict.found)}"
            else:
                good = is_caught(mutation, verdict)
                caught += good
                told = f"caught by {mutation.caught_by}" if good else f"NOT CAUGHT by {mutation.caught_by}"
            print(f"{mutation.name:<24} {told:<28} {verdict.seconds:5.1f} s  {verdict.words[:160]}", flush=True)
    print(json.dumps({"planted": len(mutations), "caught": caught, "clean": is_clean}))
    return 0 if caught == len(mutations) and is_clean else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.mutations.run", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these mutations")
    sys.exit(main(parser.parse_args().names))
