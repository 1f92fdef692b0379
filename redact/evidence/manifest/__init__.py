"""The manifest: the record that ties an output to its untouched original, as a value and a file."""

from .audit import AuditPart, CheckPart, DetectorPart, FindingPart, KeptPart, LookedPart
from .fields import MessagePart
from .file import (
    dump_manifest,
    manifest_path,
    manifest_schema,
    parse_manifest,
    read_manifest,
    write_manifest,
)
from .review import AnswerPart, MutedPart, ReviewPart, SeenPart, SeenSubjectPart
from .run import (
    CasePart,
    CodePart,
    LimitPart,
    LogAnchor,
    ModelPart,
    OutputPart,
    RemovedPart,
    RunPart,
    SourcePart,
    StepPart,
    ToolPart,
)
from .tracks import SpanPart, TrackPart
from .whole import FORMAT, FORMAT_VERSION, Manifest

__all__ = [
    "FORMAT",
    "FORMAT_VERSION",
    "AnswerPart",
    "AuditPart",
    "CasePart",
    "CheckPart",
    "CodePart",
    "DetectorPart",
    "FindingPart",
    "KeptPart",
    "LimitPart",
    "LogAnchor",
    "LookedPart",
    "Manifest",
    "MessagePart",
    "ModelPart",
    "MutedPart",
    "OutputPart",
    "RemovedPart",
    "ReviewPart",
    "RunPart",
    "SeenPart",
    "SeenSubjectPart",
    "SourcePart",
    "SpanPart",
    "StepPart",
    "ToolPart",
    "TrackPart",
    "dump_manifest",
    "manifest_path",
    "manifest_schema",
    "parse_manifest",
    "read_manifest",
    "write_manifest",
]
