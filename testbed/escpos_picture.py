"""ESC/POS bytes → the slip as a picture and as lines of text, as a thermal printer of 203 dpi prints it.

Nothing is guessed: what the renderer does not draw stands in `Picture.unknown`. Independent decoders judge
the result.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
import qrcode
from PIL import Image, ImageChops, ImageDraw

from testbed.escpos_commands import Command, Parser
from testbed.fonts import CELL, dots_of, is_wide

LINE_DOTS: Final = 30  # line spacing after ESC @: 1/6 inch
MARGIN: Final = 24  # white paper around the printed area in the picture, in dots
MAX_HEIGHT: Final = 20_000  # dots, 2.5 m of paper
_TAB: Final = 8 * 12
_LEVELS: Final = {
    48: qrcode.constants.ERROR_CORRECT_L,
    49: qrcode.constants.ERROR_CORRECT_M,
    50: qrcode.constants.ERROR_CORRECT_Q,
    51: qrcode.constants.ERROR_CORRECT_H,
}
# Known, but with nothing to draw: drawer, presenter, buzzer, smoothing, code page, status, units, margins of zero
# effect on a slip.
_SILENT: Final = {
    *(b"\x1b" + bytes([c]) for c in b"tpB{RrVUc=%<S"),
    *(b"\x1d" + bytes([c]) for c in b"brahwHfIPe"),
    *(b"\x1c" + bytes([c]) for c in b"&.CS("),
    b"\x0c",
    b"\x18",
}
CUTS: Final = (b"\x1dV", b"\x1bi", b"\x1bm")


class Picture(msgspec.Struct, frozen=True):
    """A slip as seen: `image` in mode "L", printed area plus a margin; its lines of text; the commands not
    drawn."""

    image: Image.Image
    lines: tuple[str, ...]
    unknown: tuple[bytes, ...]


class _Style(msgspec.Struct):
    """What the next character looks like."""

    width: int = 1
    height: int = 1
    bold: bool = False
    underline: bool = False
    reverse: bool = False


def draw_slip(data: bytes, width_dots: int = 576) -> Picture:
    """The picture of everything in `data`, from a freshly started printer."""
    return draw_commands(Parser().feed(data), width_dots)


def draw_commands(commands: Iterable[Command], width_dots: int = 576) -> Picture:
    """The picture of commands already cut."""
    paper = Paper(width_dots)
    for command in commands:
        paper.run(command)
    return paper.tear()


class Paper:
    """A strip of paper under a print head: `run` commands, then `tear` off what is printed. Styles outlive a cut,
    as in a printer; paper beyond MAX_HEIGHT is not drawn, and the commands for it are told as unknown."""

    def __init__(self, width_dots: int) -> None:
        self._width = width_dots
        self._new_strip()
        self._symbol: dict[int, bytes] = {}
        self._stored: Image.Image | None = None
        self.reset()

    def _new_strip(self) -> None:
        self._strip = Image.new("1", (self._width, 2048), 0)  # 1 is ink
        self._y = 0
        self._lines: list[str] = []
        self._unknown: list[bytes] = []

    def reset(self) -> None:
        """ESC @, or power-up: default styles; a line not yet fed is lost."""
        self._style = _Style()
        self._align = 0
        self._spacing = LINE_DOTS
        self._gap = 0
        self._left = 0
        self._area: int | None = None
        self._row: list[tuple[int, Image.Image]] = []
        self._row_text = ""
        self._x = 0

    def tear(self) -> Picture:
        """The paper since the last time, a line not yet fed included; what follows is printed on the next."""
        if self._row:
            self._feed_line()
        picture = Picture(self.seen(), tuple(self._lines), tuple(self._unknown))
        self._new_strip()
        return picture

    def seen(self) -> Image.Image:
        """The paper so far, without a line not yet fed."""
        size = (self._width + 2 * MARGIN, self._y + 2 * MARGIN)
        sheet = Image.new("L", size, 255)
        ink = self._strip.crop((0, 0, self._width, self._y))
        sheet.paste(Image.new("L", ink.size, 20), (MARGIN, MARGIN), ink)
        ImageDraw.Draw(sheet).rectangle((0, 0, size[0] - 1, size[1] - 1), outline=200)
        return sheet

    def run(self, command: Command) -> None:
        """Print one command, or note it as unknown."""
        if self._y >= MAX_HEIGHT:
            self._unknown.append(command.raw)
        elif command.kind == "text":
            self._put_text(command)
        elif command.kind == "unknown" or not (
            command.kind == "real time" or self._feed(command) or self._set(command) or self._draw(command)
        ):
            self._unknown.append(command.raw)

    # --- text -----------------------------------------------------------------------------------------------

    def _put_text(self, command: Command) -> None:
        codec = "gb18030" if command.double else "cp437"  # 437 is the code page of a printer that was told nothing
        try:
            char = command.data.decode(codec)
        except UnicodeDecodeError:
            self._unknown.append(command.raw)
            return
        dots = self._dots(char, wide=command.double)
        if self._x + dots.width > self._right and self._row:
            self._feed_line()
        self._row.append((self._x, dots))
        self._row_text += char
        self._x += dots.width + self._gap * self._style.width

    def _dots(self, char: str, *, wide: bool) -> Image.Image:
        style = self._style
        if wide or not is_wide(char):
            dots = dots_of(char, style.width, style.height, bold=style.bold)
        else:  # a code page's box character or accent: its own cell is half a Hanzi
            dots = dots_of("?", style.width, style.height)
        if style.underline:
            dots = dots.copy()
            ImageDraw.Draw(dots).line((0, dots.height - 1, dots.width, dots.height - 1), fill=1)
        return ImageChops.invert(dots) if style.reverse else dots

    def _feed_line(self, dots: int | None = None) -> None:
        """Print the row and feed: the line spacing, or as far as the row is high."""
        height = max((image.height for _, image in self._row), default=0)
        self._paste_row(self._row, height)
        self._lines.append(self._row_text)
        self._row, self._row_text, self._x = [], "", 0
        self._advance(max(self._spacing if dots is None else dots, height))

    def _paste_row(self, row: list[tuple[int, Image.Image]], height: int) -> None:
        if not row:
            return
        self._make_room(height)
        start = self._left + self._slack(row[-1][0] + row[-1][1].width)
        for x, image in row:
            self._strip.paste(1, (start + x, self._y + height - image.height), image)

    def _slack(self, used: int) -> int:
        free = max(0, self._right - used)
        return (0, free // 2, free)[self._align]

    @property
    def _right(self) -> int:
        return min(self._area or self._width, self._width - self._left)

    def _advance(self, dots: int) -> None:
        self._make_room(dots)
        self._y = min(self._y + dots, MAX_HEIGHT)

    def _make_room(self, dots: int) -> None:
        if self._y + dots > self._strip.height:
            taller = Image.new("1", (self._width, min(MAX_HEIGHT, 2 * (self._y + dots))), 0)
            taller.paste(self._strip)
            self._strip = taller

    # --- commands -------------------------------------------------------------------------------------------

    def _feed(self, command: Command) -> bool:
        code, data = command.code, command.data
        if code == b"\n":
            self._feed_line()
        elif code == b"\t":
            self._x = (self._x // _TAB + 1) * _TAB
            self._row_text += " "
        elif code == b"\x1bd":
            for _ in range(data[0]):
                self._feed_line()
        elif code == b"\x1bJ":
            self._feed_line(data[0]) if self._row else self._advance(data[0])
        elif code in CUTS:
            if self._row:
                self._feed_line()
            self._advance(data[1] if len(data) > 1 else 0)
        elif code != b"\r":
            return False
        return True

    def _set(self, command: Command) -> bool:
        code, data, style = command.code, command.data, self._style
        n = data[0] if data else 0
        if code == b"\x1b@":
            self.reset()
        elif code == b"\x1ba" and n % 48 <= 2:
            self._align = n % 48
        elif code == b"\x1d!":
            style.width, style.height = (n >> 4 & 7) + 1, (n & 7) + 1
        elif code == b"\x1b!" and not n & 0x41:  # bit 0: font B, bit 6: italics of some makers
            style.width, style.height = (2 if n & 0x20 else 1), (2 if n & 0x10 else 1)
            style.bold, style.underline = bool(n & 0x08), bool(n & 0x80)
        elif code == b"\x1c!":
            style.width, style.height = (2 if n & 0x04 else 1), (2 if n & 0x08 else 1)
            style.underline = bool(n & 0x80)
        elif code == b"\x1cW":
            style.width = style.height = 1 + (n & 1)
        elif code in (b"\x1bE", b"\x1bG"):
            style.bold = bool(n & 1)
        elif code in (b"\x1b-", b"\x1c-"):
            style.underline = n % 48 > 0
        elif code == b"\x1dB":
            style.reverse = bool(n & 1)
        elif code == b"\x1b ":
            self._gap = n
        elif code in (b"\x1b2", b"\x1b3"):
            self._spacing = n if code == b"\x1b3" else LINE_DOTS
        elif code in (b"\x1dL", b"\x1dW", b"\x1b$", b"\x1b\\"):
            self._place(code, data[0] | data[1] << 8)
        else:
            return (code == b"\x1bM" and n % 48 == 0) or code in _SILENT
        return True

    def _place(self, code: bytes, dots: int) -> None:
        if code == b"\x1dL":
            self._left = min(dots, self._width - CELL)
        elif code == b"\x1dW":
            self._area = max(CELL, dots)
        elif code == b"\x1b\\":  # from where it stands, to the left as well
            self._x = max(0, self._x + dots - (dots >> 15 << 16))
        else:
            self._x = dots

    # --- images and symbols ---------------------------------------------------------------------------------

    def _draw(self, command: Command) -> bool:
        code, data = command.code, command.data
        if code == b"\x1dv" and data[:1] in (b"0", b"\0"):
            across, down = data[2] | data[3] << 8, data[4] | data[5] << 8
            return self._put_image(_raster(across * 8, down, data[6:], data[1] & 1, data[1] >> 1 & 1))
        if code == b"\x1b*" and data[0] in (32, 33):
            columns = data[1] | data[2] << 8
            upright = _raster(CELL, columns, data[3:]).transpose(Image.Transpose.TRANSPOSE)
            wide = upright.resize((columns * (2 if data[0] == 32 else 1), CELL), Image.Resampling.NEAREST)
            self._row.append((self._x, wide))
            self._x += wide.width
            return True
        if code in (b"\x1d(", b"\x1d8") and data[:1] == b"L":
            return self._graphics(data[3:] if code == b"\x1d(" else data[5:])
        if code == b"\x1d(" and data[:1] == b"k" and data[3:4] == b"1":
            return self._qr(data[4], data[5:])
        return False

    def _graphics(self, data: bytes) -> bool:
        """GS ( L: m fn …; 112 stores dots (a bx by c xL xH yL yH d…), 2 or 50 prints what is stored."""
        function = data[1]
        if function == 112 and data[2:3] == b"0":
            width, height = data[6] | data[7] << 8, data[8] | data[9] << 8
            self._stored = _raster((width + 7) // 8 * 8, height, data[10:], data[3] - 1, data[4] - 1)
            return True
        if function in (2, 50) and self._stored:
            image, self._stored = self._stored, None
            return self._put_image(image)
        return False

    def _qr(self, function: int, data: bytes) -> bool:
        """GS ( k 49: 65 model · 67 dots per module · 69 level · 80 store (after one byte m) · 81 print."""
        if function not in (65, 67, 69, 80, 81) or (function == 65 and data[:1] == b"1"):
            return False  # model 1 is a code that today's readers do not know
        if function != 81:
            self._symbol[function] = data
            return True
        if len(self._symbol.get(80, b"")) < 2:
            return False
        level = _LEVELS.get(self._symbol.get(69, b"0")[0])
        if level is None:
            return False
        code = qrcode.QRCode(error_correction=level, border=0)
        code.add_data(self._symbol[80][1:])
        code.make()
        matrix = code.get_matrix()
        dots = bytes(255 * dark for row in matrix for dark in row)
        size = len(matrix) * self._symbol.get(67, b"\x03")[0]
        image = Image.frombytes("L", (len(matrix), len(matrix)), dots).resize((size, size), Image.Resampling.NEAREST)
        return self._put_image(image.convert("1", dither=Image.Dither.NONE))

    def _put_image(self, image: Image.Image) -> bool:
        if self._row:
            self._feed_line()
        image = image.crop((0, 0, min(image.width, self._right), image.height))  # what is too wide is lost, as on paper
        self._paste_row([(0, image)], image.height)
        self._advance(image.height)
        return True


def _raster(width: int, height: int, data: bytes, twice_wide: int = 0, twice_high: int = 0) -> Image.Image:
    """Rows of bits, the highest bit leftmost, 1 is ink; short data leaves the rest white."""
    if not width or not height:
        return Image.new("1", (1, 1), 0)
    image = Image.frombytes("1", (width, height), data.ljust(width // 8 * height, b"\0"))
    return image.resize((width << twice_wide, height << twice_high), Image.Resampling.NEAREST)
