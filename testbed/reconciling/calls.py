"""Every call and recall of the log against what was heard, what bars lit and what boards were told."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from testbed.readers.record import NotSaid
from testbed.readers.strips import Lit
from testbed.readers.voices import Sentence
from testbed.reconciling.findings import Findings
from testbed.reconciling.ledger import Call

SHORT_S: Final = 1.0  # real: what was over sooner may be overtaken by what followed


class Recording(NamedTuple):
    """A WAV file: when it was made, and the calls in it."""

    t: float
    name: str
    sentences: list[Sentence]


def voices(
    calls: list[Call],
    heard: list[Recording],
    silent: list[NotSaid],
    voice_of: Mapping[int, str],
    per_call: Mapping[int, int],
    found: Findings,
) -> tuple[int, int]:
    """How many calls were spoken, how many were given up. `voice_of`: the voice of a window's zone; `per_call`: how
    many sentences one is."""
    spoken: Counter[tuple[str, int]] = Counter()
    for recording in heard:
        said = {(s.label, s.window) for s in recording.sentences}
        if not said:  # a voice that is ended leaves what it had begun, be it the chime alone
            who = (recording.name.partition("/")[0], "hub", "broker")
            found.is_excused(f"{recording.name} calls nobody", who, recording.t)
            continue
        if len(said) != 1:
            found.differs(f"{recording.name} says {len(said)} calls: {sorted(said)}", recording.t)
            continue
        ((label, window),) = said
        spoken[label, window] += 1
        if len(recording.sentences) != per_call.get(window, 0):
            what = f"{recording.name}: {len(recording.sentences)} sentences instead of {per_call.get(window, 0)}"
            found.is_excused(what, (voice_of.get(window, ""),), recording.t)
    given_up: defaultdict[tuple[str, int], dict[str, NotSaid]] = defaultdict(dict)
    for one in silent:
        given_up[one.label, one.window][one.announcement] = one
    wanted: defaultdict[tuple[str, int], list[Call]] = defaultdict(list)
    for call in calls:
        wanted[call.label, call.window].append(call)
    announced = expired = 0
    for key, group in wanted.items():
        label, window = key
        times = spoken.pop(key, 0)
        reasons = list(given_up.pop(key, {}).values())[: max(0, len(group) - times)]
        for one, call in zip(reasons, reversed(group), strict=False):
            found.excuse(f"{label} to window {window} was not spoken", call.began, f"the voice gave it up: {one.why}")
        missing = max(0, len(group) - times - len(reasons))
        who = (voice_of.get(window, ""), "hub", "broker")
        group.sort(key=lambda call: found.cause(who, call.began, call.ended) is None)  # those with a cause first
        for call in group[:missing]:
            what = f"{label} to window {window} was not spoken"
            expired += found.is_excused(what, who, call.began, call.ended)
        if times > len(group):
            found.differs(f"{label} to window {window} was called {len(group)} times, spoken {times} times")
        announced += times
        expired += len(reasons)
    for (label, window), times in spoken.items():
        found.differs(f"{label} to window {window} was spoken {times} times and never called")
    return announced, expired


def bars(
    calls: list[Call], lit: Mapping[int, list[Lit]], station_of: Mapping[int, str], found: Findings
) -> tuple[int, int]:
    """How many calls stood on their window's bar, and how many were overtaken before they could."""
    on_bar = superseded = 0
    by_window: defaultdict[int, list[Call]] = defaultdict(list)
    for call in calls:
        by_window[call.window].append(call)
        shown = lit.get(call.window)
        if shown is not None and _stood(call, shown, found.late_s):
            on_bar += 1
        elif shown is None:
            found.differs(f"window {call.window} has no bar that was heard", call.began)
        elif _overtaken(call, shown, found):
            superseded += 1
            found.excuse(f"{call.label} on the bar of window {call.window}", call.began, "overtaken by what followed")
        else:
            who = (station_of.get(call.window, ""), "hub", "broker")
            what = f"{call.label} was called to window {call.window} and never on its bar"
            superseded += found.is_excused(what, who, call.began, call.ended)
    for window, shown in lit.items():
        for one in shown:
            if one.label:
                _was_called(one, window, by_window[window], station_of.get(window, ""), found)
    return on_bar, superseded


def _overtaken(call: Call, shown: list[Lit], found: Findings) -> bool:
    """Whether the call was over before the line had time for it: the bar shows what followed, or all was short."""
    if call.ended - call.began >= SHORT_S * found.speed:
        return False
    served = any(one.label == call.label and call.began <= one.t <= call.held + found.late_s for one in shown)
    return served or call.held - call.began < SHORT_S * found.speed


def _stood(call: Call, shown: list[Lit], late_s: float) -> bool:
    first = bisect_right(shown, call.began, key=lambda one: one.t)
    before = shown[first - 1] if first else None
    if before is not None and before.calls and before.label == call.label:
        return True  # a recall changes nothing on a bar
    end = call.ended + late_s
    for one in shown[max(0, first - 1) :]:
        if one.t > end:
            return False
        if one.calls and one.label == call.label and one.t >= call.began - late_s:
            return True
    return False


def _was_called(one: Lit, window: int, calls: list[Call], station: str, found: Findings) -> None:
    mine = [call for call in calls if call.label == one.label and call.began <= one.t + found.late_s]
    if not mine:
        found.differs(f"the bar of window {window} showed {one.text!r}, which was not called there", one.t)
    elif one.calls and all(one.t > call.ended + found.late_s for call in mine):
        what = f"the bar of window {window} showed {one.text!r} long after that"
        found.is_excused(what, (station, "hub", "broker"), one.t)


def boards(calls: list[Call], told: list[dict[str, Any]], zone_of: Mapping[int, str], found: Findings) -> int:
    """How many calls stood in the retained state of their zone's board."""
    seen: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for row in told:
        for called in row["body"]["rows"]:
            seen[called["label"], called["window"]].append(row["t"])
    on_board = 0
    for call in calls:
        times = seen.get((call.label, call.window), ())
        if any(call.began - found.late_s <= t <= call.held + found.late_s for t in times):
            on_board += 1
        elif call.number > 1 and any(t <= call.began for t in times):
            on_board += 1  # it stands there since the first call
        elif call.held - call.began < SHORT_S * found.speed:
            what = f"{call.label} on the board of {zone_of[call.window]}"
            found.excuse(what, call.began, "overtaken by what followed")
        else:
            what = f"{call.label} was called to window {call.window} and never on the board"
            found.is_excused(what, ("listener", "hub", "broker"), call.began, call.ended)
    return on_board
