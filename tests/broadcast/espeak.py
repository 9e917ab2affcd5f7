"""The program espeak-ng: what the voice process is measured against."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def espeak(*arguments: str) -> str:
    """What it prints. Raises CalledProcessError."""
    unpacked = Path(sys.prefix) / "bin/espeak-ng"  # by setup.sh, where the system has none
    program = str(unpacked) if unpacked.is_file() else "espeak-ng"
    run = subprocess.run([program, *arguments], capture_output=True, text=True, check=True, timeout=20)
    return run.stdout
