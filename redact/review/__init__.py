"""The local page on which a person reviews, corrects and releases."""

from .routes import serve
from .session import Session

__all__ = ["Session", "serve"]
