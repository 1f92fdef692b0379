"""How this program starts Python: with the code of this installation, and none from the folder in
which it works.

With `-m` and `-c`, and wherever PYTHONPATH has an empty or relative entry, Python looks for code in
the current folder first. Among received videos, a file `click.py` or `av.py` would be executed with
the rights of the user.

`__main__` imports this module before it takes the current folder out of `sys.path`. So it imports
nothing that Python has not loaded by then.
"""

import os
import sys
from collections.abc import Mapping

WORDS = ("-P", "-m", "redact")
"""What a Python is told to start redact, whatever the current folder."""

START = (sys.executable, *WORDS)
"""The command that starts redact with the Python that runs now."""

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def is_safe(place: str) -> bool:
    """Whether Python may look for code in a place: it is absolute and not the current folder, or
    it is where redact itself lies."""
    if not os.path.isabs(place):  # noqa: PTH117
        return False
    return place == _HOME or os.path.realpath(place) != os.path.realpath(os.curdir)


def forget_current_folder() -> None:
    """Look for no code in the current folder from here on."""
    sys.path[:] = filter(is_safe, sys.path)


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables with which a Python finds code where this one does, and nowhere else.

    Args:
        given: the other variables.
    """
    places = os.pathsep.join(filter(is_safe, sys.path))
    return {**given, "PYTHONPATH": places, "PYTHONSAFEPATH": "1"}


def unsafe_entries() -> list[str]:
    """Entries of PYTHONPATH that let Python take code from the folder that is current; an empty
    one too."""
    given = os.environ.get("PYTHONPATH")
    return [] if not given else [p for p in given.split(os.pathsep) if not os.path.isabs(p)]  # noqa: PTH117
