"""A clerk's photo (公示牌: 姓名、编号、相片, seed §(八)3).

The hall file tells a bare file name, and a station with a screen has the files in a directory of its own. Pictures do
not travel on the bus.
"""

from __future__ import annotations

import re
from typing import Final

DIRECTORY: Final = "photos"  # beside the station file; `hall check` looks for it beside the hall file
_NAME: Final = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,99}\.(?:png|jpe?g)", re.IGNORECASE)


def is_photo(name: str) -> bool:
    """Whether it is the bare name of a file that screens can draw."""
    return _NAME.fullmatch(name) is not None
