"""`make page`: docs/technician.md followed line by line in a fresh Debian, as root, with debootstrap and network.

    python -m tests.page TREE

Its commands are read from the page itself. The tree's own systemd runs as its first process where namespaces can be
had; elsewhere `systemctl` starts the units' own ExecStart lines. A virtual printer hangs on the kiosk's port; somebody
takes a number, the nightly jobs run, and at the end the power button is pressed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import msgspec

from hall.profile import PrinterProfile
from hall.station.settings import profile
from testbed.printer import VirtualPrinter
from testbed.touch import Touch
from tests.page.booted import PACKAGES, Booted, NotBooted, can_boot
from tests.page.units import Units
from tests.whole.village import label_on

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "technician.md"
MIRROR = "http://deb.debian.org/debian"
MOUNTS = ("proc", "dev", "dev/pts")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSED = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL")  # how this machine reaches the packages
CERTIFICATES = "root/host-certificates.pem"
STORE = "/var/lib/jiaohao/hub/hub.db"
TOUCHES = (("departments", "department:civil-affairs"), ("matters", "matter:senior-card"), ("confirm", "yes"))
# What the timers start. The doctor's 1 says that the clock is not synchronised, which a tree cannot mend.
JOBS = {"jiaohao-open": ("0", "1", "2"), "jiaohao-close": ("0",), "jiaohao-backup": ("0",)}
STOP_LIMIT_S = 60.0
TARGET = ("mosquitto.service", "jiaohao-hub.service", "jiaohao-watch.service")


def commands(page: str) -> list[str]:
    """The lines of the page's sh blocks, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


