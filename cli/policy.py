"""`hall policy check`: whether a hall's policy can hold what it promises, rule by rule, and what it then promises."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from hall.errors import BadFile
from hall.model import Hall
from hall.soundness import unsound
from hall.station.settings import read_hall, words

SOUND, UNSOUND = 0, 1


def check(file: Path, console: Console, *, language: str = "zh") -> int:
    """Print what the policy of a hall file breaks, or what it promises; the exit code."""
    say = words("policy", language)
    try:
        hall = read_hall(file, judged=False)
    except BadFile as error:
        console.print(Text(say("unreadable", file=file, count=len(error.mistakes)), "bold red"), soft_wrap=True)
        for mistake in error.mistakes:
            console.print(Text(mistake), soft_wrap=True)
        return UNSOUND
    broken = unsound(hall)
    for one in broken:
        console.print(Text.assemble((one.where, "cyan"), f"  [{one.rule}]"), soft_wrap=True)
        console.print(Text("    " + say(f"rule.{one.rule}", **one.values)), soft_wrap=True)
    if broken:
        console.print(Text(say("refused", count=len(broken)), "bold red"), soft_wrap=True)
        return UNSOUND
    _promises(hall, console, language)
    return SOUND


def _promises(hall: Hall, console: Console, language: str) -> None:
    """What follows from a sound policy, in words."""
    say, policy = words("policy", language), hall.policy
    console.print(Text(say("holds", k=policy.overtaken_at_most), "green"), soft_wrap=True)
    for one in policy.priorities:
        name = (language != "zh" and one.english) or one.name
        told = say("class", name=name, weight=f"{one.weight_minutes:g}", bound=one.bound, basis=one.basis)
        console.print(Text(told), soft_wrap=True)
    missed = policy.missed
    values = {"calls": policy.calls_before_no_show, "pause": f"{missed.pause_s:g}", "times": missed.times}
    kept = {"minutes": f"{missed.kept_minutes:g}", "behind": missed.behind}
    console.print(Text(say(f"missed.{missed.then.value}", **values, **kept)), soft_wrap=True)
    console.print(Text(say("bookings", count=len(policy.bookings.quotas))), soft_wrap=True)
