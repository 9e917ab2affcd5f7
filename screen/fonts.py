"""Text by pygame.freetype: measuring, fitting and drawing it in the two faces of a screen."""

from __future__ import annotations

from typing import Final, Protocol

import pygame
import pygame.freetype

from screen.colours import Colour
from screen.page import Align, Text
from screen.wrapping import Measure, shorten, wrap

LINE_HEIGHT: Final = 1.3  # of the size
ONE_LINE: Final = 1.05  # of the size: what a single line needs
MIDDLE: Final = 0.38  # of the size: a Hanzi's middle above the baseline (Noto: 0.88 above, 0.12 below)
STEP: Final = 0.94  # how much smaller text is tried each time until it fits
MAX_WIDTHS: Final = 20_000  # characters whose width is remembered


class FaceFile(Protocol):
    """A font file and the index of the face in it; hall.station.settings.Face is one."""

    @property
    def path(self) -> str: ...
    @property
    def index(self) -> int: ...


class FontFiles(Protocol):
    """The two faces; hall.station.settings.Fonts is one."""

    @property
    def regular(self) -> FaceFile: ...
    @property
    def bold(self) -> FaceFile: ...


class Lettering:
    """The two faces, loaded. Belongs to the thread that owns the window."""

    def __init__(self, files: FontFiles) -> None:
        pygame.freetype.init(cache_size=256)
        self._faces = {False: _load(files.regular), True: _load(files.bold)}
        self._widths: dict[tuple[str, int, bool], float] = {}

    def width(self, text: str, size: int, bold: bool = False) -> float:
        """Pixels from the text's origin to where the next character would stand."""
        return sum(self._width(char, size, bold) for char in text)

    def _width(self, char: str, size: int, bold: bool) -> float:
        key = (char, size, bold)
        known = self._widths.get(key)
        if known is None:
            if len(self._widths) >= MAX_WIDTHS:
                self._widths.clear()
            metrics = self._faces[bold].get_metrics(char, size=size)[0]
            known = self._widths[key] = float(metrics[4]) if metrics else size
        return known

    def fit(self, text: Text) -> tuple[int, list[str]]:
        """The size and lines at which the text fits its box, the largest not above its own size."""
        size = text.size
        least = min(size, text.least or max(12, text.size // 2))
        while True:
            measure = self._measure(size, text.bold)
            lines = wrap(text.words, text.box.w, measure)
            room = max(1, 1 + int((text.box.h / size - ONE_LINE) / LINE_HEIGHT))
            high = text.box.h < size * ONE_LINE
            wide = any(measure(line) > text.box.w for line in lines)
            if (len(lines) <= room and not wide and not high) or size <= least:
                break
            size = max(least, int(size * STEP))
        if len(lines) > room:
            lines = [*lines[: room - 1], shorten(lines[room - 1], text.box.w, measure)]
        return size, lines

    def _measure(self, size: int, bold: bool) -> Measure:
        return lambda words: self.width(words, size, bold)

    def draw(self, surface: pygame.Surface, text: Text) -> None:
        """The text on the surface, fitted."""
        size, lines = self.fit(text)
        step = size * LINE_HEIGHT
        first = text.box.y if text.top else text.box.y + (text.box.h - step * len(lines)) / 2
        for i, line in enumerate(lines):
            baseline = round(first + step * (i + 0.5) + MIDDLE * size)
            self._draw_line(surface, line, text, size, baseline)

    def _draw_line(self, surface: pygame.Surface, line: str, text: Text, size: int, baseline: int) -> None:
        spare = text.box.w - self.width(line, size, text.bold)
        offset = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: spare}[text.align]
        where = (round(text.box.x + offset), baseline)
        self.draw_at(surface, where, line, size, text.colour, text.bold)

    def draw_at(
        self,
        surface: pygame.Surface,
        where: tuple[int, int],
        line: str,
        size: int,
        colour: Colour,
        bold: bool = False,
    ) -> None:
        """One line as it is, from this point of its baseline on."""
        self._faces[bold].render_to(surface, where, line, colour, size=size)

    def close(self) -> None:
        """Let the fonts go."""
        self._faces.clear()
        pygame.freetype.quit()


def _load(file: FaceFile) -> pygame.freetype.Font:
    face = pygame.freetype.Font(file.path, font_index=file.index, size=32)
    face.origin = True  # positions mean the baseline
    face.kerning = False  # widths are sums of characters
    return face