class Tree:
    """A Debian below a directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.units = Units(root)
        self.booted: Booted | None = None
        self.place = "/root"

    def make(self) -> None:
        if not (self.root / "etc/debian_version").exists():
            subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(self.root), MIRROR], check=True)
        for name in MOUNTS:
            if not (self.root / name).is_mount():
                subprocess.run(["mount", "--bind", f"/{name}", str(self.root / name)], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        if "PIP_CERT" in os.environ:
            shutil.copy(os.environ["PIP_CERT"], self.root / CERTIFICATES)
        self._copy_project()

    def boot(self) -> str:
        """Let the tree's systemd run; why it does not, or nothing."""
        if not can_boot():
            return "unshare and nsenter are not on this machine"
        self.run(f"apt-get update && apt-get install -y --no-install-recommends {PACKAGES}")
        try:
            self.booted = Booted(self.root)
        except NotBooted as error:
            return str(error)
        return ""

    @property
    def seen(self) -> Path:
        """The tree as its processes see it."""
        return self.booted.place if self.booted is not None else self.root

    def _copy_project(self) -> None:
        target = self.root / "root/jiaohao"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        packed = subprocess.run(
            ["tar", "-c", "--null", "-T", "-"], cwd=ROOT, input=listed, capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", str(target)], input=packed, check=True)

    def run(self, command: str, *, good: tuple[int, ...] = (0,)) -> str:
        """A command in the tree; what it said."""
        env = {name: os.environ[name] for name in PASSED if name in os.environ}
        env |= {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
        if "PIP_CERT" in os.environ:
            env["PIP_CERT"] = f"/{CERTIFICATES}"
        inside = ["bash", "-c", f"cd {self.place} && {command}"]
        words = ["chroot", str(self.root), *inside] if self.booted is None else self.booted.command(*inside)
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
        assert done.returncode in good, f"{command}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def follow(self, line: str) -> str:
        """One line of the page."""
        words = line.split()
        if words[0] == "cd":
            self.place = words[1]
            return ""
        if words[0] == "systemctl" and self.booted is None:
            for name in TARGET if words[-1] == "jiaohao.target" else [w for w in words if "@" in w]:
                assert self.units.start(name if name.endswith(".service") else f"{name}.service"), name
            return ""
        if words[:2] == ["hall", "doctor"]:
            return self._doctor(line)
        return self.run(line, good=(0, 2) if words[:2] == ["hall", "check"] else (0,))

    def _doctor(self, line: str) -> str:
        """What a tree cannot have is a clock of its own, and a nightly backup that has run: nothing else may be bad."""
        told = self.run(line, good=(0, 1, 2))
        found = json.loads(self.run(f"{line} --json", good=(0, 1, 2)))["findings"]
        bad = [f for f in found if f["severity"] == "bad" and f["code"] != "clock"]
        assert not bad, bad
        return told

    def jobs(self) -> None:
        """What the timers start at night and in the morning, each under its own sandbox."""
        for name, good in JOBS.items():
            self.run(f"systemctl start {name}", good=(0, 1))
            assert self._says("ExecMainStatus", name) in good, self.run(f"journalctl -u {name} -o cat")

    def stop(self) -> dict[str, str]:
        """Stop everything in order; what became of each."""
        if self.booted is None:
            return {name: str(status) for name, status in self.units.stop_all().items()}
        told = self.run(
            "systemctl list-units --state=running --plain --no-legend 'jiaohao-*.service' mosquitto.service"
        )
        units = [line.split()[0] for line in told.splitlines()]
        self.run("systemctl stop jiaohao.target")  # those that are part of it stop with it, each in its turn
        limit = time.monotonic() + STOP_LIMIT_S
        while any(self._says("ActiveState", unit) not in ("inactive", "failed") for unit in units):
            assert time.monotonic() < limit, units
            time.sleep(0.2)
        units.sort(key=lambda unit: int(self._says("InactiveEnterTimestampMonotonic", unit)))
        stations = [unit for unit in units if "@" in unit]
        assert set(units[: len(stations)]) <= {*stations, "jiaohao-watch.service"}, units
        assert [unit for unit in units if unit in TARGET[:2]] == [*reversed(TARGET[:2])], units
        return {unit: self._says("ExecMainStatus", unit) for unit in units}

    def _says(self, name: str, unit: str) -> str:
        """What systemd says of a unit."""
        return self.run(f"systemctl show --property={name} --value {unit}").strip()

    def close(self) -> None:
        self.units.stop_all()
        if self.booted is not None:
            self.booted.close()
        for name in reversed(MOUNTS):
            subprocess.run(["umount", str(self.root / name)], check=False)


def open_at_any_hour(tree: Tree) -> None:
    """Step 5, the hall's own hours: whoever tries the page does so at any time of any day."""
    path = tree.root / "root/hall/hall.toml"
    text = re.sub(r"^taking = .*$", 'taking = [["00:00", "23:59"]]', path.read_text(), flags=re.MULTILINE)
    path.write_text(re.sub(r"^weekdays = .*$", "weekdays = [1, 2, 3, 4, 5, 6, 7]", text, flags=re.MULTILINE))


def settle(tree: Tree, printer: VirtualPrinter) -> None:
    """Step 7: the ports of this machine, and screens without a display."""
    stations = tree.root / "etc/jiaohao/stations"
    os.chmod(printer.path, 0o666)  # noqa: PTH101 - a device
    for path in stations.glob("*/station.toml"):
        table, name = tomllib.loads(path.read_text(encoding="utf-8")), path.parent.name
        for row in (row for value in table.values() for row in (value if isinstance(value, list) else [value])):
            if isinstance(row, dict) and "printer" in row:
                row["printer"] = printer.path
            if isinstance(row, dict) and "screen" in row:
                row["screen"] |= {"finger": f"/run/jiaohao-{name}/finger"}
        path.write_bytes(msgspec.toml.encode(table))
        (path.parent / "environment").write_text("SDL_VIDEODRIVER=dummy\n")


def take_a_number(tree: Tree, printer: VirtualPrinter) -> str:
    """At the kiosk, as a citizen; the label on the slip."""
    touch = Touch(tree.seen / "run/jiaohao-kiosk-1/finger", limit_s=60)
    try:
        for page, key in TOUCHES:
            touch.wait_for(page)
            touch.tap(key)
        return label_on(printer.next_slip(20).text)
    finally:
        touch.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.page", description=__doc__)
    parser.add_argument("tree", type=Path)
    arguments = parser.parse_args()
    kind = profile("escpos-80mm")
    assert isinstance(kind, PrinterProfile)
    tree = Tree(arguments.tree.absolute())
    begun = time.monotonic()
    try:
        tree.make()
        alone = tree.boot()
        print(f"no systemd here, the units' own lines are run: {alone}" if alone else "systemd runs in the tree")
        with VirtualPrinter(kind) as printer:
            for line in commands(PAGE.read_text(encoding="utf-8")):
                if line == "systemctl restart jiaohao.target":
                    settle(tree, printer)
                if line.startswith("hall check"):
                    open_at_any_hour(tree)
                print(f"[{time.monotonic() - begun:6.1f} s] {line}", flush=True)
                print(tree.follow(line), end="", flush=True)
            print("a number:", take_a_number(tree, printer))
            print(tree.run("hall status --once --language en"))
            print(tree.run(f"hall backup --to /root/usb && hall log verify --rebuild {STORE}"))
            if tree.booted is not None:
                tree.jobs()
            ended = tree.stop()
            assert set(ended.values()) == {"0"}, ended
            print("stopped in order:", " ".join(ended))
    finally:
        tree.close()
    print(f"the page ends in a running hall: {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
