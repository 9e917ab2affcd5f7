"""Every service that was finished against what was pressed on its window's pad."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from testbed.readers.ratings import Pad, Press
from testbed.reconciling.findings import Findings
from testbed.reconciling.ledger import Ledger, Service

ASKS_S: Final = 12.0  # real: a pad has asked, and was answered or not, by then


def ratings(ledger: Ledger, pads: Mapping[int, Pad], station_of: Mapping[int, str], found: Findings) -> dict[str, int]:
    """How many services were rated on a pad's wire, how many ratings crossed a finish that was taken back (the hub
    passes over those: the service goes on, and is asked for again), and how many services the log has as not rated."""
    by_window: defaultdict[int, list[Service]] = defaultdict(list)
    for service in ledger.services.values():
        by_window[service.window].append(service)
    rated = passed_over = unrated = 0
    for window, services in by_window.items():
        presses = list(pads[window].pressed) if window in pads else []
        untaken = list(pads[window].untaken) if window in pads else []
        who = (station_of.get(window, ""), "hub", "broker")
        rated += len(presses)
        for service in sorted(services, key=lambda one: one.ended):
            if service.rating:
                press = _taken(presses, service, found.late_s)
                if press is None:
                    press = _taken(untaken, service, found.late_s)
                    if press is None:
                        found.differs(f"{service.id} is rated in the log and on no pad's wire", service.rated)
                        continue
                    # Heard, and the cable was pulled before its pad was told so: the rating counts.
                    what = f"the rating of {service.id} was taken, and its pad was not told so"
                    rated += found.is_excused(what, who[:1], service.rated, press.t)
            elif service.rating == 0:
                unrated += 1
            elif service.by_rule:
                unrated += 1
                found.excuse(f"{service.id} was not rated", service.ended, "the day was closed while it lasted")
            else:
                # A pad that dies with its question, and the next applicant comes before it is back: nobody was asked.
                what, until = f"whether {service.id} was rated was never told", service.ended + ASKS_S * found.speed
                unrated += found.is_excused(what, who, service.ended, until)
        for press in presses:
            what = f"a rating at window {window} was taken and is not in the log"
            if any(w == window and abs(press.t - t) <= found.late_s for w, t in ledger.reopened):
                found.excuse(what, press.t, "it crossed a finish that was taken back")
                passed_over += 1
            else:
                found.differs(what, press.t)  # what a pad was told to be taken is never lost, whatever befell the hall
    for window in set(pads) - set(by_window):
        for press in pads[window].pressed:
            found.differs(f"a rating at window {window}, where nobody was served", press.t)
    return {"rated": rated - passed_over, "passed_over": passed_over, "unrated": unrated}


def _taken(presses: list[Press], service: Service, late_s: float) -> Press | None:
    """The press that made a rating; it is taken out."""
    for press in presses:
        if service.ended - late_s <= press.t <= service.rated + late_s:
            presses.remove(press)
            return press
    return None
