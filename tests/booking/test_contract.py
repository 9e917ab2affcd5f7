"""The adapter's contract over real HTTP, a real broker and a real hub: every answer, and that nobody's name goes on."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import processes
from cli.__main__ import app
from hall.messages import CheckIn, Issued
from tests.hub.fair import fair
from tests.hub.made import KIOSK, at
from tests.hub.made import a_table as plain
from tests.hub.running import Running

LIMIT_S = 20.0
TOKEN = "example-token"
PERSON = "示例账号九九"
SLOT = "2026-11-24T10:00"


class Adapter:
    """Broker, hub and adapter, each a process."""

    def __init__(self, root: Path) -> None:
        table = plain()
        fair(table)
        table["stations"][-1]["id"] = "booking-1"
        self.running = Running(root, table)
        self.port = processes.free_port()
        site = self.running.site
        (site.root / "token").write_text(TOKEN + "\n", encoding="utf-8")
        station = site.station("booking-1", booking={"port": self.port, "token_file": "token"})
        self.process = processes.role(site, "booking", station, {})
        self.running.start()
        self.process.start()
        self.until_up()

    def until_up(self) -> None:
        """Until it listens and has heard the hub."""
        limit = time.monotonic() + LIMIT_S
        while True:
            try:
                if self.ask("DELETE", "/bookings/NOTHING")[0] == 404:
                    return
            except OSError:
                pass
            assert time.monotonic() < limit, self.process.last_words()
            time.sleep(0.05)

    def ask(
        self, method: str, path: str, body: Any = None, token: str = TOKEN, **headers: str
    ) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        told = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"} | headers
        payload = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        connection.request(method, path, payload, told)
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read())
        connection.close()
        return found

    def book(self, **more: str) -> tuple[int, dict[str, str]]:
        return self.ask("POST", "/bookings", {"person": PERSON, "matter": "pension", "slot": SLOT} | more)

    def close(self) -> None:
        self.process.end()
        self.running.close()


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    made = Adapter(tmp_path_factory.mktemp("booking"))
    yield made
    made.close()


def test_the_contract(adapter: Adapter) -> None:
    assert adapter.ask("GET", "/health", token="") == (200, {"status": "up"})
    status, booked = adapter.book()
    assert status == 201
    assert (booked["matter"], booked["slot"], len(booked["code"])) == ("pension", SLOT, 8)
    assert adapter.book()[0] == 409  # once a person and day
    assert adapter.book()[1]["error"] == "booked_already"
    assert adapter.book(person="示例账号二", code="MYCODE22") == (
        201,
        {"code": "MYCODE22", "matter": "pension", "slot": SLOT},
    )
    assert adapter.book(person="示例账号三")[1]["error"] == "quota_full"
    assert adapter.ask("DELETE", "/bookings/MYCODE22") == (200, {"code": "MYCODE22"})
    assert adapter.ask("DELETE", "/bookings/MYCODE22") == (200, {"code": "MYCODE22"})  # twice is once
    assert adapter.book(person="示例账号三")[0] == 201
    for body, refusal in (
        ({"matter": "nothing"}, (404, "unknown_matter")),
        ({"slot": "2026-11-28T10:00"}, (422, "bad_day")),
        ({"slot": "2026-11-24T11:30"}, (409, "quota_full")),
        ({"code": "K7"}, (422, "not_allowed")),
    ):
        found = adapter.book(person="示例账号四", **body)
        assert (found[0], found[1]["error"]) == refusal


@pytest.mark.parametrize(
    ("method", "path", "body", "more", "expected"),
    [
        ("POST", "/bookings", b"{", {}, (400, "malformed")),
        ("POST", "/bookings", {"person": PERSON}, {}, (400, "malformed")),
        ("POST", "/bookings", b"x" * 5_000, {}, (400, "malformed")),
        ("POST", "/bookings", b"{}", {"Content-Type": "text/plain"}, (400, "malformed")),
        ("POST", "/bookings", b"{}", {"token": "wrong"}, (401, "no_token")),
        ("DELETE", "/bookings/MYCODE22", None, {"token": ""}, (401, "no_token")),
        ("POST", "/elsewhere", b"{}", {}, (404, "not_found")),
        ("GET", "/bookings", None, {}, (404, "not_found")),
        ("DELETE", "/bookings/", None, {}, (404, "not_found")),
        ("DELETE", "/bookings/a%2Fb", None, {}, (404, "not_found")),
        ("DELETE", "/bookings/NOTHING", None, {}, (404, "unknown_booking")),
    ],
)
def test_what_is_wrong_is_told_and_does_nothing(
    adapter: Adapter, method: str, path: str, body: Any, more: dict[str, str], expected: tuple[int, str]
) -> None:
    status, told = adapter.ask(method, path, body, **more)
    assert (status, told["error"]) == expected
    assert told["detail"] or expected[1] == "unknown_booking"


def test_a_csv_is_imported_row_by_row(adapter: Adapter, tmp_path: Path) -> None:
    file, token = tmp_path / "day.csv", tmp_path / "token"
    token.write_text(TOKEN, encoding="utf-8")
    file.write_text(
        "person,matter,slot\n示例账号五,pension,2026-11-25 10:00\n示例账号五,pension,2026-11-25 10:30\n,pension,x\n",
        encoding="utf-8-sig",  # as a spreadsheet saves it
    )
    arguments = ["bookings", "import", str(file), "--url", f"http://127.0.0.1:{adapter.port}", "--language", "en"]
    result = CliRunner().invoke(app, [*arguments, "--token-file", str(token)], env={"COLUMNS": "200"})
    assert result.exit_code == 1, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("line 2: booked for 2026-11-25T10:00, code ")
    assert lines[1].startswith("line 3: not booked. This is booked or checked in already.")
    assert lines[2].startswith("line 4: not booked. This line cannot be understood. person: must not be empty")
    assert lines[3] == "booked 1, refused 2"


def test_nobody_is_named_in_any_file_of_the_hub_or_the_adapter(adapter: Adapter) -> None:
    for path in adapter.running.site.root.rglob("*"):
        if path.is_file():
            assert PERSON.encode() not in path.read_bytes(), path


def test_without_the_hub_nothing_is_promised_and_then_it_goes_on(adapter: Adapter) -> None:
    running = adapter.running
    running.hub.end()
    status, told = adapter.book(person="示例账号六", slot="2026-11-26T10:00")
    assert (status, told["error"]) == (503, "hub_away")
    running.set_clock(at("09:50", "2026-11-25"))
    running.hub.start()
    adapter.until_up()
    status, booked = adapter.book(person="示例账号六", slot="2026-11-26T10:00")
    assert status == 201
    kiosk = running.clients[0]
    running.now = at("09:50", "2026-11-25")
    reply = kiosk.asked("check-in", CheckIn(code=booked["code"]), running.now)
    assert not isinstance(reply, Issued)  # it is for tomorrow
    assert kiosk.name == KIOSK
