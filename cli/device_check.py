"""`hall device check`: whether the device on a port works, in less than a minute, and what to do if not.

Only what a device said counts: one that answers nothing is unknown, and so not in order; one that cannot answer must be
looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from cli.device_frames import Frames, Told, frames_of, hex_of, usual_address
from cli.device_line import Broke, Desk
from hall.dialects import bars, ff68, ff68_pad
from hall.dialects.a090 import Colour
from hall.dialects.escpos_status import FULL, REAL_TIME, SAY_CHANGES, Listener, PrinterState, Question
from hall.profile import BarProfile, KeypadProfile, PadProfile, PrinterProfile, Profile
from hall.station.settings import fonts, words
from hall.wording import Words
from slips.paper import slip_bytes
from slips.slip import Line, QrCode, Rule, Side, Slip
from slips.values import PRINTS, PrinterStands, stands_at

WORKS, FAILS = 0, 1  # exit codes
POLL_EVERY_S: Final = 0.15  # a key string and its acknowledgement take 25 ms at 9600
SHOWN: Final = "88"
SHOWN_BYTES: Final = 16
TRIES: Final = 2  # so often a printer or bar is asked, for its part of the seconds each
QUIET_S: Final = 0.2  # after an answer that was none, until no more of it comes


class Verdict(Struct, frozen=True):
    """What came of a check. `works` is None for a device that cannot answer, or when nobody pressed a key."""

    port: str
    works: bool | None
    echoes: bool  # the adapter gives back what is sent
    says: tuple[str, ...]
    seconds: float


class Check:
    """One check of one device. `tell` is given every finding as it comes."""

    def __init__(
        self,
        profile: Profile,
        desk: Desk,
        address: int,
        seconds: float,
        say: Words,
        tell: Callable[[str], None],
        *,
        slip: bool = False,
    ) -> None:
        self._slip = slip
        self._came = b""  # the first bytes, for one whose answer is none of its profile's
        self._profile = profile
        self._desk = desk
        self._address = address
        self._seconds = seconds
        self._say = say
        self._tell = tell

    def run(self) -> bool | None:
        """Whether it works; None if that is for a person to see."""
        if reason := self._desk.open():
            self._found("no_port", reason=reason)
            return False
        self._found("open")
        works = self._tried()
        if self._desk.echoes:
            self._found("echoes")
        return works

    def _tried(self) -> bool | None:
        if isinstance(self._profile, PrinterProfile):
            return self._printer(self._profile)
        if isinstance(self._profile, BarProfile):
            return self._bar(self._profile)
        return self._keys(self._profile)

    def _found(self, key: str, **values: object) -> None:
        self._tell(self._say(f"check.{key}", **values))

    def _silent(self) -> None:
        """Nothing came that answers; what did come is shown: another profile may know it."""
        if self._came:
            self._found("strange", bytes=hex_of(self._came))
        elif self._desk.echoes:
            self._found("echo_only")
        else:
            self._found("silent", seconds=f"{self._seconds:g}")

    def _broke(self, outcome: Broke | bool) -> bool:
        if isinstance(outcome, Broke):
            self._found("broke", reason=outcome.reason)
        return isinstance(outcome, Broke)

    # --- printers -------------------------------------------------------------------------------------------

    def _printer(self, profile: PrinterProfile) -> bool:
        listener = Listener(fixed_bits=profile.fixed_bits, auto_status=profile.auto_status)
        stands = self._stands(profile, listener)
        if stands is None:
            return False
        self._found("answers")
        self._tell(self._say(f"printer.{stands}"))
        if stands not in PRINTS:
            return False
        works = True
        if self._slip:
            self._desk.write(slip_bytes(self._test_slip(profile.columns), profile, fonts().regular))
            self._found("slip")
        if profile.in_order_status:
            works &= self._in_order(profile, listener)
        if works and profile.auto_status:
            told = self._ask(listener, lambda: SAY_CHANGES, lambda: listener.state != PrinterState())
            if self._broke(told):
                return False
            self._found("auto" if told else "no_auto")
            works &= told is True
        return works

    def _stands(self, profile: PrinterProfile, listener: Listener) -> PrinterStands | None:
        """How the printer says that it is; None, and told, if it does not."""
        questions = FULL if profile.status == "full" else REAL_TIME
        answered = self._ask(
            listener,
            lambda: b"".join(map(listener.ask, questions)),
            lambda: listener.state != PrinterState(),
            enough=lambda: not listener.waiting,
        )
        if self._broke(answered):
            return None
        if not answered:
            self._silent()
            return None
        return stands_at(listener.state)

    def _in_order(self, profile: PrinterProfile, listener: Listener) -> bool:
        """Whether it says when a slip is done; told, also when paper or cover keeps it from that."""
        said = self._ask(listener, lambda: listener.ask(Question.IN_ORDER), lambda: not listener.printing)
        if self._broke(said):
            return False
        if not said:
            stands = self._stands(profile, listener)
            if stands is None or stands not in PRINTS:
                if stands is not None:
                    self._tell(self._say(f"printer.{stands}"))
                return False
        self._found("in_order" if said else "no_in_order")
        return said is True

    def _test_slip(self, columns: int) -> Slip:
        """What shows the font, the width, the code and the knife."""
        sample = self._say("slip.chinese")
        lines = (
            Line(self._say("slip.title"), scale=2, bold=True, side=Side.CENTRE),
            Line("A017", scale=4, bold=True, side=Side.CENTRE),
            Line(sample),
            Line("0123456789" * (columns // 10) + "0123456789"[: columns % 10]),
            Rule(),
            QrCode("https://hall.example/q?t=test"),
        )
        return Slip(lines, columns)

    def _ask(
        self,
        listener: Listener,
        ask: Callable[[], bytes],
        answered: Callable[[], bool],
        enough: Callable[[], bool] | None = None,
    ) -> Broke | bool:
        """Ask, and once more when the line is quiet: one byte lost or out of place is no silence. An answer among stray
        bytes is none. `enough`: there is no more to wait for, be it an answer or not."""
        for _ in range(TRIES):
            listener.forget()
            strays = listener.strays
            self._desk.write(ask())
            outcome = self._desk.listen(self._seconds / TRIES, self._hearing(listener.feed, enough or answered))
            if isinstance(outcome, Broke):
                return outcome
            if answered() and listener.strays == strays:
                return True
            if isinstance(outcome := self._desk.listen(QUIET_S, lambda _: False), Broke):
                return outcome
        return False

    def _hearing(self, feed: Callable[[bytes], object], enough: Callable[[], bool]) -> Callable[[bytes], bool]:
        def take(data: bytes) -> bool:
            self._came = (self._came + data)[:SHOWN_BYTES]
            feed(data)
            return enough()

        return take

    # --- bars -----------------------------------------------------------------------------------------------

    def _bar(self, profile: BarProfile) -> bool | None:
        codec = bars.codec(profile)
        text = SHOWN.center(profile.columns)
        frame = codec.show(self._address, text, Colour.GREEN)
        counter = bars.replies(profile)
        self._found("look", text=bars.shown_of(profile, text).strip())
        if counter is None:
            self._desk.write(frame)
            self._found("silent_kind")
            return None
        replies = 0

        def count(data: bytes) -> None:
            nonlocal replies
            replies += counter.feed(data)

        for _ in range(TRIES):
            self._desk.write(frame)
            if probe := codec.probe(self._address):
                self._desk.write(probe)
            outcome = self._desk.listen(self._seconds / TRIES, self._hearing(count, lambda: replies > 0))
            if self._broke(outcome):
                return False
            if outcome:
                self._found("answers")
                return True
        self._silent()
        return False

    # --- keypads and pads -----------------------------------------------------------------------------------

    def _keys(self, profile: KeypadProfile | PadProfile) -> bool | None:
        if isinstance(profile, KeypadProfile):
            self._desk.write(ff68.encode(ff68.show(self._address, 88, "888")))
            self._desk.write(ff68.encode(ff68.beep(self._address)))
            self._found("beeped")
        else:
            self._desk.write(ff68.encode(ff68.start_rating(self._address)))
        self._found("press", seconds=f"{self._seconds:g}")
        frames, rows = frames_of(profile), list[Told]()
        polled = isinstance(profile, KeypadProfile) and profile.speaks == "polled"
        deadline = time.monotonic() + self._seconds
        while (left := deadline - time.monotonic()) > 0:
            if isinstance(profile, KeypadProfile) and polled:
                self._desk.write(ff68.encode(ff68.poll(self._address, profile.poll_command)))
            outcome = self._desk.listen(
                min(left, POLL_EVERY_S) if polled else left, lambda data: self._take(profile, frames, data, rows)
            )
            if self._broke(outcome):
                return False
            if outcome:
                return True
        self._found("nothing_pressed")
        if not rows and self._came:
            self._silent()
        elif polled:
            if rows:
                self._found("answers")
            else:
                self._silent()
            return None if any(row["ok"] for row in rows) else False
        return False if rows else None

    def _take(self, profile: KeypadProfile | PadProfile, frames: Frames, data: bytes, rows: list[Told]) -> bool:
        """Take bytes, acknowledge and tell; True if a key of this device was among them."""
        good = False
        self._came = (self._came + data)[:SHOWN_BYTES]
        for row in frames.feed(data):
            rows.append(row)
            if not row["ok"]:
                self._found("damaged", reason=row["reason"], bytes=row["bytes"])
            elif row["address"] != self._address:
                self._found("other_address", found=row["address"], address=self._address)
            elif row["command"] == "nothing":
                continue  # polled, and no key was pressed
            elif row["command"] == "keys" and isinstance(profile, KeypadProfile):
                self._desk.write(bytes.fromhex(row["bytes"]))  # the host echoes
                action = row["action"] or self._say("check.no_action")
                self._found("pressed", code=row["key"], digits=row["digits"], action=action)
                good = True
            elif row["command"] == "rating" and isinstance(profile, PadProfile):
                self._desk.write(ff68_pad.ack(ff68_pad.rating(self._address, row["value"]), profile.ack))
                level = row["level"]
                told = self._say("check.level", level=level) if level else self._say("check.no_level")
                self._found("rated", value=row["value"], level=told)
                good = good or level is not None  # another value is another pad's: the profile does not fit
        return good


def check_device(
    profile: Profile,
    port: str,
    *,
    address: int | None,
    seconds: float,
    json: bool,
    slip: bool = False,
    language: str = "zh",
) -> int:
    """Check and print; the exit code."""
    say = words("device", language)
    at = usual_address(profile) if address is None else address
    says: list[str] = []
    began = time.monotonic()

    def tell(sentence: str) -> None:
        says.append(sentence)
        if not json:
            print(f"  {sentence}", flush=True)

    if not json:
        trying = "trying_printer" if isinstance(profile, PrinterProfile) else "trying"
        print(say(f"check.{trying}", title=profile.title, port=port, address=at), flush=True)
    with Desk(port, profile) as desk:
        works = Check(profile, desk, at, seconds, say, tell, slip=slip).run()
        echoes = desk.echoes
    verdict = Verdict(port, works, echoes, tuple(says), round(time.monotonic() - began, 2))
    if json:
        print(msgspec.json.encode(verdict).decode())
    else:
        print(say({True: "verdict.works", False: "verdict.fails", None: "verdict.look"}[works]))
    return FAILS if works is False else WORKS
