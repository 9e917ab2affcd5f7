"""The checker's own account of presses: what of each stands at windows, and what was taken back."""

from __future__ import annotations

from testbed.sim.book import Book, Rule
from testbed.sim.people import Row

ACT_OF = {"called": "call", "started": "start", "finished": "finish", "missed": "miss"}


class Effects:
    """By request: what it did, as long as that stands."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.effects: dict[str, list[str]] = {}  # request → what of it stands at windows, by service and act
        self._by_effect: dict[str, str] = {}
        self._taken_back_now: list[tuple[int, str]] = []  # windows and requests taken back by the rows just before

    @property
    def rules(self) -> dict[str, Rule]:
        """What is asked of each event."""
        return {"wish_withdrawn": self._wish_withdrawn}

    def _wish_withdrawn(self, event: Row, _at: int) -> None:
        if event["outcome"] != "stands":
            request = event["request"]
            self.book.withdrawn.add(request)
            standing = self.effects.get(request, [])
            if standing:
                self.book.fail("withdrawn", f"{request} is {event['outcome']}, yet {', '.join(standing)} stands")
            here = {window for window, taken in self._taken_back_now if taken == request}
            others = [taken for window, taken in self._taken_back_now if window in here and taken != request]
            if others:
                self.book.fail("withdrawn", f"with {request} also what {', '.join(others)} did is taken back")
        self._taken_back_now.clear()

    def are_kept(self) -> None:
        """A row that takes nothing back follows."""
        self._taken_back_now.clear()

    def act(self, kind: str, event: Row) -> None:
        """A press did something."""
        request = event["request"]
        if request:
            if request in self.book.withdrawn:
                self.book.fail("withdrawn", f"{kind} {event['service']} for {request}, which was withdrawn")
            effect = f"{event['service']} {ACT_OF[kind]}"
            self.effects.setdefault(request, []).append(effect)
            self._by_effect[effect] = request

    def taken_back(self, event: Row) -> None:
        """What a press did stands no more."""
        effect = f"{event['service']} {event['act']}"
        request = self._by_effect.pop(effect, None)
        if request is not None:
            self.effects[request].remove(effect)
            self._taken_back_now.append((event["window"], request))
