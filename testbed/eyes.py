"""Reads large labels in pictures of screens: how well a text, drawn by another painter, fits anywhere in one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hall.station.settings import fonts

WIDTH: Final = 960  # pictures are looked at in this width: enough for digits that are read across a hall
SIZES: Final = tuple(range(20, 131, 2))  # of the text, in pixels of the picture looked at
SURE: Final = 0.8  # a text that is there fits better than this
Grey = NDArray[np.uint8]


def fit(picture: Path, text: str) -> float:
    """How well the text fits where it fits best, 0 to 1."""
    grey = _looked_at(picture)
    best = 0.0
    for size in SIZES:
        mark = _mark(text, size)
        if mark.shape[0] <= grey.shape[0] and mark.shape[1] <= grey.shape[1]:
            found = cv2.matchTemplate(grey, mark, cv2.TM_CCOEFF_NORMED)
            best = max(best, float(np.abs(found).max()))  # dark on light fits as well as light on dark
    return best


def read(picture: Path, texts: Sequence[str]) -> str | None:
    """Which of the texts stands in the picture; None if none does. Two that differ in one digit both fit well: the
    better one is meant."""
    fits = {text: fit(picture, text) for text in texts}
    best = max(fits, key=lambda text: fits[text])
    return best if fits[best] > SURE else None


def _looked_at(path: Path) -> Grey:
    with Image.open(path) as picture:
        height = round(picture.height * WIDTH / picture.width)
        return np.asarray(picture.convert("L").resize((WIDTH, height), Image.Resampling.LANCZOS))


@lru_cache(maxsize=4_096)
def _mark(text: str, size: int) -> Grey:
    face = fonts().bold
    font = ImageFont.truetype(face.path, size, index=face.index)
    left, top, right, bottom = font.getbbox(text)
    picture = Image.new("L", (round(right - left) + 4, round(bottom - top) + 4), 0)
    ImageDraw.Draw(picture).text((2 - left, 2 - top), text, fill=255, font=font)
    return np.asarray(picture)
