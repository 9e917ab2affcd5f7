"""The plan of mishaps is the seed's alone; the door cuts whom it is told; a cable keeps its name."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import serial

from cli.processes import free_port
from testbed.door import Door, client_id
from testbed.mishaps import KINDS, Place, plan
from testbed.plugs import Cable
from testbed.printer import VirtualPrinter
from testbed.reconciling.findings import AFTER_S, Findings, Mishap
from testbed.sharedline import SharedLine

PLACE = Place(stations=("kiosk-1", "line-1", "voice-1"), cables=("line-1",), printers=("kiosk-1",))
HELLO = b"\x10\x17\x00\x04MQTT\x05\x02\x00\x3c\x05\x11\x00\x00\x00\x10\x00\x05kiosk"


def test_the_same_seed_is_the_same_bad_day() -> None:
    assert list(islice(plan(3, PLACE), 40)) == list(islice(plan(3, PLACE), 40))
    assert list(islice(plan(3, PLACE), 40)) != list(islice(plan(4, PLACE), 40))


@pytest.mark.parametrize("seed", range(20))
def test_every_kind_comes_once_before_any_comes_again(seed: int) -> None:
    orders = list(islice(plan(seed, PLACE), 60))
    assert {order.kind for order in orders[: len(KINDS)]} == set(KINDS)
    known = {*PLACE.stations, "hub", "broker", "*", "line-1", "printer-kiosk-1"}
    for order in orders:
        assert order.target in known
        assert order.felt_by == (("*",) if order.target in ("hub", "broker", "*") else order.felt_by)
        assert KINDS[order.kind][1][0] <= order.lasts_s <= KINDS[order.kind][1][1]


def test_a_place_without_printers_has_no_mishaps_of_printers() -> None:
    bare = Place(stations=("line-1",), cables=(), printers=())
    assert {o.kind for o in islice(plan(1, bare), 200)}.isdisjoint({"pull", "paper_out", "cover_open", "silent"})


def test_who_comes_through_the_door() -> None:
    assert client_id(HELLO) == "kiosk"
    assert client_id(b"\x10") == client_id(b"GET / HTTP/1.1") == client_id(b"") == ""


@pytest.fixture
def broker() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        yield listening


def _through(door: Door, broker: socket.socket) -> tuple[socket.socket, socket.socket]:
    client = socket.create_connection(("127.0.0.1", door.port), 10)
    behind, _ = broker.accept()
    behind.settimeout(10)
    client.sendall(HELLO)
    assert behind.recv(100) == HELLO
    return client, behind


def test_a_cut_breaks_both_ends_of_the_one_who_is_meant(broker: socket.socket) -> None:
    with Door(free_port(), broker.getsockname()[1]) as door:
        client, behind = _through(door, broker)
        assert door.cut("somebody") == 0
        behind.sendall(b"pong")
        assert client.recv(10) == b"pong"
        assert door.cut("kiosk") == 1
        assert _ended(client)
        assert _ended(behind)
        client.close()
        behind.close()


def test_half_open_passes_nothing_and_then_breaks(broker: socket.socket) -> None:
    with Door(free_port(), broker.getsockname()[1]) as door:
        client, behind = _through(door, broker)

        def meanwhile(_lasts_s: float) -> None:
            client.sendall(b"lost")
            behind.settimeout(0.3)
            with pytest.raises(TimeoutError):
                behind.recv(10)

        assert door.half_open("kiosk", 1.0, meanwhile) == 1
        assert _ended(client)
        client.close()
        behind.close()


def _ended(end: socket.socket) -> bool:
    end.settimeout(10)
    with contextlib.suppress(ConnectionResetError):
        while end.recv(100):
            pass
    return True


@pytest.mark.parametrize("kind", [VirtualPrinter, SharedLine])
def test_a_cable_that_was_pulled_is_put_in_again(tmp_path: Path, kind: type[VirtualPrinter] | type[SharedLine]) -> None:
    with kind() as device:
        cable = Cable(tmp_path / "port", device)
        with serial.Serial(str(cable.name), timeout=5, write_timeout=5) as port:
            cable.pull()
            with pytest.raises((serial.SerialException, OSError)):
                _use(port)
        assert not cable.name.exists()
        cable.put_in()
        with serial.Serial(str(cable.name), timeout=5, write_timeout=5) as port:
            port.write(b"\x10\x04\x01")
            if isinstance(device, VirtualPrinter):
                assert port.read(1) == b"\x12"


def _use(port: serial.Serial) -> None:
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        port.write(b"\x00")
        port.read(1)


def test_a_difference_is_excused_by_a_mishap_that_was_felt_there_and_then() -> None:
    mishap = Mishap(
        number=1,
        kind="kill",
        target="voice-1",
        began=1000,
        ended=1060,
        real_began_s=1,
        real_ended_s=2,
        felt_by=("voice-1",),
    )
    found = Findings((mishap,), speed=60)
    assert found.is_excused("a", ("voice-1", "hub"), 1030)
    assert found.is_excused("b", ("voice-1",), 1060 + AFTER_S * 60)
    assert not found.is_excused("c", ("kiosk-1", "hub"), 1030)
    assert not found.is_excused("d", ("voice-1",), 1061 + AFTER_S * 60)
    assert not found.is_excused("e", ("voice-1",), 700)
    assert [row["what"] for row in found.exceptions] == ["a", "b"]
    assert all(row["cause"].startswith("1: kill voice-1") and row["fault"] == 1 for row in found.exceptions)
    assert [row["what"] for row in found.differences] == ["c", "d", "e"]
