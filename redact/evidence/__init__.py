"""The record that ties an output to its original, and the release that tells nothing."""

from .build import build_manifest
from .case import CaseFields, read_case_file
from .check import CheckResult, check_output
from .custody import append, read_log
from .manifest import (
    Manifest,
    dump_manifest,
    manifest_path,
    manifest_schema,
    read_manifest,
    write_manifest,
)
from .publish import EvidenceChoice, EvidenceFiles, check_evidence, write_evidence
from .record import ModelUsed, RunRecord, Step
from .release import clear_times, prepare_release, release_path

__all__ = [
    "CaseFields",
    "CheckResult",
    "EvidenceChoice",
    "EvidenceFiles",
    "Manifest",
    "ModelUsed",
    "RunRecord",
    "Step",
    "append",
    "build_manifest",
    "check_evidence",
    "check_output",
    "clear_times",
    "dump_manifest",
    "manifest_path",
    "manifest_schema",
    "prepare_release",
    "read_case_file",
    "read_log",
    "read_manifest",
    "release_path",
    "write_evidence",
    "write_manifest",
]
