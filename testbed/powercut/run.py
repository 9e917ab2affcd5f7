"""Many power cuts: lives of a hub recorded one after another, and disks made of every moment of them."""

from __future__ import annotations

import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from hall.model import Hall
from hub.__main__ import STORE
from testbed.powercut.check import Mistake, mistakes
from testbed.powercut.platter import Image, Name, Platter, Resize, Sync, Unname
from testbed.powercut.promises import Promises
from testbed.powercut.recording import SHARED, Recording, Said, image_of, lay, recorded
from testbed.sim.place import hall

TURNS = 130  # of the hub in a life: the WAL fills once or twice, and is emptied at the end
CHAIN = 3  # lives one after another, each on what a cut in the one before has left
LIFE_OF = 400  # images, about
KEPT_AT_MOST = 5
SHARED_BYTES = 32_768


class Ran(Struct):
    """What a run came to. `unsynced`: images of moments when something was not yet safe; `found`: by what must hold."""

    seed: int
    images: int = 0
    unsynced: int = 0
    moments: int = 0  # different ones
    lives: int = 0
    calls: int = 0  # that changed the disk or made it safe
    syncs: int = 0
    checkpoints: int = 0  # when the database itself was synced
    numbers: int = 0  # promised before the cut, over all images
    answers: int = 0  # likewise
    lost: int = 0  # numbers, over all images
    failed: int = 0  # images
    found: Counter[str] = Counter()
    kept: tuple[str, ...] = ()
    seconds: float = 0.0


class Cut(Struct, frozen=True):
    """A power cut: which image of the run, and before which moment of the life."""

    image: int
    at: int


class Life:
    """A recorded life: its moments, and the disk and the promises that it began with."""

    def __init__(self, recording: Recording, earlier: list[bytes]) -> None:
        self.ground, self.moments = recording.ground, recording.moments
        self.earlier = earlier  # lines of the transcript before this life
        moments = self.moments
        self._after_told = [i + 1 for i, m in enumerate(moments) if isinstance(m, Said) and b'"told"' in m.line[:24]]
        rare = [i for i, m in enumerate(moments) if isinstance(m, Sync | Resize | Name | Unname)]
        self._around_rare = [i + after for i in rare for after in (0, 1)]

    def moment(self, chance: Random) -> int:
        """Where the power goes: anywhere, just after something was told, or around a sync, a new or a lost name."""
        dice = chance.random()
        if dice < 0.3 and self._after_told:
            return chance.choice(self._after_told)
        if dice < 0.5 and self._around_rare:
            return chance.choice(self._around_rare)
        return chance.randint(0, len(self.moments))


class Standing:
    """The disk and the promises at a moment of a life, going forward."""

    def __init__(self, life: Life, a_hall: Hall) -> None:
        self.platter, self.promises = Platter(), Promises(a_hall.id)
        self.lines = list(life.earlier)
        for line in self.lines:
            self.promises.note(line)
        for step in life.ground:
            self.platter.do(step)
        self._life, self._at = life, 0

    def go_to(self, at: int) -> None:
        for moment in self._life.moments[self._at : at]:
            if isinstance(moment, Said):
                self.promises.note(moment.line)
                self.lines.append(moment.line)
            else:
                self.platter.do(moment)
        self._at = max(self._at, at)

    def image(self, chance: Random) -> Image:
        """A disk that the cut may leave. What is mapped into memory is whatever it was."""
        image = self.platter.image(chance)
        shared = chance.choice((None, b"", bytes(SHARED_BYTES), chance.randbytes(SHARED_BYTES)))
        if shared is not None:
            image[SHARED] = shared
        return image


