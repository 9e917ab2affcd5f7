"""Bad input against the real hub and broker: a clear error in the log and on the state, and the rest goes on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import paho.mqtt.client as paho
import psutil
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hall.messages import Answer, Issued, Life, Next, Refusal, TakeTicket, decode
from hub.verify import verify
from tests.hub.made import KIOSK, MORNING, code
from tests.hub.running import LIMIT_S, TAKE, Client, Running

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    hall = Running(tmp_path / "hall")
    yield hall
    hall.close()


def goes_on(client: Client, now: int, request: str = "after") -> Issued:
    reply = client.asked(request, TAKE, now)
    assert isinstance(reply, Issued), reply
    return reply


def test_broken_late_repeated_and_misdirected_messages(running: Running) -> None:
    kiosk = running.start()
    window = running.client("window-2")
    for junk in (b"", b"\xff\x00", b"{", b'{"id":"u","body":{"ask":"open_safe"}}', b'{"x":' + b"[" * 9_000):
        kiosk.send(junk)
    kiosk.send(b'{"id":"big","body":{"ask":"cancel","request":"' + b"y" * 20_000 + b'"}}')
    assert code(kiosk.answer("u")) is Refusal.MALFORMED
    assert code(kiosk.answer("big")) is Refusal.OVERSIZED
    assert kiosk.alert("bad-message-kiosk-1").kind == "bad_message"
    kiosk.ask("late", TAKE, running.now - 120_000)
    assert code(kiosk.answer("late")) is Refusal.LATE
    assert code(window.asked("other", Next(window=1), running.now)) is Refusal.NOT_YOUR_WINDOW
    assert window.alert("bad-message-window-2").detail == "next: not_your_window"
    kiosk.ask("twice", TAKE, running.now)
    kiosk.ask("twice", TAKE, running.now)
    first, second = kiosk.until(lambda: kiosk.answers("twice")[:2] if kiosk.answers("twice")[1:] else None, "two")
    assert first == second
    assert goes_on(kiosk, running.now).label == "A002"
    said = running.hub.log.read_text()
    assert "not a request" in said
    assert "oversized: 200" in said
    assert "take_ticket came too late" in said
    assert "next refused: not_your_window" in said
    assert "Traceback" not in said


def test_a_stations_words_for_another_do_not_reach_the_hub(running: Running) -> None:
    """The broker's ACL: neither another's requests nor the hub's own topics."""
    kiosk = running.start()
    stolen = kiosk.tree.ask("window-1")
    kiosk.send(b'{"id":"x","body":{"ask":"cancel","request":"y"}}', stolen)
    kiosk.send(b'{"id":"x","body":{"ask":"cancel","request":"y"}}', kiosk.tree.answer("window-1"))
    goes_on(kiosk, running.now)
    assert running.hub.end() == 0
    db = sqlite3.connect(running.data / "hub.db")
    assert db.execute("SELECT DISTINCT station FROM replies").fetchall() == [(KIOSK,)]
    db.close()


def test_a_station_cannot_take_the_hubs_place_at_the_broker(running: Running) -> None:
    """Connecting under the hub's client id would throw the hub off: the broker takes the user name instead."""
    kiosk = running.start()
    before = running.broker.log.read_text().count("as hub (")
    thief = paho.Client(CallbackAPIVersion.VERSION2, client_id="hub", protocol=paho.MQTTv5)
    thief.username_pw_set("window-3", running.site.password("window-3"))
    there = threading.Event()
    thief.on_connect = lambda *_: there.set()
    thief.connect("127.0.0.1", running.site.port)
    thief.loop_start()
    assert there.wait(LIMIT_S)
    goes_on(kiosk, running.now)
    thief.disconnect()
    thief.loop_stop()
    broker = running.broker.log.read_text()
    assert "as window-3 (" in broker
    assert broker.count("as hub (") == before == 1


