"""The command line: a module is named after its commands, and loaded only when one is called."""

from .app import main, redact
