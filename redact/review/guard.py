"""Which requests the page's server answers: those of its own page on this machine, and no others.

A page of another site can make a browser send requests to this server, by its address or by a name
that it points here (DNS rebinding). Such a request has another `Host`, `Origin` or
`Sec-Fetch-Site`, and never the token, which stands in the fragment of the page's address alone:
fragments are not sent, not logged, and not in a `Referer`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TOKEN_HEADER: Final = "X-Redact-Token"
PAGE_HEADER: Final = "X-Redact-Page"

SAFE_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
"""Of every answer. `no-store`: no open face may reach the disk cache of a browser."""


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says about where it comes from.

    Attributes:
        host, origin, site, token: every value of `Host`, `Origin`, `Sec-Fetch-Site` and
            `TOKEN_HEADER`, as many as there are.
        changes: it is no plain GET.
        open: it is for a file of the page itself, which holds nothing of anybody.
    """

    host: Sequence[str]
    origin: Sequence[str]
    site: Sequence[str]
    token: Sequence[str]
    changes: bool
    open: bool


def refused(asked: Asked, port: int, token: str) -> tuple[int, str] | None:
    """Status and reason of a refusal, None where the request may be answered."""
    own = f"127.0.0.1:{port}"
    if list(asked.host) != [own]:
        return 421, "this server answers to its own address only"
    if asked.origin and list(asked.origin) != [f"http://{own}"]:
        return 403, "the request comes from another page"
    if asked.changes and not asked.origin:
        return 403, "the request does not say which page it comes from"
    # A browser says "none" where a person opened the address, and nothing where it is an old one.
    allowed = (["same-origin"], ["none"], []) if asked.open else (["same-origin"], [])
    if list(asked.site) not in allowed:
        return 403, "the request comes from another site"
    if asked.open:
        return None
    given = asked.token[0] if len(asked.token) == 1 else ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
        return 401, "the token is missing or wrong"
    return None
