"""`hall prompts`: records what a rating pad says (您好，请您对我的工作给予评价 · 谢谢) with the voice of a zone.

A hall may put recordings of its own people in their place: 16-bit WAV files of the same names.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from broadcast.audio import read_wav, seconds, write_wav
from broadcast.clips import Clips
from broadcast.recorder import LIMIT_S, TRIES, Recorder
from broadcast.utterance import wording
from broadcast.values import Clip
from evaluator.recordings import recordings
from hall.errors import HallError
from hall.station.settings import words

LOOK_S: Final = 0.02


class NotRecorded(HallError, OSError):
    """A prompt that cannot be recorded, or must not be."""


def record(directory: Path, language: str, console: Console, *, replace: bool = False) -> None:
    """Write the prompts' files and tell each with its words. Raises NotRecorded; without the voice nothing is
    written."""
    files = recordings(directory, language)
    there = [str(path) for path in files.values() if path.exists()]
    if there and not replace:
        raise NotRecorded(f"{', '.join(there)}: recorded already; --replace records anew")
    said = words("evaluator", language)
    sounds = spoken(language, [said(f"prompt.{prompt}") for prompt in files])
    for (prompt, path), pcm in zip(files.items(), sounds, strict=True):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_wav(path, pcm)
        except OSError as error:
            raise NotRecorded(f"{path} cannot be written: {error}") from error
        line = f"{path}  {seconds(pcm):.1f} s  {said(f'prompt.{prompt}')}"
        console.print(Text(line), soft_wrap=True)


def spoken(language: str, texts: list[str]) -> list[bytes]:
    """The texts as sound, recorded in the voice's own process. Raises NotRecorded."""
    voice = wording(language, words("broadcast", language))
    wanted = [Clip(language, text) for text in texts]
    quiet = logging.getLogger("broadcast")
    quiet.addHandler(logging.NullHandler())  # trouble is told in one sentence, below
    with tempfile.TemporaryDirectory(prefix="jiaohao-prompts-") as place:
        clips = Clips(Path(place), [voice])
        recorder = Recorder(clips, on_change=lambda _recording: None)
        recorder.want(wanted)
        recorder.start()
        try:
            until = time.monotonic() + LIMIT_S * TRIES * len(wanted)
            while clips.missing(wanted) and recorder.awaits(wanted) and time.monotonic() < until:
                time.sleep(LOOK_S)
            missing = clips.missing(wanted)
            if missing:
                reason = recorder.trouble or "no answer in time"
                raise NotRecorded(
                    f"{missing[0].text}: not recorded: {reason}. Is espeak-ng installed (./setup.sh or apt-get install "
                    f"espeak-ng), and does it have the voice {voice.voice!r} (espeak-ng --voices)?"
                )
        finally:
            recorder.close()
        return [read_wav(clips.path(clip)) for clip in wanted]
