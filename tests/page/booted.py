"""systemd itself as the first process of a tree, in namespaces of its own: the units run as they will in a hall, with
their sandboxes. Only the network is this machine's, so that packages can be had."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")
LIMIT_S: Final = 60.0
UP: Final = ("running", "degraded")
# A Debian has it; debootstrap's smallest variant leaves it out.
PACKAGES: Final = "systemd systemd-sysv systemd-timesyncd dbus"
# The tree's own proc, devices (with this machine's terminals: the printer hangs on one), and cgroups of either version.
BOOT: Final = """
set -e
echo $$ > "$2/cgroup.procs"
exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup sh -e -c '
mount --make-rprivate /
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -t sysfs -o ro sysfs "$0/sys"
mount -t tmpfs tmpfs "$0/run"
mount -t tmpfs tmpfs "$0/tmp"
mount -t tmpfs -o mode=755 tmpfs "$0/dev"
for name in null zero full random urandom tty; do touch "$0/dev/$name"; mount --bind "/dev/$name" "$0/dev/$name"; done
mkdir "$0/dev/pts" "$0/dev/shm"
mount --rbind /dev/pts "$0/dev/pts"
ln -s pts/ptmx "$0/dev/ptmx"
touch "$0/dev/console"
if [ -d /sys/fs/cgroup/systemd ]; then
    mount -t tmpfs -o mode=755 tmpfs "$0/sys/fs/cgroup"
    mkdir "$0/sys/fs/cgroup/systemd"
    mount -t cgroup -o none,name=systemd,xattr cgroup "$0/sys/fs/cgroup/systemd"
else
    mount -t cgroup2 cgroup2 "$0/sys/fs/cgroup"
fi
cd "$0"
pivot_root . .  # not chroot: there no unit could have users of its own (PrivateUsers)
umount -l .
cd /
exec env -i container=jiaohao-page PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
' "$1"
"""


class NotBooted(Exception):
    """systemd does not run here, and what it said."""


class Booted:
    """A tree whose systemd runs. Raises NotBooted."""

    def __init__(self, root: Path) -> None:
        named = CGROUPS / "systemd"
        self._group = (named if named.is_dir() else CGROUPS) / f"jiaohao-page-{os.getpid()}"
        try:
            self._group.mkdir()
        except OSError as error:
            raise NotBooted(f"no cgroup can be made: {error}") from error
        command = ["sh", "-c", BOOT, "boot", str(root), str(self._group)]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        limit = time.monotonic() + LIMIT_S
        while self._state() not in UP:
            if self._child.poll() is not None or time.monotonic() > limit:
                self._child.kill()
                said = self._child.communicate()[0].strip()
                self._clean()
                raise NotBooted(said or f"not up within {LIMIT_S:g} s")
            time.sleep(0.2)

    @property
    def place(self) -> Path:
        """The tree as its processes see it, from here: /run and /tmp are its own."""
        return Path(f"/proc/{self._init()}/root")

    def command(self, *words: str) -> list[str]:
        """A command that runs beside the tree's other processes."""
        spaces = ["--mount", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd"]
        return ["nsenter", "--target", str(self._init()), *spaces, *words]

    def close(self) -> None:
        """The power button: everything ends in its order."""
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            subprocess.run(self.command("systemctl", "poweroff"), capture_output=True, timeout=LIMIT_S, check=False)
            self._child.wait(LIMIT_S)
        self._child.kill()
        self._child.communicate()
        self._clean()

    def _init(self) -> int:
        """systemd's own process id, seen from here."""
        try:
            told = Path(f"/proc/{self._child.pid}/task/{self._child.pid}/children").read_text().split()
        except OSError as error:
            raise ProcessLookupError("systemd has ended") from error
        if not told:
            raise ProcessLookupError("systemd has not begun, or has ended")
        return int(told[0])

    def _state(self) -> str:
        try:
            command = self.command("systemctl", "is-system-running")
            return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
        except (ProcessLookupError, subprocess.TimeoutExpired):
            return ""

    def _clean(self) -> None:
        for path in sorted(self._group.rglob("*"), reverse=True):
            if path.is_dir():
                with contextlib.suppress(OSError):
                    path.rmdir()
        with contextlib.suppress(OSError):
            self._group.rmdir()


def can_boot() -> bool:
    """Whether the tools are there at all."""
    return all(shutil.which(name) for name in ("unshare", "nsenter", "chroot"))
