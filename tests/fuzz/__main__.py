"""`python -m tests.fuzz [--runs N] [--only TARGET]`: atheris on every decoder, guided by what code it reaches.

A process a target: libFuzzer never comes back. What breaks a target is left in fuzz-crash-* and told with its bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

RUNS = 1_000_000
LONGEST = 64  # bytes of an input; known frames stand for some of them
MEMORY_MB = 1024
INSTRUMENTED = ["hall.dialects", "cli.device_frames", "cli.device_escpos", "testbed.escpos_commands"]


def main() -> int:
    """0 if every target stood all its runs."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description="Fuzz the decoders with atheris.")
    parser.add_argument("--runs", type=int, default=RUNS, help="inputs a target")
    parser.add_argument("--only", help="one target, in this process")
    wanted = parser.parse_args()
    if wanted.only:
        _fuzz(wanted.only, wanted.runs)
    from tests.fuzz.targets import TARGETS

    failed = []
    for name in TARGETS:
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.fuzz", "--only", name, "--runs", str(wanted.runs)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
        print(f"{name}: {wanted.runs:,} inputs in {time.monotonic() - began:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else f"all {len(TARGETS)} targets stood {wanted.runs:,} inputs each")
    return 1 if failed else 0


def _fuzz(name: str, runs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import TARGETS
    options = [f"-runs={runs}", f"-max_len={LONGEST}", f"-rss_limit_mb={MEMORY_MB}", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix=fuzz-crash-{name}-"], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
