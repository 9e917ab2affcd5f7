"""Plant each known mistake of a sender in a copy of the tree, and see that the replay of a small day names it.

`python -m tests.mutations.replayed [name …]`: one line a mutation; exit status 1 unless every mistake is named and the
tree without any reconciles. The patches are in replay/; each begins with a line that says what is to be named:

    # named: was printed 2 times
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.replay.small import ROOT, day_of, hall_of, replay

PATCHES = Path(__file__).parent / "replay"
NAMED = "# named: "
TICKETS = 24
NOT_COPIED = (".venv", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", "*.egg-info", "bench")


def named_by(patch: Path) -> str:
    """What the replay is to say of a patch. Raises ValueError without its first line."""
    first = patch.read_text(encoding="utf-8").splitlines()[0]
    if not first.startswith(NAMED):
        raise ValueError(f"{patch.name}: begins with '{NAMED}…'")
    return first.removeprefix(NAMED)


def differences(patch: Path | None) -> tuple[list[str], str]:
    """What a replay of the tree with this mistake finds, and what it printed."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as made:
        tree, place = Path(made) / "tree", Path(made)
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*NOT_COPIED))
        if patch is not None:
            subprocess.run(["git", "apply", "-p1", str(patch)], cwd=tree, check=True, capture_output=True)
        ran, result = replay(hall_of(place), day_of(place, TICKETS), place / "out", tree=tree, speed=60)
        if not result:
            return [f"it did not run: {ran.stderr[-300:]}"], ran.stdout
        assert ran.returncode == (1 if result["differences"] else 0)
        return [row["what"] for row in result["differences"]], ran.stdout


def main(names: Sequence[str]) -> int:
    """Try all, or those named; the exit status."""
    patches = [patch for patch in sorted(PATCHES.glob("*.patch")) if not names or patch.stem in names]
    good = 0
    for patch in (None, *patches):
        began = time.monotonic()
        found, _ = differences(patch)
        took_s = time.monotonic() - began
        wanted = "" if patch is None else named_by(patch)
        is_right = not found if patch is None else any(wanted in what for what in found)
        good += is_right
        first = next((what for what in found if wanted in what), found[0] if found else "no difference")
        name = "(none)" if patch is None else patch.stem
        print(f"{name:<24} {'named' if is_right else 'NOT NAMED':<10} {took_s:5.1f} s  {first[:160]}", flush=True)
    print(json.dumps({"planted": len(patches), "named": good - 1 if good else 0}))
    return 0 if good == len(patches) + 1 else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.mutations.replayed", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these mutations")
    sys.exit(main(parser.parse_args().names))
