"""Moving strips of text: drawn once line by line, then only blitted. Belongs to the thread that owns the window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pygame

from screen.fonts import MIDDLE, Lettering
from screen.page import Strip

GAP: Final = 2.0  # between lines, of the text's size
MAX_LINE: Final = 16_000  # pixels of one line's surface; a longer one is cut
STEP_PX: Final = 2  # a smaller step would only be drawn more often


class Strips:
    """The strips of the page shown, and how far each has moved."""

    def __init__(self, lettering: Lettering) -> None:
        self._lettering = lettering
        self._moving: dict[Strip, _Moving] = {}

    def keep(self, strips: Iterable[Strip]) -> None:
        """These are on the page now; the others are forgotten."""
        self._moving = {s: self._moving.get(s) or _Moving(s, self._lettering) for s in strips}

    def draw(self, surface: pygame.Surface, strip: Strip) -> None:
        """The strip as far as it has moved."""
        self._moving[strip].draw(surface)

    def move(self, surface: pygame.Surface, mono: float) -> list[pygame.Rect]:
        """Move every strip to where it is at monotonic time `mono`; what has to be shown anew."""
        return [moving.rect for moving in self._moving.values() if moving.move(surface, mono)]


class _Moving:
    def __init__(self, strip: Strip, lettering: Lettering) -> None:
        box = strip.box
        self.rect = pygame.Rect(box.x, box.y, box.w, box.h)
        self._strip = strip
        self._lines = [_drawn(line, strip, lettering) for line in strip.lines if line]
        self._gap = round(GAP * strip.size)
        self._length = sum(line.get_width() + self._gap for line in self._lines)
        fits = len(self._lines) == 1 and self._lines[0].get_width() <= box.w
        self._stands = fits or not self._lines
        self._began: float | None = None
        self._offset = 0

    def move(self, surface: pygame.Surface, mono: float) -> bool:
        """Whether something was drawn."""
        if self._stands:
            return False
        if self._began is None:
            self._began = mono
        offset = int((mono - self._began) * self._strip.speed) % self._length
        if abs(offset - self._offset) < STEP_PX:
            return False
        self._offset = offset
        self.draw(surface)
        return True

    def draw(self, surface: pygame.Surface) -> None:
        """Blit the lines that can be seen: the whole row begins anew behind its own end."""
        clip = surface.get_clip()
        surface.set_clip(self.rect)
        surface.fill(self._strip.ground, self.rect)
        x = self.rect.x - self._offset
        while self._lines and x < self.rect.right:
            for line in self._lines:
                if x < self.rect.right and x + line.get_width() > self.rect.x:
                    surface.blit(line, (x, self.rect.y))
                x += line.get_width() + self._gap
            if self._stands:
                break
        surface.set_clip(clip)


def _drawn(line: str, strip: Strip, lettering: Lettering) -> pygame.Surface:
    width = min(MAX_LINE, max(1, round(lettering.width(line, strip.size)) + 2))
    drawn = pygame.Surface((width, strip.box.h)).convert()
    drawn.fill(strip.ground)
    baseline = round(strip.box.h / 2 + MIDDLE * strip.size)
    lettering.draw_at(drawn, (0, baseline), line, strip.size, strip.colour)
    return drawn
