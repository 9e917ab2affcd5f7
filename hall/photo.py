"""A clerk's photo (公示牌: 姓名、编号、相片, seed §(八)3).

The hall file tells a bare file name, and a station with a screen has the files in a directory of its own. Pictures do
not travel on the bus.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

DIRECTORY: Final = "photos"  # beside the station file; `hall check` looks for it beside the hall file
MOST_BYTES: Final = 4_000_000  # a portrait has some tens of kB; a camera's own file would hold up a small computer
_NAME: Final = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,99}\.(?:png|jpe?g)", re.IGNORECASE)


class Fault(StrEnum):
    """Why a file that is there is not drawn, or not as it should be."""

    TOO_LARGE = "too_large"
    BROKEN = "broken"
    TURNED = "turned"  # a camera's mark says that it lies on its side


def is_photo(name: str) -> bool:
    """Whether it is the bare name of a file that screens can draw."""
    return _NAME.fullmatch(name) is not None
