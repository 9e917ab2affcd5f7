"""The photos beside a hall file, as `hall check` judges them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from hall.photo import MOST_BYTES, Fault, is_photo

ORIENTATION: Final = 0x0112  # EXIF: how the camera was held; screens draw the pixels as they are
UPRIGHT: Final = 1


def judged(directory: Path) -> dict[str, Fault | None]:
    """What is wrong with each photo of a directory; None: nothing. Without the directory there are none."""
    return {path.name: _fault(path) for path in directory.glob("*") if is_photo(path.name) and path.is_file()}


def _fault(path: Path) -> Fault | None:
    try:
        if path.stat().st_size > MOST_BYTES:
            return Fault.TOO_LARGE
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            turned = image.getexif().get(ORIENTATION, UPRIGHT) != UPRIGHT
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # what Pillow raises for a broken file
        return Fault.BROKEN
    return Fault.TURNED if turned else None
