"""The mouth of a printer: what the knife has cut falls out, or hangs in a presenter until somebody takes it."""

import queue
from pathlib import Path
from typing import Final

import msgspec
from PIL import Image

from hall.dialects import escpos_presenter as presenter

MAX_SLIPS: Final = 64  # older ones are swept up if nobody takes them


class Slip(msgspec.Struct, frozen=True):
    """One slip as it fell out at a cut. `whole` is False if paper or cover stopped it on the way: the picture
    then shows both pieces as one. `unknown` are commands the printer did not understand."""

    data: bytes
    text: str
    picture: Image.Image
    whole: bool
    cut_at: float  # monotonic seconds
    unknown: tuple[bytes, ...]


class Mouth:
    """A kiosk printer `presents` a slip: it holds it out, and drops or swallows it when it is told so. `slips` may be
    taken from any thread; all else belongs to the printer's."""

    def __init__(self, *, presents: bool, png_dir: Path | None) -> None:
        self.slips: Final[queue.Queue[Slip]] = queue.Queue(MAX_SLIPS)
        self.retracted: Final[list[Slip]] = []  # what the presenter took back
        self.count = 0  # slips since the printer was made
        self.is_full = False  # a slip hangs in it
        self._presents = presents
        self._png_dir = png_dir

    def put(self, slip: Slip) -> None:
        """The knife has cut it."""
        self.count += 1
        if self._png_dir:
            slip.picture.save(self._png_dir / f"slip-{self.count:04}.png")
        if self.slips.full():
            self.slips.get_nowait()
        self.slips.put_nowait(slip)
        self.is_full = self._presents

    def obey(self, order: bytes) -> None:
        """Drop or swallow what hangs in it; a slip is held out by itself when it was cut."""
        if order == presenter.RETRACT and self.is_full and not self.slips.empty():
            self.retracted.append(self.slips.get_nowait())
        if order in (presenter.RETRACT, presenter.EJECT):
            self.is_full = False

    def taken(self) -> None:
        """Somebody has taken the slip."""
        self.is_full = False
