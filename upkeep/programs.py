"""Other programs of this machine: where they are, and what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

COMMAND_LIMIT_S: Final = 60


def program(name: str) -> str | None:
    """Where a program is: in the environment, on PATH or where root's are."""
    places = [str(Path(sys.prefix) / "bin"), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]
    return shutil.which(name, path=os.pathsep.join(places))


def said(*command: str) -> str | None:
    """What a program says; None if it is not there, fails to start or takes too long."""
    found = program(command[0])
    if found is None:
        return None
    try:
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [found, *command[1:]], capture_output=True, text=True, timeout=COMMAND_LIMIT_S, check=False, env=env
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout
