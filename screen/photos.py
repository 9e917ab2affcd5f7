"""Clerks' photos on a screen: read from one directory, cut to their frames, and kept. Without a file: a silhouette."""

from __future__ import annotations

import logging
import stat
from pathlib import Path
from typing import Final, TypeAlias

import pygame
from msgspec.structs import replace

from hall.photo import MOST_BYTES, is_photo
from screen.layout import Box
from screen.page import Picture

KEPT: Final = 16  # cut pictures; a pad draws two sizes of one clerk
TOLD: Final = 256
UPPER: Final = 0.25  # of what is cut off a high picture, above: heads are in the upper half
FINER: Final = 3  # the silhouette is drawn so much larger: pygame's own circles have no soft edges

Size: TypeAlias = tuple[int, int]
Stamp: TypeAlias = tuple[int, int] | None  # of a file: when it was written and its bytes
log = logging.getLogger("screen")


class Photos:
    """What a screen has of `directory`; None: silhouettes only. Belongs to the thread that owns the window."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._kept: dict[tuple[Stamp, Picture], pygame.Surface] = {}  # the one used last stands last
        self._told: set[tuple[str, Stamp]] = set()

    def framed(self, picture: Picture) -> pygame.Surface:
        """What fills the picture's box, round corners cut off. A file is read again when it has changed."""
        path = self._path(picture.file)
        stamp = _stamp(path) if path is not None else None
        key = (stamp, replace(picture, box=Box(0, 0, max(1, picture.box.w), max(1, picture.box.h))))
        framed = self._kept.pop(key, None)
        if framed is None:
            framed = self._cut(key[1], path, stamp)
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
        self._kept[key] = framed
        return framed

    def _path(self, file: str) -> Path | None:
        """Names come with the catalogue over the network: none may lead out of the directory."""
        if not file or self._directory is None:
            return None
        if not is_photo(file):
            self._tell(repr(file), None, "no bare name of a PNG or JPEG file")
            return None
        return self._directory / file

    def _cut(self, picture: Picture, path: Path | None, stamp: Stamp) -> pygame.Surface:
        size = (picture.box.w, picture.box.h)
        filled: pygame.Surface | None = None
        if path is not None:
            try:
                filled = _filling(_loaded(path, stamp), size)
            except (OSError, pygame.error) as error:
                missing = path if path.parent.is_dir() else path.parent
                self._tell(str(missing if stamp is None else path), stamp, str(error))
        return _rounded(filled or _silhouette(picture), picture.radius)

    def _tell(self, what: str, stamp: Stamp, reason: str) -> None:
        """Once for a file as it is."""
        if (what, stamp) in self._told:
            return
        if len(self._told) >= TOLD:
            self._told.clear()
        self._told.add((what, stamp))
        log.warning("no photo from %s: %s; a silhouette is shown", what, reason)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None


def _loaded(path: Path, stamp: Stamp) -> pygame.Surface:
    """Raises OSError, pygame.error."""
    if stamp is None:
        raise FileNotFoundError("there is no such file")
    if stamp[1] > MOST_BYTES:
        raise OSError(f"{stamp[1]:,} bytes, at most {MOST_BYTES:,}: make it smaller, 600 pixels high are enough")
    with path.open("rb") as file:
        return pygame.image.load(file, path.name)


def _filling(image: pygame.Surface, size: Size) -> pygame.Surface:
    """The image at that size, its aspect kept: cut left and right if it is too wide, mostly below if too high."""
    (width, height), (wide, high) = size, image.get_size()
    scale = max(width / wide, height / high)
    part = (min(wide, max(1, round(width / scale))), min(high, max(1, round(height / scale))))
    corner = ((wide - part[0]) // 2, round((high - part[1]) * UPPER))
    cut = pygame.Surface(part, pygame.SRCALPHA)  # 32 bits, whatever the file has: smoothscale takes no palette
    cut.blit(image, (0, 0), (corner, part))
    return pygame.transform.smoothscale(cut, size)


def _silhouette(picture: Picture) -> pygame.Surface:
    """Head and shoulders of nobody."""
    size = (picture.box.w, picture.box.h)
    wide, high = (FINER * side for side in size)
    unit = min(wide, high * 0.75)
    large = pygame.Surface((wide, high), pygame.SRCALPHA)
    large.fill((*picture.ink, 0))
    middle = wide / 2
    pygame.draw.circle(large, picture.ink, (middle, high - 0.80 * unit), 0.21 * unit)
    shoulders = pygame.Rect(0, 0, round(0.80 * unit), round(1.04 * unit))
    shoulders.midtop = (round(middle), round(high - 0.51 * unit))
    pygame.draw.ellipse(large, picture.ink, shoulders)
    return pygame.transform.smoothscale(large, size)


def _rounded(surface: pygame.Surface, radius: int) -> pygame.Surface:
    mask = pygame.Surface(surface.get_size(), pygame.SRCALPHA)
    pygame.draw.rect(mask, (255, 255, 255, 255), mask.get_rect(), border_radius=radius)
    surface.blit(mask, (0, 0), special_flags=pygame.BLEND_RGBA_MULT)
    return surface
