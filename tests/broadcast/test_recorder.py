"""The voice process is watched: one that hangs, dies or talks nonsense is killed and replaced."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broadcast.clips import Clips
from broadcast.recorder import Recorder, Recording
from broadcast.values import Clip
from tests.broadcast.made import wording_of
from tests.broadcast.waiting import Heard, wait_until

LIMIT_S = 4.0  # for the start of a process and a clip; one that hangs is waited for so long
ONE, TWO, THREE = (Clip("zh", text) for text in ("一", "二", "三"))

# A voice process of the test's own: it records tones, notes its process id, and misbehaves where the file `troubles`
# has a word for the text, once for each time it stands there.
PROCESS = """
    import json, os, sys, time
    from pathlib import Path
    from broadcast.audio import tones, write_wav
    folder = Path(sys.argv[1])
    with (folder / "pids").open("a") as pids:
        pids.write(f"{os.getpid()}\\n")
    for line in sys.stdin:
        order = json.loads(line)
        with (folder / "orders").open("a") as orders:
            orders.write(order["text"] + "\\n")
        troubles = json.loads((folder / "troubles").read_text())
        trouble = next((t for t in troubles if t[0] == order["text"]), None)
        if trouble is not None:
            troubles.remove(trouble)
            (folder / "troubles").write_text(json.dumps(troubles))
            Path(order["file"]).with_suffix(f".{os.getpid()}.raw").touch()
            if trouble[1] == "hang":
                time.sleep(60)
            elif trouble[1] == "held":
                while not (folder / "go").exists():
                    time.sleep(0.01)
            elif trouble[1] == "die":
                os._exit(3)
            elif trouble[1] == "babble":
                print("Audio saved", flush=True)
                continue
            elif trouble[1] == "error":
                print(json.dumps({"error": "no voice"}), flush=True)
                continue
        write_wav(Path(order["file"]), tones([(440.0, 0.0)], 0.1, 0.1))
        print(json.dumps({"done": True}), flush=True)
"""


class Studio:
    """A recorder with the test's own voice process."""

    def __init__(self, folder: Path, limit_s: float = LIMIT_S) -> None:
        self.folder = folder
        self.clips = Clips(folder / "clips", [wording_of("zh")])
        self.heard = Heard[Recording]()
        (folder / "voice.py").write_text(textwrap.dedent(PROCESS))
        self.trouble()
        command = (sys.executable, str(folder / "voice.py"), str(folder))
        self.recorder = Recorder(self.clips, self.heard, command, limit_s=limit_s, retry_s=0.2)

    def trouble(self, *troubles: tuple[str, str]) -> None:
        (self.folder / "troubles").write_text(json.dumps(troubles))

    def pids(self) -> list[int]:
        file = self.folder / "pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def orders(self) -> list[str]:
        file = self.folder / "orders"
        return file.read_text().split() if file.exists() else []


@contextmanager
def studio(folder: Path, limit_s: float = LIMIT_S) -> Iterator[Studio]:
    made = Studio(folder, limit_s)
    made.recorder.start()
    try:
        yield made
    finally:
        made.recorder.close()
    wait_until(lambda: not any(map(is_alive, made.pids())), 5)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_process_goes_when_all_is_recorded(tmp_path: Path) -> None:
    with studio(tmp_path) as made:
        made.recorder.want([ONE, TWO, ONE])
        assert made.heard.next(10) == Recording(True)
        wait_until(lambda: not made.clips.missing([ONE, TWO]), 10)
        (pid,) = made.pids()
        wait_until(lambda: not is_alive(pid), 10)
        made.recorder.want([ONE, TWO])  # both are there: no process for that
        made.recorder.want([THREE])
        wait_until(lambda: not made.clips.missing([THREE]), 10)
        assert len(made.pids()) == 2


@pytest.mark.parametrize("trouble", ["hang", "die", "babble"])
def test_a_process_that_fails_is_killed_and_replaced(tmp_path: Path, trouble: str) -> None:
    with studio(tmp_path) as made:
        made.trouble(("一", trouble))
        made.recorder.want([ONE, TWO])
        wait_until(lambda: not made.clips.missing([ONE, TWO]), 15)
        first, second = made.pids()
        assert not is_alive(first)
        assert {path.suffix for path in made.clips.directory.iterdir()} == {
            ".wav",
            ".jsonl",
        }  # nothing half made
        assert made.heard.next(5) == Recording(True)
        assert first != second


def test_an_error_leaves_the_process_alone(tmp_path: Path) -> None:
    with studio(tmp_path) as made:
        made.trouble(("一", "error"))
        made.recorder.want([ONE, TWO])
        wait_until(lambda: not made.clips.missing([ONE, TWO]), 15)
        assert len(made.pids()) == 1


def test_a_clip_that_cannot_be_recorded_is_set_aside_and_the_others_are_recorded(tmp_path: Path) -> None:
    with studio(tmp_path) as made:
        made.trouble(*[("一", "error")] * 4)
        made.recorder.want([ONE, TWO, THREE])
        wait_until(lambda: not made.recorder.awaits([ONE, TWO, THREE]), 15)
        assert made.clips.missing([ONE, TWO, THREE]) == [ONE]


def test_a_voice_that_never_works_is_told_and_tried_again(tmp_path: Path) -> None:
    with studio(tmp_path) as made:
        made.trouble(*[("一", "die")] * 2, *[("二", "die")] * 2)
        made.recorder.want([ONE, TWO])
        assert made.heard.next(15) == Recording(False, "cannot_record")
        assert not made.recorder.awaits([ONE, TWO])
        made.trouble()
        made.recorder.want([ONE], soon=True)
        assert made.heard.next(15) == Recording(True)


def test_what_is_needed_soon_comes_first(tmp_path: Path) -> None:
    many = [Clip("zh", str(n)) for n in range(40)]
    with studio(tmp_path, limit_s=30) as made:
        made.trouble(("0", "held"))
        made.recorder.want(many)
        wait_until(lambda: made.orders() == ["0"], 20)
        made.recorder.want([THREE], soon=True)
        (tmp_path / "go").touch()
        wait_until(lambda: not made.clips.missing([THREE, *many]), 20)
        assert made.orders() == ["0", "三", *(clip.text for clip in many[1:])]


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    clips = Clips(tmp_path, [wording_of("zh")])
    heard = Heard[Recording]()
    recorder = Recorder(clips, heard, (str(tmp_path / "nothing"),), limit_s=1.0)
    recorder.start()
    recorder.want([ONE, TWO])
    try:
        assert heard.next(10) == Recording(False, "cannot_record")
    finally:
        recorder.close()


def test_closing_does_not_wait_for_a_process_that_hangs(tmp_path: Path) -> None:
    made = Studio(tmp_path)
    made.trouble(("一", "hang"))
    made.recorder.start()
    made.recorder.want([ONE])
    wait_until(lambda: bool(made.pids()), 10)
    closing = threading.Thread(target=made.recorder.close)
    closing.start()
    closing.join(timeout=5)
    assert not closing.is_alive()
    wait_until(lambda: not any(map(is_alive, made.pids())), 5)
