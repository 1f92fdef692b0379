"""The local page on which a person reviews, corrects and releases."""

from .serve import serve
from .session import Session

__all__ = ["Session", "serve"]
