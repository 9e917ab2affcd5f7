"""What systemd hears, on a real datagram socket; and from the real processes that it would start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hall.station.notify import FEED_S, ServiceManager


class Manager:
    """The side of systemd: a datagram socket and what it heard."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(20)

    def hears(self) -> str:
        return self.socket.recv(4096).decode()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.socket.close()


def test_ready_alive_and_stopping(manager: Manager) -> None:
    told = ServiceManager(manager.address)
    told.ready()
    for n in range(30):
        told.alive(100.0 + n * FEED_S / 10)
    told.stopping()
    heard = [manager.hears() for _ in range(5)]
    assert heard == ["READY=1\nWATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_socket_is_found() -> None:
    manager = Manager(f"@jiaohao-test-{os.getpid()}")
    ServiceManager(manager.address).ready()
    assert manager.hears().startswith("READY=1")
    manager.socket.close()


def test_nobody_to_tell_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ServiceManager("").ready()
    ServiceManager(str(tmp_path / "gone")).ready()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    ServiceManager.of_this_process()
    assert "NOTIFY_SOCKET" not in os.environ  # a voice process that is started later does not speak for us


STATION = """
import sqlite3, sys, time
from hall.happened import Ticked
from hall.station.outbox import Outbox
from hall.station.service import Station
from tests.broker import Broker
from tests.station.test_service import Ear, settings

class Hanging(Ear):
    def handle(self, event, now, mono):
        if isinstance(event, Ticked) and "hang" in sys.argv:
            time.sleep(3600)

station = Station(settings(), outbox=Outbox(sqlite3.connect(":memory:")), link=Broker().link)
sys.exit(station.run(Hanging()))
"""


def start(manager: Manager, *words: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "NOTIFY_SOCKET": manager.address, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", STATION, *words], env=env)


def test_a_station_is_ready_feeds_the_watchdog_and_says_when_it_stops(manager: Manager) -> None:
    child = start(manager)
    try:
        assert manager.hears().startswith("READY=1")
        assert [manager.hears() for _ in range(2)] == ["WATCHDOG=1"] * 2
        child.terminate()
        while manager.hears() != "STOPPING=1":  # it may have fed the watchdog once more
            pass
        assert child.wait(20) == 0
    finally:
        child.kill()
        child.wait()


def test_a_loop_that_hangs_starves_the_watchdog(manager: Manager) -> None:
    child = start(manager, "hang")
    try:
        assert manager.hears().startswith("READY=1")
        manager.socket.settimeout(3 * FEED_S)
        with pytest.raises(TimeoutError):
            manager.hears()
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()
