"""How this program starts Python: with the code of this installation, and none from the current
folder.

With `-m` and `-c`, and wherever PYTHONPATH has an empty or relative entry, Python looks for code in
the current folder first. A file `click.py` or `av.py` among received videos would be executed with
the rights of the user.

`__main__` imports this module before it removes the current folder from `sys.path`. So this module
imports only what Python has already loaded.
"""

import os
import sys

SAFE_ARGUMENTS = ("-P", "-m", "redact")
"""Arguments with which Python starts redact safely in any current folder."""

START_COMMAND = (sys.executable, *SAFE_ARGUMENTS)
"""The command that starts redact with this same Python."""

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def is_safe(place: str) -> bool:
    """Whether Python may look for code in a place: it is absolute and not the current folder, or
    it contains redact itself."""
    if not os.path.isabs(place):  # noqa: PTH117
        return False
    return place == _HOME or os.path.realpath(place) != os.path.realpath(os.curdir)


def forget_current_folder() -> None:
    """Look for no code in the current folder from here on."""
    sys.path[:] = filter(is_safe, sys.path)


def environment() -> dict[str, str]:
    """Environment variables with which another Python finds code where this one does, and nowhere
    else."""
    places = os.pathsep.join(filter(is_safe, sys.path))
    return {**os.environ, "PYTHONPATH": places, "PYTHONSAFEPATH": "1"}


def unsafe_entries() -> list[str]:
    """Entries of PYTHONPATH, empty ones included, that let Python run code from the current
    folder."""
    given = os.environ.get("PYTHONPATH")
    return [] if not given else [p for p in given.split(os.pathsep) if not os.path.isabs(p)]  # noqa: PTH117
