"""The server of the page: one listening socket on 127.0.0.1, and nothing else."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from ..errors import UsageError
from ..words import FALLBACK, LANGUAGES, VARIABLE, problem, spoken, surface, words_of
from .guard import (
    PAGE_HEADER,
    SAFE_HEADERS,
    TOKEN_HEADER,
    HandOver,
    RequestOrigin,
    new_token,
    of_this_user,
    refused,
)
from .shown_files import HEADERS, Shelf, content_type, part_of, pieces

MOST_REQUEST_BYTES: Final = 1 << 20
"""Bytes of a request's body, at most."""

IDLE_SECONDS: Final = 3600.0
"""Seconds without any action by a person after which the server ends."""

SECONDS_AFTER_LAST_PAGE: Final = 130.0
"""Seconds that the server stays after the last page was closed: people close pages by mistake."""

ONE_TIME_PREFIX: Final = "once."
"""Prefix of a code in the fragment, to distinguish it from the token."""

EXCHANGE_PATH: Final = "/api/exchange"

PORT_VARIABLE: Final = "REDACT_PORT"
"""Environment variable with the port of the page. A container's port has to be known beforehand."""

_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a route."""

    body: bytes
    kind: str = "application/json"
    status: int = 200


Route = Callable[[dict[str, Any]], Answer]


def as_json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value, separators=(",", ":")).encode(), status=status)


class Routes(Protocol):
    """Finds a route by its method and path, as a dictionary does."""

    def get(self, asked: tuple[str, str], /) -> Route | None: ...


PAGE: Final = "index.html"
"""The page of one video."""

MOUNTED: Final = re.compile(r"^/v/\d+/")
"""Beginning of the paths of one video's page, if there are several videos."""


def page_files(front: str = PAGE) -> dict[str, Answer]:
    """Every file of the pages by its path; no other path leads to a file.

    Args:
        front: name of the page at the root. If that is not the page of one video, the latter is
            listed under the pattern `MOUNTED`.
    """
    found = dict(_files(resources.files(__package__).joinpath("assets")))
    for language in LANGUAGES:
        found[f"/{language}.json"] = as_json(_words(language))
    pages = {name: _in_language(found.pop(f"/{name}")) for name in (PAGE, "case.html")}
    mounted = {} if front == PAGE else {MOUNTED.pattern: pages[PAGE]}
    return {**found, **mounted, "/": pages[front]}


def _files(folder: Traversable, path: str = "/") -> Iterator[tuple[str, Answer]]:
    """The files in a folder of the pages and in all folders below it, each with its path."""
    for file in folder.iterdir():
        kind = _KINDS.get(file.name.rpartition(".")[2])
        if file.is_dir():
            yield from _files(file, f"{path}{file.name}/")
        elif kind:
            yield f"{path}{file.name}", Answer(file.read_bytes(), kind)


def _in_language(page: Answer) -> Answer:
    """The page, with the list of its languages, in the language chosen on the command line; if none
    was chosen, the browser's counts."""
    asked = VARIABLE in os.environ or spoken() != FALLBACK
    chosen = f'lang="{spoken()}" data-chosen' if asked else 'lang="en"'
    head = f'<html {chosen} data-languages="{" ".join(LANGUAGES)}"'
    return Answer(page.body.replace(b'<html lang="en"', head.encode(), 1), page.kind)


def _words(language: str) -> dict[str, Any]:
    """The page's words in a language, with the names of targets and the program's own reasons."""
    words = dict(surface(language, "page"))
    tables = words_of(language).tables
    words |= {f"reason.{own}": said for own, said in tables["reason"].items()}
    whom = tables["target_short"] | tables["subject"]
    return words | {f"target.{kind}": name.capitalize() for kind, name in whom.items()}


def _port() -> int:
    """The port to listen on: any free one, unless the variable names one (the Docker image does).

    Raises:
        UsageError: the variable names no port.
    """
    named = os.environ.get(PORT_VARIABLE, "0")
    if not (named.isascii() and named.isdecimal() and int(named) < 1 << 16):
        raise problem(UsageError, "no_such_port", variable=PORT_VARIABLE, port=named)
    return int(named)


@dataclass
class Presence:
    """Which page is open. Only one at a time: two would overwrite each other's decisions."""

    page: str = ""
    acted: float = field(default_factory=time.monotonic)
    left: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, page: str) -> None:
        """Let this page work, and no other: one that worked before is told so when it asks next."""
        with self.lock:
            self.page, self.acted, self.left = page, time.monotonic(), None

    def hear(self, page: str, acts: bool) -> bool:
        """Note a request; False if it does not come from the open page."""
        with self.lock:
            if not page or page != self.page:
                return False
            self.left = None
            if acts:
                self.acted = time.monotonic()
            return True

    def wait(self) -> None:
        with self.lock:
            self.acted = time.monotonic()

    def leave(self) -> None:
        with self.lock:
            self.left, self.page = time.monotonic(), ""

    def over(self) -> bool:
        """Whether no page is open any more."""
        with self.lock:
            now = time.monotonic()
            gone = self.left is not None and now - self.left > SECONDS_AFTER_LAST_PAGE
            return gone or now - self.acted > IDLE_SECONDS


