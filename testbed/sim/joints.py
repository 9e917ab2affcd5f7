"""Whether joint matters (联办) are done as the hall says: every part once, in order, the host last. Shares no rule with
the hub: made from the hall and the log's events alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hall.model import Hall
from testbed.sim.people import Held, Row, Seat

Before = tuple[str, list[str], str, int, int | None]


class Joints:
    """The joint matters of all tickets; what does not hold is told through `fail`."""

    def __init__(self, hall: Hall, seats: Mapping[int, Seat], fail: Callable[[str, str], None]) -> None:
        self._hall, self._seats, self._fail = hall, seats, fail
        self._steps = {
            m.id: [*m.joint.parts, *([m.id] if m.joint.returns else [])] for m in hall.matters if m.joint is not None
        }
        self._before: dict[str, Before] = {}  # service → the ticket as it was
        self.done = 0  # joint matters that came to their end

    def issued(self, event: Row) -> None:
        """A named host is asked for by itself, while it is there; a window asked for is no host."""
        host = self._named(event["matter"])
        if event["hosted"] and event["for_window"] != host:
            self._fail("joint", f"{event['ticket']} waits for {event['for_window']}, the hall's host is {host}")
        alone = event["for_window"] is None and event["for_clerk"] is None
        if alone and self._is_there(host, event["matter"]):
            self._fail("joint", f"{event['ticket']} does not wait for its host {host}, which is there")

    def finished(self, ticket: Held, event: Row) -> None:
        """A service ends: which step comes next, and whether the event says so."""
        self._before[event["service"]] = (
            ticket.matter, list(ticket.further), ticket.joint, ticket.done, ticket.host,
        )  # fmt: skip
        if event["disposition"] == "day_closed":
            return
        host: int | None = None
        self._step_done(ticket, event)
        if ticket.joint:
            steps = self._steps[ticket.joint]
            expected = (steps[ticket.done], ticket.joint, ticket.done + 1, steps)
            host = ticket.host if expected[0] == ticket.joint else None
        else:
            expected = (ticket.further.pop(0) if ticket.further else "", "", 0, [])
            host = self._named(expected[0])
        told = (event["further"], event["joint"], event["part"], list(event["parts"]))
        if told != expected:
            invariant = "joint" if told[1] or expected[1] else "ended"
            self._fail(invariant, f"{event['service']} is followed by {told}, it should be {expected}")
        host = host if self._is_there(host, expected[0]) else None
        if event["to_window"] != host:
            self._fail("joint", f"{ticket.id} goes on to window {event['to_window']}, its host is {host}")
        if event["further"]:
            ticket.matter, ticket.for_window, ticket.for_clerk = event["further"], event["to_window"], None

    def _step_done(self, ticket: Held, event: Row) -> None:
        if not ticket.joint:
            if ticket.matter in self._steps and event["disposition"] not in ("wrong_matter", "advised"):
                ticket.joint, ticket.done, ticket.host, ticket.steps = ticket.matter, 0, event["window"], []
            return
        steps = self._steps[ticket.joint]
        step = steps[ticket.done]
        if ticket.matter == ticket.joint != step:
            return  # sent back to the host: the step is still to be done
        ticket.steps.append(step)
        ticket.done += 1
        if ticket.done == len(steps):
            if ticket.steps != steps:
                self._fail("joint", f"{ticket.id}: the parts of {ticket.joint} were {ticket.steps}, not {steps}")
            ticket.joint, ticket.done = "", 0
            self.done += 1

    def taken_back(self, ticket: Held, service: str) -> None:
        """The end of a service is undone: the ticket is at the same matter and step again."""
        matter, further, joint, done, host = self._before[service]
        if ticket.joint != joint or ticket.done != done:
            self.done -= not ticket.joint
            ticket.steps = self._steps[joint][:done] if joint else []
        ticket.matter, ticket.further, ticket.joint, ticket.done, ticket.host = matter, further, joint, done, host

    def sent(self, ticket: Held, event: Row, closing: bool = False) -> None:
        """A ticket came back, or is passed to another matter: it waits for its host where that is the matter's."""
        matter = event.get("matter", ticket.matter)
        host = (ticket.host if matter == ticket.joint else None) if ticket.joint else self._named(matter)
        there = host if self._is_there(host, matter) else None
        here = event.get("window")  # a window passes nothing to itself
        if event["to_window"] != (there if there != here else None) and not closing:
            self._fail("joint", f"{ticket.id} is sent to window {event['to_window']}, its host is {there}")

    def _named(self, matter: str) -> int | None:
        found = self._hall.by_matter.get(matter)
        return found.joint.host if found is not None and found.joint is not None else None

    def _is_there(self, host: int | None, matter: str) -> bool:
        if host is None:
            return False
        seat = self._seats[host]
        clerk = self._hall.by_badge.get(seat.clerk or "")
        barred = clerk is not None and clerk.temporary and self._hall.by_matter[matter].approval
        return seat.state != "closed" and not barred
