"""Home Assistant: told of every station and device, reads their health, may write nothing of the hall's."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from cli.processes import Process, await_listening, free_port, mosquitto
from hall.messages import Clock, Health, Life, StationState, encode
from hall.topics import CLOCK, HOME_ASSISTANT, WATCH, Tree, acl
from tests.hall.halls import toml
from tests.hub.made import a_table
from tests.upkeep.test_doctor import KIOSK, SEEN
from tests.upkeep.wire import Wire
from upkeep.homeassistant import discovery
from upkeep.layout import layout
from upkeep.picture import DeviceSeen
from upkeep.provision import Provision, SiteFile
from upkeep.watch import Watch

TREE = Tree("village")
PRINTER = "homeassistant/binary_sensor/jiaohao-village-kiosk-1/device-printer/config"


def test_every_station_and_device_is_a_sensor_that_reads_the_state() -> None:
    found = {topic: json.loads(body) for topic, body in discovery(SEEN).items()}
    assert len(found) == 3  # the hub, the kiosk, its printer
    assert len({c["unique_id"] for c in found.values()}) == 3
    printer = found[PRINTER]
    assert printer["state_topic"] == TREE.state("kiosk-1")
    # The template asks for what the state has.
    state = json.loads(
        encode(StationState(station="kiosk-1", life=Life.READY, boot=1, devices={"printer": (Health.LOST, "x")}))
    )
    (name,) = re.findall(r"value_json\.devices\['(.+?)'\]\[0\]", printer["value_template"])
    assert state["devices"][name] == ["lost", "x"]
    assert "life" in state


def test_a_name_that_would_leave_its_template_is_not_offered() -> None:
    odd = replace(KIOSK, devices=(DeviceSeen("x'] }}{{ 1/0", Health.READY, ""), DeviceSeen("a/b", Health.READY, "")))
    assert len(discovery(replace(SEEN, stations=(odd,)))) == 2


def test_without_the_option_nobody_has_that_name() -> None:
    assert HOME_ASSISTANT not in acl("village", ["kiosk-1"])
    assert "homeassistant" not in acl("village", ["kiosk-1"])


def test_at_a_real_broker(tmp_path: Path) -> None:
    (tmp_path / "hall.toml").write_text(toml(a_table()), encoding="utf-8")
    at, port = layout(tmp_path / "etc"), free_port()
    Provision(at, tmp_path / "hall.toml", SiteFile(port=port, home_assistant=True)).run()
    password = (at.station(HOME_ASSISTANT) / "password").read_text().strip()
    broker = Process("broker", [mosquitto(), "-c", "broker.conf"], tmp_path / "broker.log", at.broker)
    broker.start()
    watch = Watch.of(at)
    try:
        await_listening(broker, port)
        hub = Wire(port, "hub", "hub", (at.conf / "hub.password").read_text().strip()).up()
        kiosk = Wire(port, "kiosk-1", "kiosk-1", (at.station("kiosk-1") / "password").read_text().strip()).up()
        state = StationState(station="kiosk-1", life=Life.READY, boot=1, devices={"printer": (Health.READY, "")})
        kiosk.verdict(TREE.state("kiosk-1"), encode(state), retain=True)
        watch.start()
        home = Wire(port, HOME_ASSISTANT, HOME_ASSISTANT, password).up()
        home.subscribe("homeassistant/#", TREE.state("kiosk-1"), TREE.answer("kiosk-1"))
        beacon = encode(Clock(at=1, speed=1.0, boot=1))

        def told() -> bool:
            hub.send(TREE.of(CLOCK), beacon)
            watch.turn(0.1)
            return any(topic == PRINTER for topic, _ in home.heard)

        _until(told)
        assert any(topic == TREE.state("kiosk-1") for topic, _ in home.heard)
        hub.verdict(TREE.answer("kiosk-1"), b"secret")
        assert home.verdict(TREE.state("kiosk-1"), b"{}") == "Not authorized"
        assert home.verdict(PRINTER, b"") == "Not authorized"
        assert not any(topic == TREE.answer("kiosk-1") for topic, _ in home.heard)
        for wire in (hub, kiosk, home):
            wire.close()
    finally:
        watch.stop()
        broker.end()
    # Taken back: the identity goes.
    Provision(at, None, SiteFile(port=port)).run()
    assert not (at.station(HOME_ASSISTANT) / "password").exists()
    assert f"user {HOME_ASSISTANT}" not in (at.broker / "acl").read_text()
    assert f"user {WATCH}" in (at.broker / "acl").read_text()


def _until(right: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not right():
        assert time.monotonic() < limit
