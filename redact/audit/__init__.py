"""Audit of a finished file: what can still be seen, and is everything else as it was?"""

from .eyes import require_detectors
from .fix import fix_command, places_to_hide
from .result import AuditResult, AuditSettings, Check, Finding, FindingKind, Kept, Looked
from .sheet import review_sheet, sheet_path
from .verify import verify

__all__ = [
    "AuditResult",
    "AuditSettings",
    "Check",
    "Finding",
    "FindingKind",
    "Kept",
    "Looked",
    "fix_command",
    "places_to_hide",
    "require_detectors",
    "review_sheet",
    "sheet_path",
    "verify",
]
