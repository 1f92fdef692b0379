"""Only the page itself gets an answer. Every test fails if its defence is removed."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

from redact.review import server as server_module
from redact.review.guard import SAFE_HEADERS
from redact.review.routes import serve
from redact.review.server import Answer, PageServer, as_json

from .browser import until

PAGE = "page-one"


@pytest.fixture
def server() -> Iterator[PageServer]:
    routes = {
        ("GET", "/api/picture"): lambda values: Answer(b"face", "image/jpeg"),
        ("POST", "/api/edit"): lambda values: as_json(values),
        ("POST", "/api/leave"): lambda values: as_json({}),
    }
    made = PageServer(routes)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    assert ask(made, "POST", "/api/join").status == 200
    yield made
    made.shutdown()
    made.server_close()


class Reply:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.body = answer.status, answer.read()
        self.headers = answer.headers


def ask(server: PageServer, method: str, path: str, **changed: str | None) -> Reply:
    """A request as the page sends it; `changed` headers replace its own, None omits one."""
    own = f"127.0.0.1:{server.port}"
    headers: dict[str, str | None] = {
        "Host": own,
        "Sec-Fetch-Site": "same-origin",
        "X-Redact-Token": server.token,
        "X-Redact-Page": PAGE,
    }
    if method == "POST":
        headers["Origin"] = f"http://{own}"
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    body = b'{"track":3}' if method == "POST" else b""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        if value is not None:
            connection.putheader(name, value)
    if method == "POST":
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    return Reply(connection.getresponse())


def test_the_page_itself_is_answered(server: PageServer) -> None:
    assert ask(server, "GET", "/api/picture").body == b"face"
    assert json.loads(ask(server, "POST", "/api/edit").body) == {"track": 3}
    opened = ask(server, "GET", "/", Sec_Fetch_Site="none", X_Redact_Token=None)
    assert opened.status == 200 and b"<!doctype html>" in opened.body


def test_it_listens_on_this_machine_alone(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.socket.family == socket.AF_INET


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", None])
@pytest.mark.parametrize("path", ["/", "/api/picture"])
def test_a_rebound_host_name_is_refused(server: PageServer, host: str | None, path: str) -> None:
    """DNS rebinding: the browser takes us for the other site, and sends its name."""
    reply = ask(server, "GET", path, Host=host)
    assert reply.status == 421 and b"face" not in reply.body


def test_two_hosts_are_refused(server: PageServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 5) as plain:
        own = f"127.0.0.1:{server.port}"
        plain.sendall(
            f"GET /api/picture HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\n"
            f"X-Redact-Token: {server.token}\r\nX-Redact-Page: {PAGE}\r\n\r\n".encode()
        )
        assert plain.recv(64).startswith(b"HTTP/1.1 421")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_another_origin_is_refused(server: PageServer, origin: str) -> None:
    assert ask(server, "GET", "/api/picture", Origin=origin).status == 403
    assert ask(server, "POST", "/api/edit", Origin=origin).status == 403


def test_a_change_must_state_its_origin(server: PageServer) -> None:
    assert ask(server, "POST", "/api/edit", Origin=None).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_site_is_refused(server: PageServer, site: str) -> None:
    assert ask(server, "GET", "/api/picture", Sec_Fetch_Site=site).status == 403


def test_a_link_on_another_site_opens_nothing(server: PageServer) -> None:
    assert ask(server, "GET", "/", Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize("token", [None, "", "x", "A" * 43, "é"])
def test_without_the_token_nothing_is_answered(server: PageServer, token: str | None) -> None:
    for method, path in (("GET", "/api/picture"), ("POST", "/api/edit"), ("POST", "/api/join")):
        changed = token if token is None else token.encode().decode("latin-1")
        reply = ask(server, method, path, X_Redact_Token=changed)
        assert reply.status == 401 and b"face" not in reply.body


def test_the_token_of_another_run_is_refused(server: PageServer) -> None:
    other = PageServer({})
    try:
        assert len(other.token) >= 43 and other.token != server.token
        assert ask(server, "GET", "/api/picture", X_Redact_Token=other.token).status == 401
    finally:
        other.server_close()


def test_a_browser_neither_sends_nor_stores_the_token_by_itself(server: PageServer) -> None:
    before, mark, after = server.address.partition("#")
    assert mark and after == server.token and server.token not in before
    for path in server.files:
        assert server.token.encode() not in ask(server, "GET", path).body
        assert "Set-Cookie" not in ask(server, "GET", path).headers
    by_query = ask(server, "GET", f"/api/picture?token={server.token}", X_Redact_Token=None)
    by_cookie = ask(server, "GET", "/api/picture", X_Redact_Token=None, Cookie=server.token)
    assert by_query.status == by_cookie.status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/../guard.py", "/%2e%2e/guard.py", "/..%2fguard.py", "//etc/passwd", "/etc/passwd",
        "/index.html/../../guard.py", "/api/../guard.py", "/assets/index.html", "/.",
        "/page.css%00",
    ],
)  # fmt: skip
def test_no_path_leads_outside(server: PageServer, path: str) -> None:
    reply = ask(server, "GET", path)
    assert reply.status == 404 and b"def refused" not in reply.body and b"root:" not in reply.body


@pytest.mark.parametrize("path", ["/", "/api/picture", "/nothing", "/api/nothing"])
def test_nothing_is_cached_or_framed_and_no_foreign_script_runs(
    server: PageServer, path: str
) -> None:
    headers = ask(server, "GET", path).headers
    for name, value in SAFE_HEADERS:
        assert headers.get_all(name) == [value]
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert not [name for name in headers if name.lower().startswith("access-control-")]


def test_errors_have_the_same_headers(server: PageServer) -> None:
    for method in ("PUT", "OPTIONS", "DELETE"):
        reply = ask(server, method, "/api/picture", Origin="http://evil.example")
        assert reply.status in (403, 405, 501)
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in reply.headers


def test_only_the_client_that_joined_last_is_served(server: PageServer) -> None:
    second = "page-two"
    assert ask(server, "GET", "/api/picture", X_Redact_Page=second).status == 409
    assert ask(server, "GET", "/api/picture", X_Redact_Page=None).status == 409
    assert ask(server, "POST", "/api/join", X_Redact_Page=None).status == 409
    assert ask(server, "POST", "/api/join", X_Redact_Page=second).status == 200
    assert ask(server, "GET", "/api/picture").status == 409
    assert ask(server, "GET", "/api/picture", X_Redact_Page=second).status == 200


def test_a_body_that_is_too_long_is_not_read(server: PageServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 5) as plain:
        own = f"127.0.0.1:{server.port}"
        plain.sendall(
            f"POST /api/edit HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\n"
            f"X-Redact-Token: {server.token}\r\nContent-Length: 999999999\r\n\r\n".encode()
        )
        assert plain.recv(64).startswith(b"HTTP/1.1 413")


def test_it_ends_with_the_last_page(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redact.review.server.SECONDS_AFTER_LAST_PAGE", 0.1)
    assert not server.presence.over()
    assert ask(server, "POST", "/api/leave").status == 200
    until(server.presence.over)


def test_after_leaving_the_page_by_mistake_there_are_two_minutes_to_return(
    server: PageServer,
) -> None:
    """It used to be six seconds: "back" pressed, or the window closed, and the review had ended."""
    assert ask(server, "POST", "/api/leave").status == 200
    left = server.presence.left
    assert left is not None
    server.presence.left = left - 120
    assert not server.presence.over()
    server.presence.left = left - 240
    assert server.presence.over()


def test_only_the_page_itself_can_frame_its_files(server: PageServer, tmp_path: Path) -> None:
    """A frame and a player send no token: the path is the secret, and only the page may frame
    them."""
    video = tmp_path / "a.mp4"
    video.write_bytes(bytes(range(100)))
    path = server.shelf.put(video)
    whole = ask(server, "GET", path, X_Redact_Token=None)
    assert (whole.status, whole.body) == (200, video.read_bytes())
    assert whole.headers["Content-Type"] == "video/mp4"
    photograph = video.rename(tmp_path / "IMG.JPG")
    shown = ask(server, "GET", server.shelf.put(photograph), X_Redact_Token=None)
    assert shown.headers["Content-Type"] == "image/jpeg"
    photograph.rename(video)
    assert whole.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in whole.headers["Content-Security-Policy"]
    assert "script-src" not in whole.headers["Content-Security-Policy"]
    part = ask(server, "GET", path, X_Redact_Token=None, Range="bytes=10-19")
    assert (part.status, part.body) == (206, bytes(range(10, 20)))
    assert part.headers["Content-Range"] == "bytes 10-19/100"
    for wrong in ("bytes=10", "bytes=200-300", "lines=1-2", "bytes=-", "bytes=9-2"):
        assert ask(server, "GET", path, X_Redact_Token=None, Range=wrong).body == whole.body
    assert ask(server, "GET", path, Host="evil.example").status == 421
    assert ask(server, "GET", path, Sec_Fetch_Site="cross-site").status == 403
    assert ask(server, "GET", path[:-5], X_Redact_Token=None).status == 401
    video.unlink()
    assert ask(server, "GET", path, X_Redact_Token=None).status == 404


def test_it_ends_after_an_hour_without_a_person(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redact.review.server.IDLE_SECONDS", -1.0)
    assert server.presence.over()


def test_long_work_does_not_end_the_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a search of more than an hour, the review used to end before its page had opened."""
    monkeypatch.setattr(server_module, "IDLE_SECONDS", 1.5)
    works = threading.Event()
    works.set()
    made = PageServer({}, busy=works.is_set)
    made.presence.join(PAGE)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    time.sleep(2.5)
    assert thread.is_alive()
    ended = time.monotonic()
    works.clear()
    thread.join(60)
    assert not thread.is_alive(), "nobody did anything since"
    # Nobody looks at the clock more often than every half second; a busy machine only adds to it.
    assert time.monotonic() - ended > 0.9
    made.server_close()


def test_the_body_of_a_request_is_not_taken_for_the_next_request(server: PageServer) -> None:
    own = f"127.0.0.1:{server.port}"
    hidden = b"GET / HTTP/1.1\r\nHost: " + own.encode() + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        head = f"GET / HTTP/1.1\r\nHost: {own}\r\nContent-Length: {len(hidden)}\r\n\r\n"
        connection.sendall(head.encode() + hidden)
        answers = b""
        while piece := connection.recv(1 << 16):
            answers += piece
    assert answers.count(b"HTTP/1.1 ") == 1 and answers.startswith(b"HTTP/1.1 400")


def test_a_browser_command_that_does_not_return_blocks_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Such as a text browser, which runs until it is left."""
    left = threading.Event()
    monkeypatch.setattr(webbrowser, "open", lambda address: left.wait())
    made = PageServer({("POST", "/api/join"): lambda values: as_json({})})
    thread = threading.Thread(target=serve, args=(made, lambda address: None), daemon=True)
    thread.start()
    try:
        assert ask(made, "POST", "/api/join").status == 200
    finally:
        left.set()
        made.shutdown()
        thread.join(60)
