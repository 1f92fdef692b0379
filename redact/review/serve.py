"""Opening a review and serving its page until the person is done."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from pathlib import Path

from ..settings import DetectSettings
from .routes import QUIET, routes_of
from .server import PageServer
from .session import Session


def serve(
    source: Path,
    plan_path: Path,
    settings: DetectSettings,
    margin: float,
    say: Callable[[str], None],
    open_browser: bool = True,
) -> Session:
    """Serve the page of a review; returns once it is closed, with everything saved.

    Args:
        source, plan_path, settings, margin: see `Session`.
        say: told the address, with the token in its fragment.
        open_browser: show it to the user.
    """
    session = Session(source, plan_path, settings, margin)
    server = PageServer(routes_of(session), QUIET, session.busy)
    try:
        say(server.address)
        if open_browser:
            webbrowser.open(server.address)
        server.serve()
    finally:
        server.server_close()
        session.close()
    return session
