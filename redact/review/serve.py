"""Opening a review and serving its page until the person is done."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable

from .routes import QUIET, routes_of
from .server import PageServer
from .session import Session


def serve(session: Session, say: Callable[[str], None], open_browser: bool = True) -> None:
    """Serve the page of a review; returns once it is closed, with everything saved.

    Args:
        session: what is reviewed; it is closed at the end.
        say: told the address, with the token in its fragment.
        open_browser: show it to the user.
    """
    server = PageServer(routes_of(session), QUIET, session.busy)
    try:
        say(server.address)
        if open_browser:
            webbrowser.open(server.address_for_once)  # others may read it there
        server.serve()
    finally:
        server.server_close()
        session.close()