def test_the_broker_listens_where_the_site_says_and_nowhere_else(running: Running) -> None:
    running.start_broker()
    own = [c for c in psutil.Process(running.broker.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert [(c.laddr.ip, c.laddr.port) for c in own] == [("127.0.0.1", running.site.port)]


def test_a_broker_away_at_the_start_is_waited_for(running: Running) -> None:
    running.hub.start()
    await_word(running, "nobody answers")
    running.start_broker()
    kiosk = running.client()
    kiosk.hub_is(lambda s: s.life == "ready")
    assert goes_on(kiosk, running.now).label == "A001"
    assert running.hub.log.read_text().count("nobody answers") == 1


def test_a_broker_that_went_away_is_waited_for_and_nothing_promised_is_lost(running: Running) -> None:
    kiosk = running.start()
    first = goes_on(kiosk, running.now, "first")
    running.broker.kill()
    await_word(running, "broker: ")
    kiosk.heard = [(topic, body) for topic, body in kiosk.heard if topic != kiosk.tree.state("hub")]
    running.start_broker()
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.READY, 1))  # the hub is back at a broker that knew nothing
    kiosk.ask("first", TAKE, running.now)
    (again, *_) = kiosk.until(lambda: kiosk.answers("first")[1:] or None, "the same answer again")
    assert decode(again, Answer).reply == first
    assert goes_on(kiosk, running.now).label == "A002"


def await_word(running: Running, word: str) -> None:
    """Until the hub's log has a word."""
    process = subprocess.run(
        ["/usr/bin/timeout", "8", "sh", "-c", f"until grep -q '{word}' '{running.hub.log}'; do sleep 0.05; done"],
        check=False,
    )
    assert process.returncode == 0, running.hub.last_words()


def test_a_clock_behind_the_last_event_is_told_at_the_start(running: Running) -> None:
    kiosk = running.start()
    goes_on(kiosk, running.now, "first")
    running.hub.end()
    running.set_clock(MORNING - 3_600_000)
    running.hub.start()
    kiosk.hub_is(lambda s: (s.life, s.reason, s.boot) == (Life.DEGRADED, "clock_behind", 2))
    assert "set the clock" in kiosk.alert("clock-behind").detail
    kiosk.opening(lambda o: (o.taking, o.reason) == (False, "clock_behind"))
    assert code(kiosk.asked("behind", TAKE, running.now)) is Refusal.CLOCK_BEHIND
    running.hub.end()
    running.set_clock(MORNING + 60_000)
    running.hub.start()
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.READY, 3))
    kiosk.alert("clock-behind", lambda a: a.ended_at is not None)
    assert goes_on(kiosk, running.now).label == "A002"
    assert "clock_behind, nothing is promised" in running.hub.log.read_text()


# --- disks ---


@pytest.fixture
def small_disk(running: Running) -> Iterator[Path]:
    """The hub's directory on a disk of 400 KiB of its own."""
    running.data.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", running.data], check=False)
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield running.data
    running.close()
    subprocess.run(["umount", running.data], check=True)


@AS_ROOT
def test_a_full_disk_promises_nothing_and_recovers(running: Running, small_disk: Path) -> None:
    kiosk = running.start()
    first = goes_on(kiosk, running.now, "first")
    stuff = small_disk / "somebody-elses"
    with stuff.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1_024))
        except OSError:
            pass
    labels = [first.label]
    for n in range(1_000):
        kiosk.ask(f"w{n}", TAKE, running.now)
        if kiosk.until(partial(answered, kiosk, f"w{n}"), "an answer or a trouble") == "trouble":
            break
        labels.append(goes_on(kiosk, running.now, f"w{n}").label)
    kiosk.hub_is(lambda s: (s.life, s.reason) == (Life.DEGRADED, "cannot_write"))
    assert "full" in kiosk.alert("cannot-write").detail
    kiosk.opening(lambda o: (o.taking, o.reason) == (False, "cannot_write"))
    stuff.unlink()
    kiosk.hub_is(lambda s: s.life == Life.READY)
    kiosk.alert("cannot-write", lambda a: a.ended_at is not None)
    late = goes_on(kiosk, running.now, f"w{n}")  # the station's repeat
    assert [*labels, late.label] == [f"A{k:03}" for k in range(1, len(labels) + 2)]
    assert "cannot_write, nothing is promised" in running.hub.log.read_text()
    assert running.hub.end() == 0
    assert verify(small_disk / "hub.db", rebuild=True).broken is None


