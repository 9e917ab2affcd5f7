"""`python -m broadcast.speak VOICE RATE`: the voice process. One order a line on stdin, one answer a line on stdout,
until EOF.

    {"text": "号到", "file": "clips/….wav"}  →  {"done": true}
                                             →  {"error": "…"}

In a process of its own because of what pyttsx3 2.99 does with eSpeak: `runAndWait` comes back before the end of the
utterance, or never, so that one clip may hold the words or the voice of another; and a voice it does not know is
refused in silence. Hence one voice a process, which waits for each end by itself and is killed by whoever started it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Final

from broadcast.audio import BadAudio, read_wav, trimmed, write_wav
from hall.errors import HallError

LIMIT_S: Final = 60  # an orphan that hangs ends itself: nobody is left to kill it
UTTERANCE_S: Final = 6.0  # usual are 0.02 s


class CannotSpeak(HallError, RuntimeError):
    """The engine refuses the voice, or does not come to the end of an utterance."""


def main() -> int:
    """The process' exit status: 0 at the end of the orders."""
    parser = argparse.ArgumentParser(prog="broadcast.speak", description="Records clips for the voice of a zone.")
    parser.add_argument("voice")
    parser.add_argument("rate", type=int)
    wanted = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # pyttsx3 prints on stdout
    engine = Engine(wanted.voice, wanted.rate)
    for line in sys.stdin:
        signal.alarm(LIMIT_S)
        order = json.loads(line)
        try:
            engine.record(order["text"], Path(order["file"]))
            answer: dict[str, object] = {"done": True}
        except (OSError, ValueError, RuntimeError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        signal.alarm(0)
    return 0


class Engine:
    """pyttsx3 with one voice."""

    def __init__(self, voice: str, rate: int) -> None:
        import pyttsx3
        from pyttsx3.drivers._espeak import Synchronize
        from pyttsx3.drivers.espeak import EspeakDriver

        self._ended = threading.Event()
        self._completed = False
        self._errors: list[str] = []
        self._engine: Any = pyttsx3.init("espeak")
        self._engine.connect("finished-utterance", self._finished)
        self._engine.connect("error", self._failed)
        self._until_idle = Synchronize
        # Past the engine's own queue: that keeps what is set until the first utterance, and cancels it if eSpeak has
        # not taken it when the text follows (one process of 1,200 then spoke every clip at another pace).
        for name, value in (("voice", voice), ("rate", rate)):
            self._until_idle()  # a voice is set at once, a rate in eSpeak's own thread
            EspeakDriver.setProperty(name, value)
        self._until_idle()
        if (set_to := EspeakDriver.getProperty("rate")) != rate:
            raise CannotSpeak(f"eSpeak did not take the rate {rate}; it has {set_to}")

    def record(self, text: str, path: Path) -> None:
        """The text as a trimmed clip. Raises OSError, BadAudio, CannotSpeak."""
        raw = path.with_suffix(f".{os.getpid()}.raw")
        raw.touch()  # a place that cannot be written must be told: pyttsx3 loses that error in a callback
        try:
            self._ended.clear()
            self._completed = False
            self._engine.save_to_file(text, str(raw))
            self._engine.runAndWait()
            ended = self._ended.wait(UTTERANCE_S)
            self._until_idle()  # else pyttsx3 takes the next utterance for this one, and cancels it
            if not ended or not self._completed:
                raise CannotSpeak(f"eSpeak did not come to the end of {text!r}")
            if self._errors:
                raise CannotSpeak(f"eSpeak refused: {self._errors[0]}")
            sound = trimmed(read_wav(raw))
            if not sound:
                raise BadAudio(f"no sound came for {text!r}")
            write_wav(path, sound)
        finally:
            raw.unlink(missing_ok=True)

    def _finished(self, name: object, completed: object) -> None:
        del name
        self._completed = completed is True
        self._ended.set()

    def _failed(self, name: object, exception: object) -> None:
        del name
        self._errors.append(str(exception))


if __name__ == "__main__":
    sys.exit(main())
