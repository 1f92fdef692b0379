"""The local page on which a person reviews, corrects and releases."""

from .alone import alone_with
from .routes import serve
from .session import Session
