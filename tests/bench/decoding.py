"""How much faster than its line each dialect is read: one that keeps up with a hundred lines leaves the CPU alone."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

from hall.dialects.escpos_status import MAX_ASKED, REAL_TIME, Listener
from tests.bench.figures import Figure, figure, write_samples
from tests.bench.measures import Measured, Tell
from tests.fuzz.targets import PROFILES, decoder_of
from tests.hall.dialects.known import FRAMES

CHUNK: Final = 32  # bytes a read gives on a busy line
STREAM: Final = 200_000
ROUNDS: Final = 5
TIMES_THE_LINE: Final = 100
BITS: Final = 10  # a byte on the wire: 8N1
DIALECTS: Final = ("ff68-21key-a", "a090-8", "aabb-sum-8", "aabb-xor-8", "number4-3", "escpos-80mm", "custom-kpm-80mm")


def decoding(work: Path, raw: Path, tell: Tell) -> Measured:
    """Bytes a processor second of every decoder, over what its line carries at the profile's baud rate."""
    del work
    figures: list[Figure] = []
    rows: list[tuple[str, int, str]] = []
    for name in DIALECTS:
        tell(f"decoding {name}")
        stream, line = stream_of(name), PROFILES[name].line.baud / BITS
        rates = [_rate(name, stream) for _ in range(ROUNDS)]
        rows += [(name, turn, f"{rate:.0f}") for turn, rate in enumerate(rates)]
        figures.append(figure(f"decode {name}", max(rates), "bytes/s", floor=line, at_least=TIMES_THE_LINE))
    tell("a printer's answers")
    line = PROFILES["escpos-80mm"].line.baud / BITS
    answers = max(_listening() for _ in range(ROUNDS))
    figures.append(figure("answers of a printer", answers, "bytes/s", floor=line, at_least=TIMES_THE_LINE))
    write_samples(raw / "decoding.csv", ("profile", "round", "bytes/s"), rows)
    return Measured(figures, [])


def stream_of(name: str) -> bytes:
    """What a line carries: known frames of the dialect, with a byte of noise now and then."""
    profile, noise = PROFILES[name], random.Random(1)
    known = [bytes.fromhex(data) for other, data, _ in FRAMES if other == name]
    if profile.dialect == "escpos":
        known = [frame for frame in known if frame[0] not in (0x1D, 0x1B) and frame[:2] != b"\x10\x04"]
    stream = bytearray()
    while len(stream) < STREAM:
        stream += known[noise.randrange(len(known))]
        if noise.random() < 0.05:
            stream.append(noise.randrange(256))
    return bytes(stream)


def _rate(name: str, stream: bytes) -> float:
    decoder = decoder_of(PROFILES[name])
    pieces = [stream[start : start + CHUNK] for start in range(0, len(stream), CHUNK)]
    began = time.process_time()
    for piece in pieces:
        decoder.feed(piece)
    return len(stream) / (time.process_time() - began)


def _listening() -> float:
    """Answers to sixteen rounds of questions at once, each followed by four bytes that the printer says by itself."""
    listener, turns, took = Listener(auto_status=True), 300, 0.0
    answers = b"\x12\x12\x12\x12\x10\x00\x00\x00" * (MAX_ASKED // len(REAL_TIME))
    for _ in range(turns):
        for question in REAL_TIME * (MAX_ASKED // len(REAL_TIME)):
            listener.ask(question)
        began = time.process_time()
        listener.feed(answers)
        took += time.process_time() - began
    return len(answers) * turns / took
