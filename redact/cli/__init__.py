"""The command line: each command is in a module of its name, loaded only when it is called."""

from .app import main, redact
