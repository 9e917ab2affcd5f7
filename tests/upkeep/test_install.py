"""Installing into a tree: everything is there, again changes nothing, and what is somebody else's stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from upkeep import shipped
from upkeep.install import COMMAND, GROUPS, UNITS, NotInstalled, install
from upkeep.provision import Did

BIN = shutil.which("systemd-sysusers") or (os.geteuid() == 0 and shutil.which("useradd", path="/usr/sbin"))
needs_users = pytest.mark.skipif(not BIN, reason="neither systemd-sysusers nor useradd (as root) on this machine")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "usr").mkdir()
    return tmp_path


@needs_users
def test_a_tree_gets_units_user_groups_and_directories(root: Path) -> None:
    done = {line.what: line.did for line in install(root)}
    assert set(done.values()) == {Did.MADE}
    for name in ("jiaohao.target", "jiaohao-station@.service", "mosquitto.service.d/jiaohao.conf"):
        path = root / UNITS / name
        assert path.read_text() == dict(shipped.systemd())[name]
        assert path.stat().st_mode & 0o777 == 0o644
    assert (root / UNITS / "multi-user.target.wants" / "jiaohao.target").is_symlink()
    assert (root / UNITS / "timers.target.wants" / "jiaohao-backup.timer").is_symlink()
    assert (root / COMMAND).readlink() == Path("/opt/jiaohao/bin/hall")
    (user,) = [row.split(":") for row in (root / "etc/passwd").read_text().splitlines() if row.startswith("jiaohao:")]
    assert user[-1] == "/usr/sbin/nologin"
    assert {row.split(":")[0] for row in (root / "etc/group").read_text().splitlines()} >= {"jiaohao", *GROUPS}
    data = root / "var/lib/jiaohao"
    assert data.stat().st_mode & 0o777 == 0o750
    if os.geteuid() == 0:
        assert data.stat().st_uid == int(user[2])


@needs_users
def test_again_changes_nothing_and_an_old_unit_is_brought_up_to_date(root: Path) -> None:
    install(root)
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert {line.did for line in install(root)} == {Did.KEPT}
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before
    (root / UNITS / "jiaohao-hub.service").write_text("of an older version\n")
    changed = [line.what for line in install(root) if line.did is Did.CHANGED]
    assert changed == ["/etc/systemd/system/jiaohao-hub.service"]


@needs_users
def test_somebody_elses_command_is_left_alone(root: Path) -> None:
    (root / COMMAND).parent.mkdir(parents=True)
    (root / COMMAND).write_text("not ours")
    differs = [line.what for line in install(root) if line.did is Did.DIFFERS]
    assert differs == ["/usr/local/bin/hall"]
    assert (root / COMMAND).read_text() == "not ours"


def test_a_place_that_is_not_there_or_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotInstalled, match="no such directory: make it first"):
        install(tmp_path / "nowhere")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    with pytest.raises(NotInstalled, match="run it as root"):
        install(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_groups_stand_alike_in_all_three_places() -> None:
    files = dict(shipped.systemd())
    (line,) = [x for x in files["jiaohao-station@.service"].splitlines() if x.startswith("SupplementaryGroups=")]
    told = [x.split()[1] for x in files["sysusers.d/jiaohao.conf"].splitlines() if x.startswith("g ")]
    assert set(line.partition("=")[2].split()) == set(told) == GROUPS


def test_the_command_says_it_in_words(root: Path) -> None:
    if not BIN:
        pytest.skip("no users can be made here")
    done = subprocess.run(
        [sys.executable, "-m", "cli", "install", "--root", str(root), "--language", "en"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "hall provision" in done.stdout
