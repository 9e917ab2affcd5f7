"""One hub a store: a second process ends at once and says why; a killed one leaves no lock behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.processes import hub as hub_process
from hall.errors import CannotWrite
from hub.lock import lock
from tests.hub.running import Running


def test_a_second_hub_ends_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    running = Running(tmp_path / "hall")
    try:
        running.start()
        second = hub_process(running.site)
        second.log = running.site.root / "second.log"
        second.start()
        running.hub, first = second, running.hub
        assert running.hub_ends() == 1
        running.hub = first
        assert "another hub runs on this store" in second.last_words()
        with pytest.raises(CannotWrite, match=r"hub\.lock: another hub"):
            lock(running.data)
        running.hub.kill()
        os.close(lock(running.data))
    finally:
        running.close()


def test_a_place_that_cannot_be_locked_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="see to its disk"):
        lock(tmp_path / "nowhere")
