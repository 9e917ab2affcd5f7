"""The adapter's HTTP, on this machine alone: the standard library's server, a thread a request, each with a limit.

    POST   /bookings        {"person", "matter", "slot", "code"?}  201 {"code", "matter", "slot"} | 4xx | 503
    DELETE /bookings/CODE                                          200 {"code"} | 404 | 409 | 503
    GET    /health                                                 200 {"status": "up"}

Errors are {"error": CODE, "detail": TEXT}; a code is one of the hub's refusals, or `malformed`, `not_found`,
`no_token`, `hub_away`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from booking.orders import AWAY, MOST_BYTES, Asked, BadOrder, GiveUp, Said, parse_order

ANSWER_S = 15.0  # a wish, its withdrawal, and the answer to that
IDLE_S = 10.0  # of a client that sends nothing
MOST_CODE = 40
NOT_FOUND = Said(404, {"error": "not_found", "detail": "POST /bookings, DELETE /bookings/CODE, GET /health"})
NO_TOKEN = Said(401, {"error": "no_token", "detail": "send Authorization: Bearer TOKEN"})


class Web:
    """Listens until it is stopped; each order goes to `ask`, whose answer is awaited."""

    def __init__(self, host: str, port: int, token: str, ask: Callable[[Asked], Future[Said]]) -> None:
        class Handler(_Handler):
            pass

        Handler.ask, Handler.token = staticmethod(ask), token
        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    ask: Callable[[Asked], Future[Said]]
    token: str
    timeout = IDLE_S
    server_version = "jiaohao"
    sys_version = ""

    def do_GET(self) -> None:
        self._say(Said(200, {"status": "up"}) if self.path == "/health" else NOT_FOUND)

    def do_POST(self) -> None:
        if self.path != "/bookings":
            self._say(NOT_FOUND)
            return
        if not self._may():
            return
        try:
            self._order(parse_order(self._body()))
        except BadOrder as error:
            self._say(Said(400, {"error": "malformed", "detail": str(error)}))

    def do_DELETE(self) -> None:
        before, _, code = self.path.rpartition("/")
        if before != "/bookings" or not code or len(code) > MOST_CODE or not code.isalnum():
            self._say(NOT_FOUND)
        elif self._may():
            self._order(GiveUp(code))

    def _may(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.token and not hmac.compare_digest(given.encode(), self.token.encode()):
            self._say(NO_TOKEN)
            return False
        return True

    def _body(self) -> bytes:
        # A form of a web page cannot send this type: no page that somebody opens on this machine can book.
        if self.headers.get_content_type() != "application/json":
            raise BadOrder("Content-Type must be application/json")
        told = self.headers.get("Content-Length", "")
        if not told.isascii() or not told.isdigit() or int(told) > MOST_BYTES:
            raise BadOrder(f"Content-Length must be a number, at most {MOST_BYTES} (found {told[:20]!r})")
        return self.rfile.read(int(told))

    def _order(self, asked: Asked) -> None:
        try:
            self._say(self.ask(asked).result(ANSWER_S))
        except NotInTime:
            self._say(AWAY)

    def _say(self, said: Said) -> None:
        body = json.dumps(said.body, ensure_ascii=False).encode()
        self.close_connection = True
        self.send_response(said.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base
        """Nothing: a path holds a code, and the log is no place for codes."""
