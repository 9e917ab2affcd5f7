"""A slip as ESC/POS bytes, by python-escpos and the printer's profile.

Chinese text goes as FS & + GB18030 + FS . through `_raw`: `text()` of python-escpos 3.1 sends no FS & and turns
￥ ① ℃ ㎡ into “?”. A line with a character that GB18030 keeps in four bytes is sent as an image, because few printers
have a dot pattern for it; so is every Chinese line if the profile says `raster`.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Final, Protocol

from hall.dialects.escpos_presenter import EJECT, RETRACT, present
from hall.profile import PrinterProfile
from slips.slip import Gap, Line, Part, QrCode, Rule, Side, Slip

if TYPE_CHECKING:
    from PIL.Image import Image

CHINESE_ON: Final = b"\x1c&"
CHINESE_OFF: Final = b"\x1c."
RESET: Final = b"\x1b@"
CELL: Final = 24  # dots of a Hanzi at scale 1; ASCII is half as wide
LINE_DOTS: Final = 34
QR_DOTS: Final = 6  # per module, 0.75 mm: read by phones of any age
QR_LEVEL_M: Final = 1  # python-escpos' number; a slip gets creased
TEAR_LINES: Final = 6  # fed at the end where nothing cuts


class FaceFile(Protocol):
    """A font file and the index of the face in it; hall.station.settings.Face is one."""

    @property
    def path(self) -> str: ...
    @property
    def index(self) -> int: ...


def load_escpos() -> Any:
    """python-escpos' printer class, which gathers bytes instead of sending them.

    Half a second and 9 MB, so it is asked for late; its import also leaves a directory behind, which is removed here.
    """
    import escpos.capabilities
    from escpos.printer import Dummy

    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(escpos.capabilities.pickle_dir, ignore_errors=True)
    return Dummy


def slip_bytes(slip: Slip, profile: PrinterProfile, face: FaceFile) -> bytes:
    """Everything to send for one slip, from the reset to the cut."""
    printer = load_escpos()()
    # An instance's own dictionary: without the width centring does nothing, and the library's profiles know no printer
    # of this kind.
    printer.profile.profile_data = {
        **printer.profile.profile_data,
        "media": {"width": {"pixels": profile.width_dots, "mm": "Unknown"}, "dpi": 203},
        "features": {**printer.profile.profile_data["features"], "paperFullCut": True, "paperPartCut": True},
    }
    printer._raw(RESET)
    if profile.presenter is not None:  # what the last visitor left hanging goes first
        printer._raw(EJECT if profile.presenter.untaken == "eject" else RETRACT)
    for part in slip.parts:
        _print_part(printer, part, slip.columns, profile, face)
    if profile.cut == "none":
        printer.print_and_feed(TEAR_LINES)
    else:
        printer.cut(mode="FULL" if profile.cut == "full" else "PART")
    if profile.presenter is not None:
        printer._raw(present(profile.presenter.steps))
    return bytes(printer.output)


def _print_part(printer: Any, part: Part, columns: int, profile: PrinterProfile, face: FaceFile) -> None:
    if not isinstance(part, Line):
        printer.line_spacing(LINE_DOTS)
    if isinstance(part, Gap):
        printer._raw(b"\n")
    elif isinstance(part, Rule):
        _print_line(printer, Line("-" * columns), profile, face)
    elif isinstance(part, QrCode):
        _print_qr(printer, part.content, profile)
    else:
        _print_line(printer, part, profile, face)


def _print_qr(printer: Any, content: str, profile: PrinterProfile) -> None:
    """Half the dots, each printed twice as wide and high: a quarter of the bytes, 3 s instead of 11 at 9600 baud."""
    media = printer.profile.profile_data["media"]
    media["width"]["pixels"] = profile.width_dots // 2
    doubled = {"center": True, "high_density_horizontal": False, "high_density_vertical": False}
    printer.qr(content, ec=QR_LEVEL_M, size=QR_DOTS // 2, image_arguments=doubled)
    media["width"]["pixels"] = profile.width_dots


def _print_line(printer: Any, line: Line, profile: PrinterProfile, face: FaceFile) -> None:
    chinese = not line.text.isascii()
    if chinese and (profile.chinese == "raster" or not _has_dots(line.text)):
        printer.image(_picture(line, profile.width_dots, face))
        return
    printer.line_spacing(LINE_DOTS * line.scale)
    printer.set(align=line.side.value, bold=line.bold, custom_size=True, width=line.scale, height=line.scale)
    text = line.text.encode("gb18030")
    printer._raw((CHINESE_ON + text + CHINESE_OFF if chinese else text) + b"\n")


def _has_dots(text: str) -> bool:
    """Whether a printer's Chinese font has every character: the two-byte part of GB18030."""
    try:
        return all(len(char.encode("gb18030")) <= 2 for char in text)
    except UnicodeEncodeError:
        return False


def _picture(line: Line, width: int, face: FaceFile) -> Image:
    """The line as black dots on white, as wide as the paper."""
    from PIL import Image, ImageDraw, ImageFont

    size = CELL * line.scale
    font = ImageFont.truetype(face.path, size, index=face.index)
    while size > CELL // 2 and font.getlength(line.text) > width:
        size -= 2
        font = ImageFont.truetype(face.path, size, index=face.index)
    picture = Image.new("L", (width, LINE_DOTS * line.scale), 255)
    x = (width - font.getlength(line.text)) / 2 if line.side is Side.CENTRE else 0
    draw = ImageDraw.Draw(picture)
    for shift in (0, 1) if line.bold else (0,):
        draw.text((x + shift, picture.height // 2), line.text, fill=0, font=font, anchor="lm")
    return picture.point(lambda grey: 255 if grey > 128 else 0).convert("1", dither=Image.Dither.NONE)