def answered(kiosk: Client, request: str) -> str | None:
    """How a request went, once that is known."""
    state = kiosk.last(kiosk.tree.state("hub"))
    if state is not None and b"cannot_write" in state:
        return "trouble"
    return "answer" if kiosk.answers(request) else None


@AS_ROOT
def test_a_read_only_disk_at_the_start_is_a_clear_error_and_nothing_is_started(
    running: Running, small_disk: Path
) -> None:
    kiosk = running.start()
    goes_on(kiosk, running.now)
    running.hub.end()
    before = sorted(p.name for p in small_disk.iterdir())
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    running.hub.start()
    assert running.hub_ends() == 1
    last = running.hub.last_words(1)
    assert "hub.lock" in last  # the first thing that a start writes
    assert "Read-only file system" in last
    assert "permissions" in last
    assert "Traceback" not in running.hub.log.read_text()
    assert sorted(p.name for p in small_disk.iterdir()) == before
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.LOST, 1))
    assert verify(small_disk / "hub.db", rebuild=True).broken is None
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    running.hub.start()
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.READY, 2))


def test_a_store_that_takes_no_commit_degrades_the_hub_until_it_does(running: Running) -> None:
    """Held by another program for longer than the hub waits."""
    kiosk = running.start()
    goes_on(kiosk, running.now, "first")
    other = sqlite3.connect(running.data / "hub.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    kiosk.ask("second", TAKE, running.now)
    kiosk.hub_is(lambda s: (s.life, s.reason) == (Life.DEGRADED, "cannot_write"))
    assert "locked" in kiosk.alert("cannot-write").detail
    other.execute("ROLLBACK")
    other.close()
    kiosk.hub_is(lambda s: s.life == Life.READY)
    assert goes_on(kiosk, running.now, "second").label == "A002"


def test_a_store_that_cannot_be_opened_is_a_clear_error(running: Running) -> None:
    running.data.mkdir(parents=True)
    (running.data / "hub.db").mkdir()
    running.hub.start()
    assert running.hub_ends() == 1
    assert "hub.db: unable to open database file" in running.hub.last_words(1)


def test_mistakes_in_the_hubs_file_are_told_and_nothing_is_started(running: Running) -> None:
    path = running.site.root / "hub.toml"
    path.write_text(path.read_text().replace("port = ", "prot = "))
    running.hub.start()
    assert running.hub_ends() == 1
    assert "prot" in running.hub.last_words()
    assert not (running.data / "hub.db").exists()


def test_an_end_by_signal_is_said_by_the_hub_itself(running: Running) -> None:
    kiosk = running.start()
    assert running.hub.end() == 0
    kiosk.hub_is(lambda s: s.life == Life.LOST)
    running.hub.start()
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.READY, 2))
    running.hub.kill()
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.LOST, 2))


def test_a_hub_that_was_killed_finds_everything_it_promised(running: Running) -> None:
    kiosk = running.start()
    window = running.client("window-1")
    labels = [goes_on(kiosk, running.now, f"t{n}").label for n in range(5)]
    running.hub.kill()
    running.hub.start()
    kiosk.hub_is(lambda s: (s.life, s.boot) == (Life.READY, 2))
    kiosk.ask("t4", TAKE, running.now)
    kiosk.until(lambda: kiosk.answers("t4")[1:] or None, "the answer again")
    assert len(set(kiosk.answers("t4"))) == 1
    assert goes_on(kiosk, running.now).label == "A006"
    assert code(window.asked("n", Next(window=1), running.now)) is Refusal.NOT_SIGNED_IN
    assert labels == [f"A{n:03}" for n in range(1, 6)]
    assert code(kiosk.asked("m", TakeTicket(matter="nothing"), running.now)) is Refusal.UNKNOWN_MATTER
