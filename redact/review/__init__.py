"""The local page on which a person reviews, corrects and releases."""

from .serve import serve

__all__ = ["serve"]
