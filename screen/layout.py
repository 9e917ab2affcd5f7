"""A tiny layout: boxes that are cut into boxes. Pixels, whole numbers, origin top left."""

from __future__ import annotations

from msgspec import Struct


def scaled(designed: float, size: tuple[int, int], design: tuple[int, int]) -> int:
    """Pixels, on a screen of `size`, of a measure designed for one of `design`."""
    return round(designed * min(size[0] / design[0], size[1] / design[1]))


class Box(Struct, frozen=True):
    """A rectangle."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.w // 2, self.y + self.h // 2

    def holds(self, x: int, y: int) -> bool:
        """Whether the point is inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def inside(self, other: Box) -> bool:
        """Whether all of it lies in `other`."""
        across = other.x <= self.x and self.right <= other.right
        return across and other.y <= self.y and self.bottom <= other.bottom

    def inset(self, across: int, down: int | None = None) -> Box:
        """Smaller by `across` left and right and by `down` (else the same) above and below."""
        down = across if down is None else down
        return Box(self.x + across, self.y + down, max(0, self.w - 2 * across), max(0, self.h - 2 * down))

    def top(self, height: int, gap: int = 0) -> tuple[Box, Box]:
        """A strip of `height` cut from the top, and the rest beyond a gap."""
        height = min(height, self.h)
        used = min(height + gap, self.h)
        return Box(self.x, self.y, self.w, height), Box(self.x, self.y + used, self.w, self.h - used)

    def foot(self, height: int, gap: int = 0) -> tuple[Box, Box]:
        """A strip of `height` cut from the bottom, and the rest beyond a gap."""
        height = min(height, self.h)
        used = min(height + gap, self.h)
        return Box(self.x, self.bottom - height, self.w, height), Box(self.x, self.y, self.w, self.h - used)

    def left(self, width: int, gap: int = 0) -> tuple[Box, Box]:
        """A strip of `width` cut from the left, and the rest beyond a gap."""
        width = min(width, self.w)
        used = min(width + gap, self.w)
        return Box(self.x, self.y, width, self.h), Box(self.x + used, self.y, self.w - used, self.h)

    def right_strip(self, width: int, gap: int = 0) -> tuple[Box, Box]:
        """A strip of `width` cut from the right, and the rest beyond a gap."""
        width = min(width, self.w)
        used = min(width + gap, self.w)
        return Box(self.right - width, self.y, width, self.h), Box(self.x, self.y, self.w - used, self.h)

    def rows(self, count: int, gap: int = 0) -> tuple[Box, ...]:
        """`count` equal boxes one below the other."""
        height = (self.h - gap * (count - 1)) // count
        return tuple(Box(self.x, self.y + i * (height + gap), self.w, height) for i in range(count))

    def columns(self, count: int, gap: int = 0) -> tuple[Box, ...]:
        """`count` equal boxes side by side."""
        width = (self.w - gap * (count - 1)) // count
        return tuple(Box(self.x + i * (width + gap), self.y, width, self.h) for i in range(count))

    def grid(self, rows: int, columns: int, gap: int = 0) -> tuple[Box, ...]:
        """`rows` × `columns` equal boxes, row by row."""
        return tuple(box for row in self.rows(rows, gap) for box in row.columns(columns, gap))

    def middle(self, width: int, height: int) -> Box:
        """A box of that size, or the largest that fits, in the middle."""
        width, height = min(width, self.w), min(height, self.h)
        return Box(self.x + (self.w - width) // 2, self.y + (self.h - height) // 2, width, height)
