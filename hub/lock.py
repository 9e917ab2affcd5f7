"""One hub a store: two writers, each with its own floor in memory, would give the same number out twice."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hall.errors import CannotWrite

NAME = "hub.lock"


def lock(data: Path) -> int:
    """Be alone at a data directory until the process ends, however it ends, or until the descriptor is closed. Raises
    CannotWrite if a hub runs there."""
    path = data / NAME
    try:
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise CannotWrite(f"{path}: {error}: see to its disk and its permissions") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise CannotWrite(f"{path}: another hub runs on this store: systemctl stop jiaohao-hub, or end it") from error
    return held
