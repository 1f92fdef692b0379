"""Another user of the machine sees the browser's command line, and gains nothing by it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from redact.review.guard import _hex, of_this_user, owner_of
from redact.review.server import PageServer

from ..pipeline.conftest import ROOT
from .test_alone import work
from .test_security import ask, server

__all__ = ["server", "work"]

linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")


def test_a_code_gets_the_token_once(server: PageServer) -> None:
    code = server.address_for_once.partition("#once.")[2]
    assert len(code) >= 43 and server.token not in server.address_for_once
    first = ask(server, "POST", "/api/exchange", X_Redact_Token=code)
    assert first.status == 200 and json.loads(first.body) == {"token": server.token}
    again = ask(server, "POST", "/api/exchange", X_Redact_Token=code)
    assert again.status == 401 and server.token.encode() not in again.body


@pytest.mark.parametrize("code", [None, "", "A" * 43, "é"])
def test_a_wrong_code_gets_nothing_and_does_no_harm(server: PageServer, code: str | None) -> None:
    changed = code if code is None else code.encode().decode("latin-1")
    reply = ask(server, "POST", "/api/exchange", X_Redact_Token=changed)
    assert reply.status == 401 and server.token.encode() not in reply.body
    right = server.hand_over.code
    assert ask(server, "POST", "/api/exchange", X_Redact_Token=right).status == 200
    # A void code is "": giving nothing must not be giving it.
    assert ask(server, "POST", "/api/exchange", X_Redact_Token=changed).status == 401


def test_the_code_is_no_token_and_the_token_is_no_code(server: PageServer) -> None:
    code = server.hand_over.code
    assert ask(server, "GET", "/api/picture", X_Redact_Token=code).status == 401
    assert ask(server, "POST", "/api/exchange", X_Redact_Token=server.token).status == 401
    foreign = ask(server, "POST", "/api/exchange", X_Redact_Token=code, Origin="http://evil.test")
    assert foreign.status == 403
    assert ask(server, "GET", f"/api/exchange?code={code}").status == 404
    assert server.hand_over.code == code


def test_the_browser_is_started_without_the_token(work: tuple[Path, Path], tmp_path: Path) -> None:
    """With a browser that records how it was started, as everybody on the machine may see, and a
    text browser, which does not return before it is left."""
    note, left, browser = (tmp_path / name for name in ("started", "left", "browser"))
    browser.write_text(
        f'#!/bin/sh\necho "$@" > {note}.part && mv {note}.part {note}\n'
        f"while [ ! -e {left} ]; do sleep 0.1; done\n"
    )
    browser.chmod(0o700)
    process = subprocess.Popen(
        [sys.executable, "-m", "redact", "review", *map(str, work)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "BROWSER": str(browser)},
    )
    try:
        assert process.stdout is not None
        token = process.stdout.readline().strip().partition("#")[2]
        for _ in range(200):
            if note.exists():
                break
            time.sleep(0.1)
        assert len(token) >= 43
        started = note.read_text().strip()
        assert started.startswith("http://127.0.0.1:") and "#once." in started
        assert token not in started
        with urllib.request.urlopen(started.partition("#")[0], timeout=60) as page:
            assert page.status == 200
    finally:
        left.touch()
        process.terminate()
        process.communicate(timeout=200)


@linux
@pytest.mark.parametrize("by_way_of", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_the_owner_of_a_connection_is_recognised(by_way_of: str) -> None:
    kind = socket.AF_INET6 if ":" in by_way_of else socket.AF_INET
    if kind is socket.AF_INET6 and not Path("/proc/net/tcp6").exists():
        pytest.skip("there is no IPv6 on this machine")
    with (
        socket.create_server(("127.0.0.1", 0)) as listens,
        socket.socket(kind) as client,
    ):
        client.connect((by_way_of, listens.getsockname()[1]))
        there, peer = listens.accept()
        with there:
            own = there.getsockname()
            assert owner_of(peer, own) == os.getuid() and of_this_user(peer, own)
            unknown = (peer[0], peer[1] ^ 1)
            assert owner_of(unknown, own) is None and not of_this_user(unknown, own)


@linux
def test_a_closed_connection_belongs_to_nobody() -> None:
    """For a while Linux lists it as root's, and root may use the page."""
    with socket.create_server(("127.0.0.1", 0)) as listens:
        client = socket.create_connection(listens.getsockname())
        there, peer = listens.accept()
        with there:
            own = there.getsockname()
            assert of_this_user(peer, own)
            client.close()
            for _ in range(100):  # for a moment it can be listed as before
                if owner_of(peer, own) is None:
                    break
                time.sleep(0.02)
            assert owner_of(peer, own) is None and not of_this_user(peer, own)
            # Not because it is gone: it is listed until this end is closed as well.
            assert _hex(peer) in Path("/proc/net/tcp").read_text().split()


@linux
@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
def test_another_user_who_closes_at_once_is_not_taken_for_root() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listens:
        child = another_user(listens.getsockname()[1], "POST /api/exchange HTTP/1.1", "sleep 0.1")
        there, peer = listens.accept()
        child.communicate()
        with there:
            # It is listed as the other user's for a moment, and as root's then.
            for _ in range(20):
                assert owner_of(peer, there.getsockname()) in (65534, None)
                assert not of_this_user(peer, there.getsockname())
                time.sleep(0.02)


def another_user(port: int, says: str, then: str) -> subprocess.Popen[bytes]:
    """A process of the user nobody, in the shell, that has connected and sent something: nobody may
    not run our Python."""
    script = f'exec 3<>/dev/tcp/127.0.0.1/{port}; printf %s "$1" >&3; {then}'
    words = ["bash", "-c", script, "bash", says]
    return subprocess.Popen(words, user=65534, cwd="/", stdout=subprocess.PIPE)


def told_to_another_user(server: PageServer) -> bytes:
    """What another user gets who knows the token."""
    asked = (
        f"GET /api/picture HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"X-Redact-Token: {server.token}\r\nX-Redact-Page: page-one\r\n"
        "Connection: close\r\n\r\n"
    )
    return another_user(server.port, asked, "cat <&3").communicate()[0]


@linux
@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
def test_another_user_is_refused_even_with_the_token(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_to_another_user(server) == b""
    monkeypatch.setattr(PageServer, "verify_request", lambda *_: True)
    assert b"face" in told_to_another_user(server), "without the defence the test would tell"
