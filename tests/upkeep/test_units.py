"""The systemd units as they ship: hardened, complete, and their ExecStart lines known to the program."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from upkeep import shipped
from upkeep.install import ENABLED

UNITS = dict(shipped.systemd())
SERVICES = sorted(name for name in UNITS if name.endswith(".service"))
THRESHOLD = 20
# What Debian 12 ships, where the package is not installed.
DEBIANS = "[Service]\nType=notify\nExecStart=/usr/sbin/mosquitto -c /etc/mosquitto/mosquitto.conf\n"


class Options(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr


def options(name: str) -> list[tuple[str, str, str]]:
    """Section, key and value of every line, as often as it stands there."""
    found, section = [], ""
    for line in UNITS[name].splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.append((section, key, value))
    return found


def values(name: str, key: str) -> list[str]:
    return [value for _, k, value in options(name) if k == key]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name, text in UNITS.items():
        path = root / "etc" / "systemd" / "system" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    debians = Path("/lib/systemd/system/mosquitto.service")
    target = root / "lib" / "systemd" / "system" / debians.name
    target.parent.mkdir(parents=True)
    target.write_text(debians.read_text() if debians.exists() else DEBIANS)
    return root


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze: apt-get install systemd")
@pytest.mark.parametrize("unit", [*(name.replace("@.", "@kiosk-1.") for name in SERVICES), "mosquitto.service"])
def test_every_service_is_hardened(tree: Path, unit: str) -> None:
    command = ["systemd-analyze", "security", f"--root={tree}", "--offline=true", f"--threshold={THRESHOLD}"]
    done = subprocess.run([*command, "--no-pager", unit], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level" in done.stdout
    assert not done.stderr  # a key that systemd does not know is told there


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_starts_what_there_is(name: str) -> None:
    (start,) = values(name, "ExecStart")
    program, isolated, module, what, *rest = start.split()
    assert (program, isolated, module) == ("/opt/jiaohao/bin/python", "-I", "-m")
    if what == "cli":
        from typer.main import get_command

        from cli.__main__ import app

        command = get_command(app).commands[rest[0]]  # type: ignore[attr-defined]
        given = {word for word in rest if word.startswith("--")}
        assert given <= {option for p in command.params for option in p.opts}
    else:
        assert what == "hub"
    assert values(name, "LimitCORE") == ["0"]
    assert values(name, "User") == ["jiaohao"]


@pytest.mark.parametrize("name", [n for n in SERVICES if values(n, "Type") == ["notify"]])
def test_every_daemon_is_watched_and_started_again(name: str) -> None:
    assert values(name, "WatchdogSec") == ["30"]
    assert values(name, "Restart") == ["always"]
    assert values(name, "StartLimitIntervalSec") == ["0"]  # a hall is not given up because of five bad minutes


def test_what_is_no_daemon_is_started_by_a_timer() -> None:
    once = {name for name in SERVICES if values(name, "Type") == ["oneshot"]}
    assert once == {f"jiaohao-{name}.service" for name in ("backup", "open", "close")}
    assert {name.replace(".service", ".timer") for name in once} == {n for n in UNITS if n.endswith(".timer")}
    assert {n for n in UNITS if n.endswith(".timer")} | {"jiaohao.target"} == set(ENABLED)


def test_stations_stop_before_the_hub_and_the_hub_before_the_broker() -> None:
    (station,) = values("jiaohao-station@.service", "After")
    (hub,) = values("jiaohao-hub.service", "After")
    assert {"mosquitto.service", "jiaohao-hub.service"} <= set(station.split())
    assert "mosquitto.service" in hub.split()


def test_the_brokers_drop_in_starts_the_shipped_configuration() -> None:
    name = "mosquitto.service.d/jiaohao.conf"
    assert values(name, "ExecStart") == ["", "/usr/sbin/mosquitto -c /etc/jiaohao/broker/broker.conf"]
    assert "include_dir conf.d\n" in shipped.broker_conf()
    assert values(name, "WorkingDirectory") == ["/etc/jiaohao/broker"]  # what conf.d is relative to
    assert values(name, "LimitCORE") == ["0"]


@pytest.mark.parametrize("name", sorted(UNITS))
def test_what_a_unit_names_is_shipped_or_debians(name: str) -> None:
    debians = {"multi-user.target", "timers.target", "network-online.target", "time-sync.target", "sound.target",
               "mosquitto.service"}  # fmt: skip
    named = set(re.findall(r"[\w@.-]+\.(?:service|target|timer)", "\n".join(v for _, _, v in options(name))))
    assert named <= set(UNITS) | debians
