"""Audits a finished file: what is still visible, and is everything else unchanged?"""

from .audit import audit_file
from .finding_sentence import finding_sentence
from .fix_findings import fix_command, hiding_places
from .pictures_of_findings import finding_pictures
from .result import AuditResult, AuditSettings, Check, finding_in_words
