"""The local pages on which a person reviews, corrects and releases: one video, or a whole case."""

from .case import Case
from .case_video import ReviewOptions
from .open_plan import locked_for_review
from .routes import serve, server_of
from .session import Session
