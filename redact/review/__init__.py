"""The local pages on which a person reviews, corrects and releases: one video, or a whole case."""

from .alone import alone_with
from .case import Case, Wish
from .routes import serve, server_of
from .session import Session
