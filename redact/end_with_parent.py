"""A command that another process started for one of several videos ends with that process.

It watches that process from the very start, because loading the libraries alone may take seconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import Final

from .errors import ExitCode

ONE_OF_SEVERAL_OPTION: Final = "--one-of-several"
"""With this option, the process that starts a command says that it holds the other end of the
command's standard input."""

TIDY_UP_SECONDS: Final = 0.7
"""Seconds that a process has for tidying up when it must stop: if it hangs in a library, it does
not see the signal, and nobody needs its result any more. The next run removes what it leaves."""


def end_with_parent() -> None:
    """Stop this process, as Ctrl-C does, when the one that started it is gone.

    The parent holds the other end of standard input and never writes to it.
    """

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(TIDY_UP_SECONDS)
        os._exit(ExitCode.INTERRUPTED)

    threading.Thread(target=watch, daemon=True).start()
