"""Where a Chinese font is, and what a printer's dots of a character look like."""

import sys
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

CELL: Final = 24  # dots of a Chinese character, both ways; ASCII of font A is 12 wide
_NOTO: Final = "opentype/noto/NotoSansCJK-Regular.ttc"
_WENQUANYI: Final = "truetype/wqy/wqy-microhei.ttc"
_FACES: Final = {_NOTO: (2, 7), _WENQUANYI: (0, 1)}  # faces of the collection: proportional SC, monospaced SC
_INK: Final = 105  # grey above which a dot burns


def cjk_font_path() -> Path:
    """The file of a Chinese font; raises FileNotFoundError with what to install."""
    return _font()[0]


def font_face(size: int, *, mono: bool = False) -> ImageFont.FreeTypeFont:
    """The Chinese font in this size (pixels of the em square); `mono` gives ASCII half the width of a
    Hanzi."""
    path, kind = _font()
    return ImageFont.truetype(str(path), size, index=_FACES[kind][mono])


@lru_cache(maxsize=1)
def _font() -> tuple[Path, str]:
    roots = [Path("/usr/share/fonts"), Path(sys.prefix) / "sysroot/usr/share/fonts"]
    tried = [(root / kind, kind) for kind in _FACES for root in roots]
    for path, kind in tried:
        if path.is_file():
            return path, kind
    places = ", ".join(str(path) for path, _ in tried)
    raise FileNotFoundError(f"no Chinese font in {places}; install fonts-noto-cjk or fonts-wqy-microhei")


@lru_cache(maxsize=4096)
def dots_of(char: str, width: int, height: int, *, bold: bool = False) -> Image.Image:
    """The character's dots, mode "1" with 1 for ink, in a cell of 12 or 24 times `width` by 24 times
    `height`."""
    wide = is_wide(char)
    cell = Image.new("L", (CELL if wide else CELL // 2, CELL), 0)
    draw = ImageDraw.Draw(cell)
    # 0.88 em above the baseline: the proportions of the Noto em square fill the cell as a printer's ROM font
    # does.
    position = (cell.width / 2, round(CELL * 0.88))
    draw.text(position, char, fill=255, font=_cell_face(), anchor="ms")
    if bold:
        draw.text((position[0] + 1, position[1]), char, fill=255, font=_cell_face(), anchor="ms")
    ink = cell.point(lambda grey: 255 if grey > _INK else 0).convert("1", dither=Image.Dither.NONE)
    return ink.resize((ink.width * width, ink.height * height), Image.Resampling.NEAREST)


def is_wide(char: str) -> bool:
    """True for what a printer sets in a full cell: everything that took two bytes or more."""
    return len(char.encode("gb18030", "replace")) > 1


@lru_cache(maxsize=1)
def _cell_face() -> ImageFont.FreeTypeFont:
    return font_face(CELL, mono=True)
