"""From a key to bar, board and ear: the last byte of a press on an unpaced wire, in real time, in an idle hall."""

from __future__ import annotations

import json
import time
from itertools import count
from pathlib import Path

from cli.stage import Stage
from hall.messages import Answer, Ask, Body, Issued, Printed, TakeTicket, decode, encode
from hall.model import Printing
from hall.topics import Tree
from testbed.touch import Touch
from tests.bench.clients import FOREVER
from tests.bench.figures import figure, percentile, write_samples
from tests.bench.measures import Measured, Tell, await_quiet
from tests.bench.wire import Connection
from tests.whole.corner import LIMIT_S, NEXT, hall_of, open_window, until

UNPACED = 10_000_000  # baud: a byte takes a microsecond
HEARD = 12  # calls whose announcement is waited for, so that the voice is idle at each
MORE = 36
GAP_S = 1.5  # between the others: the same key sooner is taken for impatience


class Caller:
    """The window with its clerk, and numbers without a kiosk."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tree = Tree(stage.hall.id)
        self._ids = count()
        self._wire = Connection(stage.site.port, "kiosk-1", stage.site.password("kiosk-1"))
        self._wire.subscribe(self._tree.answer("kiosk-1"))
        self.keypad, self.bar = stage.devices.keypads[1], stage.devices.bars[1]
        self.board = Touch(stage.fingers["board-1"], LIMIT_S)

    def take(self) -> str:
        """A number on paper; its label."""
        issued = self._ask(TakeTicket(matter="pension-enrolment"), FOREVER)
        assert isinstance(issued, Issued), issued
        self._ask(Printed(ticket=issued.ticket, outcome=Printing.ON_PAPER), None)
        return issued.label

    def call(self, label: str) -> dict[str, float]:
        """Press *next* (it ends the service before); milliseconds until bar and board show the number."""
        sent = self.keypad.press("", NEXT).sent_at
        text = f"请{label}到1号窗口"
        drawn = self._drawn(label)
        until(lambda: self.bar.text == text, "the bar")
        lit = next(heard.at for heard in reversed(self.bar.heard) if heard.text == text)
        return {"sent": sent, "bar": 1000 * (lit - sent), "board": 1000 * (drawn - sent)}

    def _drawn(self, label: str) -> float:
        """When the board had drawn the number, in monotonic seconds; looked at every other millisecond."""
        limit = time.monotonic() + LIMIT_S
        while label not in self.board.look()["texts"]:
            assert time.monotonic() < limit, f"{label} is not on the board"
            time.sleep(0.002)
        return time.monotonic()

    def sounded(self, number: int) -> float:
        """Monotonic seconds at which the announcement of that number (from 1) began; waits for its end."""
        timeline = self._stage.audio / "voice-1" / "timeline.jsonl"
        until(lambda: timeline.exists() and len(timeline.read_text().splitlines()) >= number, "the announcement", 60)
        return float(json.loads(timeline.read_text(encoding="utf-8").splitlines()[number - 1])["start_mono"])

    def close(self) -> None:
        """Hang up."""
        self._wire.close()
        self.board.close()

    def _ask(self, body: Body, not_after: int | None) -> object:
        request = f"bench-{next(self._ids)}"
        self._wire.publish(self._tree.ask("kiosk-1").encode(), encode(Ask(id=request, body=body, not_after=not_after)))
        while True:
            for _, payload in self._wire.receive():
                answer = decode(payload, Answer)
                if answer.id == request:
                    return answer.reply


def call(work: Path, raw: Path, tell: Tell) -> Measured:
    """Sixty calls; the first dozen one after the other's announcement."""
    hall_file = hall_of(work)
    text = hall_file.read_text(encoding="utf-8").replace(
        "[[stations]]", "[policy]\nannounce_repeats = 1\n\n[[stations]]", 1
    )
    hall_file.write_text(text, encoding="utf-8")
    rows: list[dict[str, float]] = []
    with Stage(work / "site", hall_file, start="2026-11-23T09:30", speed=1.0, pictures=False, baud=UNPACED) as stage:
        until(stage.fingers["board-1"].exists, "the board's process")
        Touch(stage.fingers["kiosk-1"], LIMIT_S).close()
        stage.processes["kiosk-1"].end()
        caller = Caller(stage)
        labels = [caller.take() for _ in range(HEARD + MORE)]
        open_window(caller.keypad, caller.bar)
        await_quiet(8.0)  # clips are recorded, and all is drawn once
        tell(f"{HEARD} calls with their announcements, then {MORE} more")
        for n, label in enumerate(labels, start=1):
            row = caller.call(label)
            if n <= HEARD:
                row["audio"] = 1000 * (caller.sounded(n) - row["sent"])
                await_quiet(0.5)
            else:
                await_quiet(GAP_S)
            rows.append(row)
        caller.close()
    write_samples(raw / "call.csv", ("bar", "board", "audio"), [[f"{r.get(k, 0):.2f}" for k in KINDS] for r in rows])
    figures = []
    for kind, bound in KINDS.items():
        found = [row[kind] for row in rows if kind in row]
        for share in (0.5, 0.99):
            name = f"key to {TOLD[kind]} p{round(share * 100)}"
            figures.append(figure(name, percentile(found, share), "ms", at_most=bound if share > 0.5 else None))
    return Measured(figures, [])


KINDS = {"bar": 50.0, "board": 150.0, "audio": 250.0}
TOLD = {"bar": "bar lit", "board": "board drawn", "audio": "sound begun"}
