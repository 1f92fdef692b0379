"""A command that another process started, for one video of several, ends with that process.

That process is watched from the very start: loading the libraries alone may take seconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import Final

from .errors import ExitCode

OPTION: Final = "--one-of-several"
"""By which whoever starts a command says that it holds the other end of its standard input."""

LAST_WORDS: Final = 0.7
"""Seconds in which a process that is to stop may tidy up: one that hangs in a library does not see
the signal, and nobody wants its result any more. What it leaves is swept by the next run."""


def end_with_parent() -> None:
    """Stop this process, as Ctrl-C does, when the one that started it is gone.

    The parent holds the other end of standard input and never writes to it.
    """

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_WORDS)
        os._exit(ExitCode.INTERRUPTED)

    threading.Thread(target=watch, daemon=True).start()
