"""Portraits of people who do not exist, plainly drawn.

`python -m testbed.portraits examples/ankang/hall.toml` writes the file of every clerk's `photo` into photos/ beside the
hall file. The same name and badge give the same picture.
"""

from __future__ import annotations

import argparse
import colorsys
import random
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageFont

from hall.model import Badge
from hall.photo import DIRECTORY
from hall.station.settings import Fonts, fonts, read_hall

SIZE: Final = (300, 420)  # 5:7, as a photo of an identity card has it
FINER: Final = 3
COLOURS: Final = 40  # of the palette: small files
Colour: TypeAlias = tuple[int, int, int]
SKINS: Final[tuple[Colour, ...]] = ((250, 219, 190), (242, 203, 170), (232, 189, 153))
HAIRS: Final[tuple[Colour, ...]] = ((36, 30, 32), (58, 42, 36), (84, 60, 46), (120, 120, 126))
COATS: Final[tuple[Colour, ...]] = ((28, 52, 98), (44, 62, 84), (36, 78, 96), (60, 56, 92))
INK: Final[Colour] = (60, 44, 42)
SHIRT: Final[Colour] = (246, 248, 252)


def portrait(name: str, badge: Badge, faces: Fonts) -> Image.Image:
    """A cartoon head over shoulders, with the last character of the name on a disc."""
    chance = random.Random(badge)
    hue = (int(badge) * 0.381966) % 1  # neighbours differ
    canvas = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), _colour(hue, 0.90, 0.42))
    draw = _Pencil(canvas)
    long, glasses = chance.random() < 0.5, chance.random() < 0.35
    skin, hair, coat = chance.choice(SKINS), chance.choice(HAIRS), chance.choice(COATS)
    draw.disc((150, 176), 168, 168, _colour(hue, 0.95, 0.30))
    if long:
        draw.round((68, 96, 232, 300), 74, hair)
    _shoulders(draw, coat, _colour((hue + 0.5) % 1, 0.42, 0.60))
    draw.round((124, 226, 176, 300), 24, _darker(skin))
    for x in (84, 216):
        draw.disc((x, 182), 15, 19, _darker(skin))
    draw.round((86, 92, 214, 256), 62, skin)
    _hair(draw, hair, chance.choice((0, 1)), long)
    _face(draw, skin, glasses, chance.choice((10, 14, 18)))
    face = ImageFont.truetype(faces.bold.path, 62 * FINER, index=faces.bold.index)
    draw.disc((232, 352), 48, 48, SHIRT)
    draw.disc((232, 352), 43, 43, _colour(hue, 0.36, 0.62))
    draw.pen.text((232 * FINER, 352 * FINER), name[-1], SHIRT, face, anchor="mm")
    small = canvas.resize(SIZE, Image.Resampling.LANCZOS)
    return small.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


class _Pencil:
    """Shapes in the pixels of SIZE, drawn finer."""

    def __init__(self, canvas: Image.Image) -> None:
        self.pen = ImageDraw.Draw(canvas)

    def disc(self, centre: tuple[float, float], across: float, down: float, fill: Colour) -> None:
        (x, y), scale = centre, FINER
        box = ((x - across) * scale, (y - down) * scale, (x + across) * scale, (y + down) * scale)
        self.pen.ellipse(box, fill)

    def round(self, box: tuple[float, float, float, float], radius: float, fill: Colour) -> None:
        self.pen.rounded_rectangle([side * FINER for side in box], radius * FINER, fill)

    def area(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self.pen.polygon([(x * FINER, y * FINER) for x, y in points], fill)

    def bow(self, box: tuple[float, float, float, float], start: int, end: int, fill: Colour, width: float) -> None:
        self.pen.arc([side * FINER for side in box], start, end, fill, round(width * FINER))


def _shoulders(draw: _Pencil, coat: Colour, tie: Colour) -> None:
    draw.round((22, 284, 278, 560), 96, coat)
    draw.area([(112, 278), (188, 278), (150, 400)], SHIRT)
    draw.area([(150, 304), (162, 320), (150, 398), (138, 320)], tie)
    draw.area([(138, 298), (162, 298), (156, 318), (144, 318)], tie)
    draw.area([(106, 280), (128, 268), (148, 316), (128, 332)], _darker(SHIRT))
    draw.area([(194, 280), (172, 268), (152, 316), (172, 332)], _darker(SHIRT))


def _hair(draw: _Pencil, hair: Colour, parting: int, long: bool) -> None:
    draw.pen.pieslice([side * FINER for side in (80, 70, 220, 216)], 180, 360, hair)
    draw.round((80, 128, 98 if long else 92, 206 if long else 172), 8, hair)
    draw.round((202 if long else 208, 128, 220, 206 if long else 172), 8, hair)
    draw.disc((122 if parting else 178, 134), 40, 24, hair)


def _face(draw: _Pencil, skin: Colour, glasses: bool, smile: int) -> None:
    for x in (124, 176):
        draw.disc((x, 184), 7, 8, INK)
        draw.disc((x + 2, 181), 2, 2, SHIRT)
        draw.bow((x - 14, 162, x + 14, 180), 205, 335, INK, 4)
        if glasses:
            draw.bow((x - 22, 164, x + 22, 206), 0, 360, INK, 4)
    if glasses:
        draw.bow((144, 178, 156, 190), 190, 350, INK, 4)
    for x in (108, 192):
        draw.disc((x, 210), 11, 7, _mixed(skin, (240, 130, 120), 0.35))
    draw.bow((142, 190, 158, 208), 20, 160, _darker(skin), 4)
    draw.bow((126, 218 - smile, 174, 224 + smile), 20, 160, (176, 66, 66), 5)


def _colour(hue: float, lightness: float, strength: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, strength)
    return round(red * 255), round(green * 255), round(blue * 255)


def _darker(colour: Colour) -> Colour:
    return _mixed(colour, INK, 0.16)


def _mixed(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def main() -> None:
    """Draw every clerk of a hall file who has a photo."""
    parser = argparse.ArgumentParser(prog="testbed.portraits", description="Draws made-up portraits for a hall file.")
    parser.add_argument("hall", type=Path)
    hall_file = parser.parse_args().hall
    place = hall_file.parent / DIRECTORY
    place.mkdir(exist_ok=True)
    faces = fonts()
    for clerk in read_hall(hall_file).clerks:
        if clerk.photo:
            portrait(clerk.name, clerk.badge, faces).save(place / clerk.photo, optimize=True)


if __name__ == "__main__":
    main()
