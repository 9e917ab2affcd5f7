"""`python -m tests.fuzz [--runs N] [--jobs N] [--only TARGET]`: atheris on every decoder, guided by what it reaches.

A process a target, as libFuzzer never comes back; one for each processor at a time. What breaks a target is left in
fuzz-crash-* and told with its bytes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

RUNS = 1_000_000
LONGEST = 64  # bytes of an input
LONGEST_SPLICED = 16  # known frames stand for some of these: the stream is ten times as long and more
MEMORY_MB = 1024
INSTRUMENTED = ["hall.dialects", "cli.device_frames", "cli.device_escpos", "testbed.escpos_commands"]


def main() -> int:
    """0 if every target stood all its runs."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Fuzz the decoders with atheris.")
    parser.add_argument("--runs", type=int, default=RUNS, help="inputs a target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time")
    parser.add_argument("--only", help="one target, in this process")
    wanted = parser.parse_args()
    if wanted.only:
        _fuzz(wanted.only, wanted.runs)
    from tests.fuzz.targets import TARGETS

    began, failed = time.monotonic(), list[str]()
    with ThreadPoolExecutor(wanted.jobs) as pool:
        running = {pool.submit(_apart, name, wanted.runs): name for name in TARGETS}
        for ended in as_completed(running):
            stood, seconds = ended.result()
            if not stood:
                failed.append(running[ended])
            rate = wanted.runs / seconds
            print(f"{running[ended]}: {wanted.runs:,} inputs in {seconds:.0f} s ({rate:,.0f}/s)", flush=True)
    print(f"{time.monotonic() - began:.0f} s with {wanted.jobs} at a time")
    print(f"failed: {', '.join(failed)}" if failed else f"all {len(TARGETS)} targets stood {wanted.runs:,} inputs each")
    return 1 if failed else 0


def _apart(name: str, runs: int) -> tuple[bool, float]:
    """Whether a target stood all its runs in a process of its own, and its seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz", "--only", name, "--runs", str(runs)]
    stood = subprocess.run(command, check=False).returncode == 0
    return stood, time.monotonic() - began


def _fuzz(name: str, runs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import RAW, TARGETS
    longest = LONGEST if name in RAW else LONGEST_SPLICED
    options = [f"-runs={runs}", f"-max_len={longest}", f"-rss_limit_mb={MEMORY_MB}", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix=fuzz-crash-{name}-"], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
