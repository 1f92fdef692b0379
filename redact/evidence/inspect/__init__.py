"""Everything in a file that says something about who made it, when, where and with what."""

from . import matroska_avi, mp4
from .findings import Finding, Findings
from .scan import Inspection, inspect_file

__all__ = ["Finding", "Findings", "Inspection", "inspect_file", "matroska_avi", "mp4"]
