"""`python -m broadcast.speak`: the voice process. One order a line on stdin, one answer a line on stdout, until EOF.

    {"text": "号到", "voice": "cmn-latn-pinyin", "rate": 165, "file": "clips/….wav"}  →  {"done": true}
                                                                                     →  {"error": "…"}

In a process of its own because pyttsx3 may never come back from `runAndWait`: whoever started it kills it then.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from broadcast.audio import BadAudio, read_wav, trimmed, write_wav

LIMIT_S: Final = 60  # an orphan that hangs ends itself: nobody is left to kill it


def main() -> int:
    """The process' exit status: 0 at the end of the orders."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # pyttsx3 prints on stdout
    import pyttsx3

    engine = pyttsx3.init("espeak")
    for line in sys.stdin:
        signal.alarm(LIMIT_S)
        order = json.loads(line)
        try:
            _render(engine, order)
            answer: dict[str, object] = {"done": True}
        except (OSError, ValueError, RuntimeError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        signal.alarm(0)
    return 0


def _render(engine: Any, order: dict[str, Any]) -> None:
    path = Path(order["file"])
    raw = path.with_suffix(f".{os.getpid()}.raw")
    raw.unlink(missing_ok=True)
    raw.touch()  # what cannot be written must be told: pyttsx3 loses the error in a callback and waits for ever
    try:
        engine.setProperty("voice", order["voice"])
        engine.setProperty("rate", order["rate"])
        engine.save_to_file(order["text"], str(raw))
        engine.runAndWait()
        sound = trimmed(read_wav(raw))
        if not sound:
            raise BadAudio(f"no sound came for {order['text']!r}; is the voice {order['voice']!r} installed?")
        write_wav(path, sound)
    finally:
        raw.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
