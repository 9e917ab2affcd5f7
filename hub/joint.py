"""联办: a matter of several departments on one number, pure. Its host window takes it in, the parts follow in order at
windows of their own, and the host ends it. Between them the ticket waits at its place by arrival.
"""

from __future__ import annotations

from typing import Any

from hall.model import DeskState, Disposition, Hall, Matter, MatterId, Ticket, WindowNo
from hall.routing import may_serve
from hall.waiting import windows_for
from hub.asking import clerk_of
from hub.floor import Floor
from hub.held import listed

NOT_BEGUN = (Disposition.WRONG_MATTER, Disposition.ADVISED)  # the host took nothing in


def what_follows(hall: Hall, floor: Floor, ticket: Ticket, disposition: Disposition) -> dict[str, Any]:
    """What a ticket waits for once its service is over, as fields of Finished: the next part of its joint matter, or
    its next matter, or nothing."""
    matter = hall.by_matter.get(ticket.matter)
    if ticket.part:
        joint, parts, first = ticket.joint, listed(ticket.parts), ticket.part
        if ticket.matter == joint != parts[first - 1]:
            first -= 1  # the part had been sent back to the host: it is still to be done
    elif matter is not None and matter.joint is not None and disposition not in NOT_BEGUN:
        joint, first = matter.id, 0
        parts = steps_of(matter)
    else:
        return _next_matter(hall, floor, ticket)
    at = next((n for n in range(first, len(parts)) if windows_for(hall, parts[n])), None)
    if at is None:
        return _next_matter(hall, floor, ticket)
    host = at_host(hall, floor, joint, ticket.host) if parts[at] == joint else None
    return {"further": parts[at], "joint": joint, "part": at + 1, "parts": parts, "to_window": host}


def steps_of(matter: Matter) -> tuple[MatterId, ...]:
    """What follows once a joint matter was taken in: its parts, and itself once more where the host ends it."""
    assert matter.joint is not None
    return (*matter.joint.parts, *((matter.id,) if matter.joint.returns else ()))


def _next_matter(hall: Hall, floor: Floor, ticket: Ticket) -> dict[str, Any]:
    further = ticket.further.partition(",")[0]
    return {"further": further, "to_window": first_host(hall, floor, hall.by_matter.get(further))}


def first_host(hall: Hall, floor: Floor, matter: Matter | None) -> WindowNo | None:
    """The window that the hall names as host of a matter, where it can be asked for."""
    if matter is None or matter.joint is None:
        return None
    return at_host(hall, floor, matter.id, matter.joint.host)


def host_of(
    hall: Hall, floor: Floor, ticket: Ticket, matter: MatterId, closing: WindowNo | None = None
) -> WindowNo | None:
    """Where a ticket waits for `matter` if that is its joint matter: at the host, unless that is `closing`."""
    if ticket.part:
        host = at_host(hall, floor, matter, ticket.host) if matter == ticket.joint else None
    else:
        host = first_host(hall, floor, hall.by_matter.get(matter))
    return host if host != closing else None


def at_host(hall: Hall, floor: Floor, matter: MatterId, host: WindowNo | None) -> WindowNo | None:
    """A host that is there and may handle the matter; otherwise whichever window of the matter calls it."""
    if host is None or host not in hall.by_window or matter not in hall.by_matter:
        return None
    desk = floor.desk(host)
    return host if desk.state is not DeskState.CLOSED and may_serve(hall, clerk_of(hall, desk), matter) else None
