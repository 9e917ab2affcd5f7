"""`hall doctor`: everything a technician checks, in words, with what to do."""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.inwords import InWords
from hall.station.settings import words
from hall.wording import Words
from upkeep.doctor import Facts, Finding, Severity, findings, worst

EXIT = {Severity.GOOD: 0, Severity.BAD: 1, Severity.WARNING: 2}
STYLES = {Severity.GOOD: "green", Severity.BAD: "bold red", Severity.WARNING: "bold yellow"}


def sentence(finding: Finding, say: Words, plain: InWords) -> str:
    """What was found; the codes of devices and alerts in words."""
    state = "good" if finding.severity is Severity.GOOD else "bad"
    values = {**finding.values, "subject": finding.subject}
    if finding.code in ("device", "paper"):
        station, _, device = finding.subject.partition("/")
        values |= {"subject": f"{station} {plain.device(device)}", "reason": plain.reason(values["reason"])}
    if finding.code == "alert":
        values["told"] = plain.alert(values["kind"], finding.subject, values["detail"])
    return say(f"{state}.{finding.code}", **values).rstrip()


def advice(finding: Finding, say: Words) -> str:
    """What to do about it; empty if there is nothing to do."""
    if finding.severity is Severity.GOOD:
        return ""
    return say(f"do.{finding.code}", subject=finding.subject, **finding.values)


def as_json(found: tuple[Finding, ...], language: str) -> str:
    """All findings with their words, for a program."""
    say, plain = words("doctor", language), InWords(language)
    rows = [
        {
            "code": f.code,
            "severity": f.severity,
            "subject": f.subject,
            "values": f.values,
            "says": sentence(f, say, plain),
            "do": advice(f, say),
        }
        for f in found
    ]
    return msgspec.json.format(msgspec.json.encode({"worst": worst(found), "findings": rows})).decode()


def doctor(facts: Facts, console: Console, language: str, *, json: bool = False) -> int:
    """Print what was found; the exit code: 0 good, 2 warnings, 1 something is bad."""
    found = findings(facts)
    if json:
        console.out(as_json(found, language), highlight=False)
    else:
        _print(found, console, words("doctor", language), InWords(language))
    return EXIT[worst(found)]


def _print(found: tuple[Finding, ...], console: Console, say: Words, plain: InWords) -> None:
    table = Table(border_style="blue", show_lines=False, expand=True)
    table.add_column(say("column.severity"), no_wrap=True)
    table.add_column(say("column.what"), ratio=3, overflow="fold")
    table.add_column(say("column.do"), ratio=4, overflow="fold")
    order = (Severity.BAD, Severity.WARNING, Severity.GOOD)
    for finding in sorted(found, key=lambda f: order.index(f.severity)):
        mark = Text(say(f"severity.{finding.severity}"), STYLES[finding.severity])
        table.add_row(mark, Text(sentence(finding, say, plain)), Text(advice(finding, say)))
    console.print(table)
    console.print(Text(say(f"worst.{worst(found)}"), STYLES[worst(found)]))