class PowerCuts:
    """A run. `only`: none but this image; `keep`: where failing images are put."""

    def __init__(
        self,
        seed: int,
        images: int,
        place: Path,
        *,
        keep: Path | None = None,
        only: int | None = None,
        watch: Callable[[Ran], None] = lambda _ran: None,
    ) -> None:
        self.ran = Ran(seed)
        self._images, self._only, self._place, self._keep, self._watch = images, only, place, keep, watch
        self._hall = hall()

    def run(self) -> Ran:
        """Record, cut and check all. Raises NoTracing, BadRecording, or RuntimeError for a hub that did not live."""
        began = time.monotonic()
        lives = max(CHAIN, round(self._images / LIFE_OF))
        bounds = [self._images * life // lives for life in range(lives + 1)]
        last = lives if self._only is None else bisect_right(bounds, self._only)
        life: Life | None = None
        for number in range(last):
            life = self._next_life(number, life if number % CHAIN else None)
            self._cut(life, range(bounds[number], bounds[number + 1]))
            self.ran.seconds = round(time.monotonic() - began, 1)
        return self.ran

    def _next_life(self, number: int, before: Life | None) -> Life:
        """A life on an empty disk, or on one of those that a cut in the life before may have left."""
        seed = f"{self.ran.seed} {number}"
        chance, image, earlier = Random(f"{seed} begins"), Image(), list[bytes]()
        if before is not None:
            standing = Standing(before, self._hall)
            standing.go_to(before.moment(chance))
            image, earlier = standing.image(chance), standing.lines
        data, transcript = self._place / "data", self._place / "transcript"
        transcript.unlink(missing_ok=True)
        command = [sys.executable, "-m", "testbed.powercut.life", str(data), str(transcript), seed, str(TURNS)]
        life = Life(recorded(data, transcript, command, image), earlier)
        steps = [moment for moment in life.moments if not isinstance(moment, Said)]
        self.ran.lives += 1
        self.ran.calls += len(steps)
        synced = [step.file for step in steps if isinstance(step, Sync)]
        self.ran.syncs += len(synced)
        named = (*life.ground, *steps)
        store = next((step.file for step in named if isinstance(step, Name) and step.name == STORE), -1)
        self.ran.checkpoints += synced.count(store)
        return life

    def _cut(self, life: Life, numbers: range) -> None:
        cuts = [Cut(image, life.moment(self._chance(image, "cut"))) for image in numbers]
        self.ran.moments += len({cut.at for cut in cuts})
        standing = Standing(life, self._hall)
        for cut in sorted(cuts, key=lambda cut: cut.at):
            if self._only in (None, cut.image):
                standing.go_to(cut.at)
                self._judge(standing, cut)
                self._watch(self.ran)

    def _judge(self, standing: Standing, cut: Cut) -> None:
        ran, promises = self.ran, standing.promises
        image = standing.image(self._chance(cut.image, "disk"))
        place = self._place / "image"
        lay(image, place)
        found = mistakes(place, self._hall, promises, self._chance(cut.image, "check"))
        ran.images += 1
        ran.unsynced += standing.platter.unsynced() > 0
        ran.numbers += len(promises.numbers)
        ran.answers += len(promises.answers)
        if found:
            ran.failed += 1
            ran.lost += sum(mistake.what == "ticket" for mistake in found)
            ran.found.update({mistake.what for mistake in found})
            self._keep_image(cut, image, standing.lines, found)

    def _keep_image(self, cut: Cut, image: Image, lines: list[bytes], found: list[Mistake]) -> None:
        if self._keep is None or len(self.ran.kept) >= KEPT_AT_MOST:
            return
        kept = self._keep / f"seed-{self.ran.seed}-image-{cut.image}"
        kept.mkdir(parents=True, exist_ok=True)
        lay(image, kept / "disk")
        (kept / "transcript.jsonl").write_bytes(b"".join(lines))
        (kept / "case.json").write_bytes(msgspec.json.encode(Case(self.ran.seed, cut.image)))
        again = f"python -m testbed.powercut --images {self._images} --seed {self.ran.seed} --only {cut.image}"
        why = [f"{mistake.what}: {mistake.why}" for mistake in found]
        told = [f"python -m testbed.powercut --image {kept}   # this very disk", f"{again}   # recorded anew", "", *why]
        (kept / "why.txt").write_text("\n".join(told) + "\n", encoding="utf-8")
        self.ran.kept += (str(kept),)

    def _chance(self, image: int, what: str) -> Random:
        return Random(f"{self.ran.seed} {image} {what}")


class Case(Struct, frozen=True):
    """Which image of which run a kept one is."""

    seed: int
    image: int


def checked_again(kept: Path, place: Path) -> list[Mistake]:
    """What does not hold on a kept disk. Raises OSError or ValueError if it is no kept one."""
    case = msgspec.json.decode((kept / "case.json").read_bytes(), type=Case)
    a_hall = hall()
    promises = Promises(a_hall.id)
    for line in (kept / "transcript.jsonl").read_bytes().splitlines():
        promises.note(line)
    lay(image_of(kept / "disk"), place / "image")
    return mistakes(place / "image", a_hall, promises, Random(f"{case.seed} {case.image} check"))
