"""Audit of a finished file: what can still be seen, and is everything else as it was?"""

from .audit_detectors import AuditDetectors, require_detectors
from .copied_pictures import COPIED
from .findings_and_fixes import fix_command, hiding_places
from .limits import Limits
from .result import AuditResult, AuditSettings, Check, Finding, FindingKind, Kept, Looked
from .sheet import finding_pictures, picture_path, review_sheet, sheet_path
from .verify import verify

__all__ = [
    "COPIED",
    "AuditDetectors",
    "AuditResult",
    "AuditSettings",
    "Check",
    "Finding",
    "FindingKind",
    "Kept",
    "Limits",
    "Looked",
    "finding_pictures",
    "fix_command",
    "hiding_places",
    "picture_path",
    "require_detectors",
    "review_sheet",
    "sheet_path",
    "verify",
]
