"""The command line: one module per command, loaded only when it is called."""

from .app import main, redact

__all__ = ["main", "redact"]
