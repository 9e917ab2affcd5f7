"""Where the recordings of a pad's prompts are."""

from __future__ import annotations

from pathlib import Path

from evaluator.values import Spoken


def recordings(directory: Path, language: str) -> dict[Spoken, Path]:
    """The files of a language: the Chinese ones in the directory, others in one of their own below."""
    place = directory if language == "zh" else directory / language
    return {spoken: place / f"{spoken}.wav" for spoken in Spoken}
