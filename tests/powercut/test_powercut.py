"""500 power cuts of the hub's real store: nothing that was promised is lost, and a weaker store is found out.

`make powercut` does 10,000.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from testbed.powercut.__main__ import main
from testbed.powercut.recording import NoTracing, strace
from testbed.powercut.run import PowerCuts, Ran, checked_again
from tests.mutations.run import all_mutations, is_caught, tried

try:
    strace()
except NoTracing as refused:
    pytest.skip(f"nothing can be recorded here: {refused}", allow_module_level=True)

IMAGES = 500
TREE = Path(__file__).parents[2]


def test_nothing_promised_is_lost_in_500_power_cuts(tmp_path: Path) -> None:
    keep = tmp_path / "failed"
    command = [sys.executable, "-m", "testbed.powercut", "--images", str(IMAGES), "--keep", str(keep)]
    ran = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=200)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}"
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (told["images"], told["lost"], told["failed"], told["found"]) == (IMAGES, 0, 0, {})
    assert not keep.exists()
    # It was worth it: most cuts leave something open, at different moments, and the WAL goes round.
    assert told["unsynced"] > IMAGES / 2
    assert told["moments"] > IMAGES * 0.9
    assert told["numbers"] > IMAGES * 20
    assert told["checkpoints"] >= 3
    assert told["lives"] >= 3


@pytest.mark.parametrize("name", ["synchronous-normal"])
def test_a_store_that_syncs_less_is_found_out(name: str) -> None:
    mutation = next(m for m in all_mutations() if m.name == name)
    verdict = tried(mutation)
    assert is_caught(mutation, verdict), verdict


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's answers are looked for in vain, without planting anything in the hub."""
    monkeypatch.setattr("testbed.powercut.check._replies", lambda _db: {})


@pytest.mark.usefixtures("broken")
def test_a_failing_disk_is_kept_and_can_be_checked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep = tmp_path / "failed"
    ran = PowerCuts(7, 9, tmp_path, keep=keep).run()
    assert ran.failed >= 5
    assert len(ran.kept) == 5
    kept = Path(ran.kept[0])
    assert sorted(path.name for path in kept.iterdir()) == ["case.json", "disk", "transcript.jsonl", "why.txt"]
    again = Counter(mistake.what for mistake in checked_again(kept, tmp_path))
    why = (kept / "why.txt").read_text(encoding="utf-8").splitlines()
    assert again == Counter(line.partition(":")[0] for line in why[3:])
    assert main(["--image", str(kept)]) == 1
    assert "was told" in capsys.readouterr().out
    # The command in the file makes the same cut again.
    assert f"--images 9 --seed 7 --only {kept.name.rpartition('-')[2]}" in why[1]
    number = int(kept.name.rpartition("-")[2])
    once: Ran = PowerCuts(7, 9, tmp_path, keep=tmp_path / "again", only=number).run()
    assert (once.images, once.failed) == (1, 1)
    lines = [(place / kept.name / "transcript.jsonl").read_bytes() for place in (keep, tmp_path / "again")]
    assert lines[0] == lines[1]


def test_what_cannot_be_checked_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--image", str(tmp_path)]) == 2
    assert "case.json" in capsys.readouterr().err