class PageServer(ThreadingMixIn, TCPServer):
    """Serves the page and its routes until it is over.

    Args:
        routes: by method and path, for example ("POST", "/api/edit"). A path that begins with
            /api/, or with a video's path (`MOUNTED`) and then /api/, needs the token; and all but
            /api/join must come from the page that has joined.
        quiet: paths that a page requests by itself, so they do not count as a person's actions.
        busy: whether work is running that closing the page must not end.
        front: see `page_files`.
        works: whether work is running for which an open page may wait indefinitely.
        shelf: files that the routes put there for the page to show.
    """

    daemon_threads = True
    allow_reuse_address = False
    request_queue_size = 64

    def __init__(
        self,
        routes: Routes,
        quiet: frozenset[str] = frozenset(),
        busy: Callable[[], bool] = lambda: False,
        front: str = PAGE,
        works: Callable[[], bool] = lambda: False,
        shelf: Shelf | None = None,
    ) -> None:
        self.routes = routes
        self.quiet = quiet
        self.busy = busy
        self.works = works
        self.shelf = shelf or Shelf()
        self.files = page_files(front)
        self.token = new_token()
        self.hand_over = HandOver(self.token)
        self.presence = Presence()
        self._closed = threading.Event()
        super().__init__(("127.0.0.1", _port()), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """The page's address with the token in the fragment, which browsers never send."""
        return f"http://127.0.0.1:{self.port}/#{self.token}"

    @property
    def address_for_once(self) -> str:
        """The address for the browser's command line: its code is void after its first use."""
        return f"http://127.0.0.1:{self.port}/#{ONE_TIME_PREFIX}{self.hand_over.code}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return of_this_user(client_address[:2], request.getsockname()[:2])

    def serve(self) -> None:
        """Serve until the last page is closed, or nobody has done anything for an hour."""
        threading.Thread(target=self._end_when_over, daemon=True).start()
        self.serve_forever(poll_interval=0.2)

    def _end_when_over(self) -> None:
        while True:
            if self.works():
                self.presence.wait()
            if self.busy():  # a person is waiting: the hour begins when the work is done
                self.presence.wait()
            elif self.presence.over():
                self.shutdown()
                return
            if self._closed.wait(0.5):
                return

    def server_close(self) -> None:
        self._closed.set()
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do nothing: a page that is closed in the middle of an answer is not an error."""


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version = "redact"
    sys_version = ""
    timeout: ClassVar[float] = 90.0

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        if "Transfer-Encoding" in self.headers or any(
            length.strip() != "0" for length in self.headers.get_all("Content-Length") or []
        ):
            # An unread body would be taken for the next request.
            self.close_connection = True
            self._send(as_json({"error": "the request has content"}, 400))
            return
        self._answer({})

    def do_POST(self) -> None:
        lengths = self.headers.get_all("Content-Length") or []
        length = int(lengths[0]) if len(lengths) == 1 and lengths[0].isdecimal() else -1
        if not 0 <= length <= MOST_REQUEST_BYTES or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(as_json({"error": "the request is too long, or of unknown length"}, 413))
            return
        data = self.rfile.read(length)
        try:
            body = json.loads(data or b"{}")
        except (ValueError, RecursionError):
            body = None
        self._answer(body if isinstance(body, dict) else None)

    def _answer(self, body: dict[str, Any] | None) -> None:
        path = self.path.partition("?")[0]
        name = MOUNTED.pattern if MOUNTED.fullmatch(path) else path
        file = self.server.files.get(name) if self.command == "GET" else None
        shown = self.server.shelf.get(path) if self.command == "GET" else None
        exchange = (self.command, path) == ("POST", EXCHANGE_PATH)
        secret = self.server.hand_over.code if exchange else self.server.token
        why = refused(self._asked(file is not None or shown is not None), self.server.port, secret)
        if why is not None:
            self.close_connection = True
            self._send(as_json({"error": why[1]}, why[0]))
        elif file is not None:
            self._send(file)
        elif shown is not None:
            self._show(shown)
        elif exchange:
            token = self.server.hand_over.take(self.headers.get(TOKEN_HEADER, ""))
            self._send(as_json({"token": token}, 200 if token else 401))
        elif body is None:
            self._send(as_json({"error": "the request is no JSON object"}, 400))
        else:
            query = urlsplit(self.path).query if "?" in self.path else ""
            self._send(self._routed(path, {**dict(parse_qsl(query, max_num_fields=32)), **body}))

    def _asked(self, is_open: bool) -> RequestOrigin:
        def every(name: str) -> list[str]:
            return self.headers.get_all(name) or []

        return RequestOrigin(
            every("Host"),
            every("Origin"),
            every("Sec-Fetch-Site"),
            every(TOKEN_HEADER),
            self.command != "GET",
            is_open,
        )

    def _routed(self, path: str, values: dict[str, Any]) -> Answer:
        route = self.server.routes.get((self.command, path))
        page, presence = self.headers.get(PAGE_HEADER, ""), self.server.presence
        path = MOUNTED.sub("/", path, count=1)
        if path == "/api/join" and self.command == "POST":
            if not page:
                return as_json({"error": "elsewhere"}, 409)
            presence.join(page[:64])
            return route(values) if route else as_json({})
        if route is None:
            return as_json({"error": "there is nothing here"}, 404)
        if not presence.hear(page[:64], path not in self.server.quiet):
            return as_json({"error": "elsewhere"}, 409)
        if path == "/api/leave":
            presence.leave()
        return route(values)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in SAFE_HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def _show(self, file: Path) -> None:
        """Send a file, or the part that a player asks for."""
        try:
            size = file.stat().st_size
        except OSError:
            self._send(as_json({"error": "there is nothing here"}, 404))
            return
        part = part_of(size, self.headers.get("Range", ""))
        first, last = part or (0, size - 1)
        self.send_response(206 if part else 200)
        for name, value in HEADERS:
            self.send_header(name, value)
        self.send_header("Content-Type", content_type(file))
        self.send_header("Accept-Ranges", "bytes")
        if part:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        for data in pieces(file, first, last):
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Do nothing: what a person looks at is written nowhere."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Like every other answer: with the safe headers, and without repeating the request."""
        self.close_connection = True
        self._send(as_json({"error": "the request is not understood"}, code))
