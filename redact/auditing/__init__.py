"""Audits a finished file: what is still visible, and is everything else unchanged?"""

from .audit import audit_file
from .finding_sentence import finding_sentence
from .findings_sheet import finding_pictures, review_sheet, sheet_path
from .fix_findings import fix_command, hiding_places
from .result import AuditResult, AuditSettings, Check, finding_in_words
