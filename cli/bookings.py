"""`hall bookings import`: a CSV of bookings, row by row to the adapter; what was booked and what was refused."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from booking.orders import BadOrder, Order, Said, read_csv
from hall.errors import BadFile
from hall.station.settings import read_text, words

ALL, SOME_REFUSED = 0, 1
LIMIT_S = 20.0


def import_csv(file: Path, url: str, console: Console, *, token: str = "", language: str = "zh") -> int:
    """Book every row of a file; the exit code. Raises BadFile if the file has not the columns of bookings."""
    say, refusals = words("bookings", language), words("refusals", language)
    booked = refused = 0
    try:
        for line, order in read_csv(iter(read_text(file).removeprefix("\ufeff").splitlines())):
            said = (
                Said(400, {"error": "malformed", "detail": str(order)})
                if isinstance(order, BadOrder)
                else post(url, order, token)
            )
            if said.status == 201:
                booked += 1
                values = {"line": line, "code": said.body["code"], "slot": said.body["slot"]}
                console.print(Text(say("booked", **values), "green"), soft_wrap=True)
            else:
                refused += 1
                error = said.body.get("error", "")
                reason = refusals(error) if error in refusals and error != "malformed" else say("malformed")
                told = say("refused", line=line, reason=reason, detail=said.body.get("detail", ""))
                console.print(Text(told, "red"), soft_wrap=True)
    except BadOrder as error:
        raise BadFile((f"{file.name}: {error}",)) from error
    console.print(say("counts", booked=booked, refused=refused), soft_wrap=True, highlight=False)
    return SOME_REFUSED if refused else ALL


def post(url: str, order: Order, token: str) -> Said:
    """What the adapter says to one order. Raises OSError if it is not there."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(
        f"{url.rstrip('/')}/bookings", data=msgspec.json.encode(order), headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            return Said(answer.status, json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        return Said(error.code, json.loads(error.read()))
