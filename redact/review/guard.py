"""Which requests the page's server answers: those of its own page on this machine, and no others.

A page of another site can make a browser send requests to this server, by its address or by a name
that it points here (DNS rebinding). Such a request has another `Host`, `Origin` or
`Sec-Fetch-Site`, and never the token, which is only in the fragment of the page's address:
fragments are not sent, not logged, and not in a `Referer`.

Other users of this machine can reach the port, and can read in the list of processes with which
address the browser was started. So the browser is started with a code that can be exchanged for
the token only once (`HandOver`); and where the system says who owns a connection, other users are
refused whatever they know (`of_this_user`).
"""

from __future__ import annotations

import hmac
import os
import secrets
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TOKEN_HEADER: Final = "X-Redact-Token"
PAGE_HEADER: Final = "X-Redact-Page"

SAFE_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; frame-src 'self'; media-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
"""Headers of every answer. `no-store`: no unmasked face may reach a browser's disk cache."""


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """Where a request claims to come from.

    Attributes:
        host, origin, site, token: every value of `Host`, `Origin`, `Sec-Fetch-Site` and
            `TOKEN_HEADER`, as many as there are.
        changes: it is not a plain GET.
        open: it asks for a file of the page itself, which contains nobody's data.
    """

    host: Sequence[str]
    origin: Sequence[str]
    site: Sequence[str]
    token: Sequence[str]
    changes: bool
    open: bool


def refused(claimed: RequestOrigin, port: int, token: str) -> tuple[int, str] | None:
    """Status and reason of a refusal, None where the request may be answered."""
    own = f"127.0.0.1:{port}"
    if list(claimed.host) != [own]:
        return 421, "this server answers to its own address only"
    if claimed.origin and list(claimed.origin) != [f"http://{own}"]:
        return 403, "the request comes from another page"
    if claimed.changes and not claimed.origin:
        return 403, "the request does not say which page it comes from"
    # A browser says "none" where a person opened the address, and nothing where it is an old one.
    allowed = (["same-origin"], ["none"], []) if claimed.open else (["same-origin"], [])
    if list(claimed.site) not in allowed:
        return 403, "the request comes from another site"
    if claimed.open:
        return None
    given = claimed.token[0] if len(claimed.token) == 1 else ""
    if not _equal(given, token):
        return 401, "the token is missing or wrong"
    return None


def _equal(given: str, secret: str) -> bool:
    """Compared in constant time; nothing equals the secret "", which is void."""
    same = hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
    return same and bool(secret)


class HandOver:
    """A one-time code for the browser's command line: whoever gives it first gets the token."""

    def __init__(self, token: str) -> None:
        self.code = new_token()
        self._token = token
        self._lock = threading.Lock()

    def take(self, given: str) -> str:
        """The token for the code; "" for a wrong one, and for the right one a second time."""
        with self._lock:
            if not _equal(given, self.code):
                return ""
            self.code = ""
            return self._token


_LINUX: Final = Path("/proc/net/tcp")

_LISTS: Final = ((_LINUX, ""), (Path("/proc/net/tcp6"), "0000000000000000FFFF0000"))
"""Linux's lists of all connections with their owners; each with the prefix that it puts before an
IPv4 address (in the second list: of connections made through IPv6)."""

ROOT: Final = 0
"""May read everything anyway; and Windows reaches a server in its Linux as this user."""

ESTABLISHED: Final = "01"
"""The state, in Linux's lists, of a connection that is still open. A closed one stays listed for a
while, as root's, whoever owned it."""


def of_this_user(client: tuple[str, int], server: tuple[str, int]) -> bool:
    """Whether the other end of a connection belongs to the user whose review this is.

    Args:
        client, server: the two ends, each an IPv4 address and a port.

    Returns:
        True on systems that do not say who owns a connection (all but Linux): there, no other
        user can read the address in the list of processes. Otherwise False for other users, and
        for an end that is already closed: its owner can no longer be determined.
    """
    if not _LINUX.exists():
        return True
    return owner_of(client, server) in (os.getuid(), ROOT)


def owner_of(end: tuple[str, int], other: tuple[str, int]) -> int | None:
    """Number of the user who owns an end of a connection; None if that cannot be determined."""
    for listed, before in _LISTS:
        wanted = [before + _hex(end), before + _hex(other)]
        for line in listed.read_text().splitlines()[1:] if listed.exists() else ():
            parts = line.split()
            if parts[1:3] == wanted:
                owner = int(parts[7])
                return None if owner == ROOT and parts[3] != ESTABLISHED else owner
    return None


def _hex(end: tuple[str, int]) -> str:
    """As Linux lists it: the address as a number in the machine's own byte order."""
    number = int.from_bytes(bytes(map(int, end[0].split("."))), sys.byteorder)
    return f"{number:08X}:{end[1]:04X}"
