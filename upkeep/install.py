"""Installing into a machine, or into a tree below `root`: units, the user, directories. Again, to upgrade.

The program itself is put into /opt/jiaohao by `make install`, which then calls this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from hall.errors import HallError
from upkeep import shipped
from upkeep.credentials import write_whole
from upkeep.layout import INSTALLED, PROGRAM, USER
from upkeep.provision import Did, Line

UNITS = Path("etc/systemd/system")
ELSEWHERE = {"sysusers.d": Path("etc/sysusers.d"), "journald.conf.d": Path("etc/systemd/journald.conf.d")}
ENABLED = ("jiaohao.target", "jiaohao-backup.timer", "jiaohao-open.timer", "jiaohao-close.timer")
GROUPS = {"dialout", "lp", "audio", "video", "input", "gpio"}  # as in sysusers.d and the stations' unit
COMMAND = Path("usr/local/bin/hall")
READABLE = 0o644
LIMIT_S = 120


class NotInstalled(HallError, RuntimeError):
    """A step that failed: what was tried, and what it said."""


def install(root: Path) -> list[Line]:
    """Write what is missing or old below `root`; what was done. Raises NotInstalled or OSError."""
    if not root.is_dir():
        raise NotInstalled(f"{root}: no such directory: make it first, or leave --root out to install on this machine")
    if not os.access(root, os.W_OK):
        raise NotInstalled(f"{root}: cannot be written: run it as root (sudo make install), or with --root DIR")
    lines = [_file(root, path, text) for path, text in files()]
    lines.append(_command(root))
    lines.append(_user(root))
    for place, mode in ((INSTALLED.conf, 0o755), (INSTALLED.data, 0o750)):
        lines.append(_directory(_below(root, place), mode))
    _own(root)
    _enable(root)
    return lines


def files() -> list[tuple[Path, str]]:
    """Every shipped file and its place, relative to the root."""
    found = []
    for name, text in shipped.systemd():
        folder, _, rest = name.partition("/")
        found.append((ELSEWHERE[folder] / rest if folder in ELSEWHERE else UNITS / name, text))
    return found


def _file(root: Path, path: Path, text: str) -> Line:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    existed = target.exists()
    wrote = write_whole(target, text, READABLE)
    target.chmod(READABLE)
    return Line(Did.KEPT if not wrote else Did.CHANGED if existed else Did.MADE, f"/{path}")


def _command(root: Path) -> Line:
    path, program = root / COMMAND, PROGRAM / "bin" / "hall"
    if path.is_symlink() and path.readlink() == program:
        return Line(Did.KEPT, f"/{COMMAND}")
    if path.exists() or path.is_symlink():
        return Line(Did.DIFFERS, f"/{COMMAND}", str(program))  # somebody else's: not ours to replace
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(program)
    return Line(Did.MADE, f"/{COMMAND}", str(program))


def _directory(path: Path, mode: int) -> Line:
    existed = path.is_dir()
    path.mkdir(parents=True, exist_ok=True)
    if not existed:
        path.chmod(mode)
    return Line(Did.KEPT if existed else Did.MADE, str(path))


def _user(root: Path) -> Line:
    """The user, and the groups of the devices where a small system has none."""
    existed = _id_of(root) is not None
    missing = GROUPS - set(_first_fields(root / "etc/group"))
    if existed and not missing:
        return Line(Did.KEPT, USER)
    if sysusers := shutil.which("systemd-sysusers"):
        _run([sysusers, f"--root={root}", "jiaohao.conf"])
    else:
        place = [] if root == Path("/") else ["--prefix", str(root)]
        for group in sorted(missing):
            _run(["/usr/sbin/groupadd", *place, "--system", group])
        if not existed:
            home, shell = str(INSTALLED.data), "/usr/sbin/nologin"
            options = ["--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", shell]
            _run(["/usr/sbin/useradd", *place, *options, USER])
    if _id_of(root) is None:
        raise NotInstalled(f"there is no user {USER}, and neither systemd-sysusers nor useradd made one")
    return Line(Did.MADE, USER)


def _first_fields(path: Path) -> list[str]:
    return [row.partition(":")[0] for row in path.read_text().splitlines()] if path.exists() else []


def _id_of(root: Path) -> tuple[int, int] | None:
    """User and group id of ours in the tree's own passwd."""
    try:
        rows = (root / "etc/passwd").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    for row in rows:
        name, *rest = row.split(":")
        if name == USER:
            return int(rest[1]), int(rest[2])
    return None


def _own(root: Path) -> None:
    found = _id_of(root)
    if found is not None and os.geteuid() == 0:
        os.chown(_below(root, INSTALLED.data), *found)


def _enable(root: Path) -> None:
    """Start with the machine; in a tree, or where systemd does not run, only the links are made."""
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        for unit in ENABLED:
            wants = root / UNITS / ("timers.target.wants" if unit.endswith(".timer") else "multi-user.target.wants")
            wants.mkdir(exist_ok=True)
            if not (wants / unit).is_symlink():
                (wants / unit).symlink_to(f"/{UNITS / unit}")
        return
    _run([systemctl, f"--root={root}", "--quiet", "enable", *ENABLED])
    if root == Path("/") and Path("/run/systemd/system").exists():
        _run([systemctl, "daemon-reload"])
        # The running programs' files have just been replaced under them.
        _run([systemctl, "try-restart", "jiaohao.target"])


def _below(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{' '.join(command)}: {error}") from error
    if done.returncode != 0:
        raise NotInstalled(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")
