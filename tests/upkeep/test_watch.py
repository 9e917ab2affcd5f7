"""The watch over a running hall: the picture, the figures for Prometheus, and the table that a technician sees."""

from __future__ import annotations

import http.client
import io
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from cli.processes import free_port
from cli.status import Spoken, drawn
from hall.messages import DeviceSeen, Health, Issued, Life, Printed, StationState, encode
from hall.model import AlertKind, Printing
from hall.topics import WATCH
from tests.hub.made import KIOSK, MORNING
from tests.hub.running import TAKE, Client, Running
from upkeep.picture import AlertSeen, Picture, StationSeen, WindowSeen, as_json, from_json, hub_is_here
from upkeep.watch import Watch, serve, shown


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Client]]:
    running = Running(tmp_path_factory.mktemp("watched"))
    try:
        client = running.start()
        issued = client.asked("one", TAKE, MORNING)
        assert isinstance(issued, Issued)
        client.asked("printed", Printed(ticket=issued.ticket, outcome=Printing.ON_PAPER), MORNING)
        client.asked("paper", DeviceSeen(device="printer", health=Health.DEGRADED, reason="paper_out"), MORNING)
        state = StationState(
            station=KIOSK, life=Life.READY, boot=3, devices={"printer": (Health.DEGRADED, "paper_out")}
        )
        client.bus.publish(client.tree.state(KIOSK), encode(state), retain=True)
        yield running, client
    finally:
        running.close()


def watch(running: Running) -> Watch:
    return Watch(running.site.hall, running.site.port, running.site.password(WATCH))


@pytest.fixture(scope="module")
def picture(hall: tuple[Running, Client]) -> Picture:
    return watch(hall[0]).look_for(10)


def test_one_look_shows_the_whole_hall(picture: Picture) -> None:
    assert hub_is_here(picture)
    assert picture.taking is True
    assert picture.waiting["main"] + picture.waiting["self"] >= 1
    by_id = {s.id: s for s in picture.stations}
    assert (by_id[KIOSK].life, by_id[KIOSK].boot) == (Life.READY, 3)
    assert [(d.name, d.health, d.reason) for d in by_id[KIOSK].devices] == [("printer", Health.DEGRADED, "paper_out")]
    assert by_id["desk-1"].life is None
    assert [w.state for w in picture.windows] == ["closed"] * 3
    assert "device-kiosk-1-printer" in {a.id for a in picture.alerts}
    assert from_json(as_json(picture)) == picture


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("short", [False, True])
def test_the_table_says_it_in_words(picture: Picture, language: str, short: bool) -> None:
    out = io.StringIO()
    Console(file=out, width=120).print(drawn(picture, Spoken.of(language), short=short))
    told = out.getvalue()
    wanted = {
        "zh": ("从未出现", "关闭", "打印机", "缺纸或卡纸"),
        "en": ("never seen", "closed", "printer", "out of paper"),
    }
    for word in (KIOSK, *wanted[language]):
        assert word in told
    assert "paper_out" not in told


def test_the_figures_are_on_loopback_and_name_nobody(hall: tuple[Running, Client], picture: Picture) -> None:
    port = free_port()
    server = serve(lambda: picture, port)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.request("GET", "/etc/passwd")
        assert connection.getresponse().status == 404
        connection.close()
        assert shown(port) == picture
    finally:
        server.shutdown()
        server.server_close()
    found = {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }
    assert found["jiaohao_hub_up", ()] == 1
    assert found["jiaohao_station_up", (("station", KIOSK),)] == 1
    assert found["jiaohao_station_up", (("station", "desk-1"),)] == 0
    paper = (("device", "printer"), ("reason", "paper_out"), ("station", KIOSK))
    assert found["jiaohao_device_up", paper] == 0
    assert found["jiaohao_windows", (("state", "closed"),)] == 3
    assert not re.search(r"[A-Z]\d{3}", text)
    assert not any(c.name in text or c.badge in text.split() for c in hall[0].site.hall.clerks)
    assert shown(port) is None


def test_the_watch_sees_the_hub_and_the_broker_go(hall: tuple[Running, Client]) -> None:
    running, _ = hall
    looking = watch(running)
    looking.start()
    try:
        _until(looking, hub_is_here)
        running.hub.end()
        _until(looking, lambda p: p.hub.life is Life.LOST)
        running.broker.end()
        _until(looking, lambda p: not p.broker)
        running.start_broker()
        running.hub.start()
        _until(looking, hub_is_here)
    finally:
        looking.stop()


def _until(looking: Watch, right: object) -> None:
    assert callable(right)
    limit = time.monotonic() + 20
    while not right(looking.picture()):
        assert time.monotonic() < limit, looking.picture()
        looking.turn(0.5)


def test_a_large_hall_fits_a_small_terminal(picture: Picture) -> None:
    windows = tuple(WindowSeen(n, "serving", f"A{n:03}", n) for n in range(1, 33))
    well = tuple(StationSeen(f"pad-{n}", Life.READY) for n in range(1, 33))
    alerts = tuple(AlertSeen(f"x{n}", AlertKind.LONG_WAIT, "pension", f"A{n:03}", MORNING) for n in range(20))
    large = replace(picture, windows=windows, stations=(*picture.stations[:1], *well), alerts=alerts)
    console = Console(file=io.StringIO(), width=100, height=40)
    lines = console.render_lines(drawn(large, Spoken.of("en"), short=True))
    assert len(lines) < 40
    told = "\n".join("".join(segment.text for segment in line) for line in lines)
    assert KIOSK in told  # in trouble: by name, with why
    assert "out of paper" in told
    assert "32 stations are well" in told
    assert "A019" in told
    assert "14 older alerts" in told


def test_two_who_look_take_turns(hall: tuple[Running, Client], tmp_path: Path) -> None:
    """One identity has one connection: without turns each threw the other out, and saw a broker that is away."""
    running, _ = hall
    turn = tmp_path / "watch.password"
    turn.touch()
    lookers = [Watch(running.site.hall, running.site.port, running.site.password(WATCH), turn=turn) for _ in range(4)]
    with ThreadPoolExecutor(len(lookers)) as pool:
        pictures = list(pool.map(lambda w: w.look_for(10), lookers))
    assert all(hub_is_here(p) for p in pictures)


def test_without_a_broker_nothing_is_said_of_stations(hall: tuple[Running, Client]) -> None:
    running, _ = hall
    away = Watch(running.site.hall, free_port(), "x").look_for(3)
    console = Console(file=io.StringIO(), width=100)
    told = "".join(s.text for line in console.render_lines(drawn(away, Spoken.of("en"))) for s in line)
    assert "hall doctor" in told
    assert "never seen" not in told
    assert "no alerts" not in told
