"""The record that ties an output to its original."""

from ..media import sha256_of_bytes
from .build import build_manifest, decisions_sha256, library_versions, settings_as_json
from .build_tracks import CERTAINTY, muted_parts
from .case import (
    TEXT_FIELDS,
    USUAL_FIELDS,
    CaseFields,
    ReasonCode,
    case_from_options,
    checked_case,
    checked_cuts,
    read_case,
)
from .check_record import CheckResult, check_output
from .checked_text import checked_option
from .custody_log import append, read_log
from .log_chain import LogState, head_path, unproven
from .manifest import (
    Manifest,
    census_of,
    dump_manifest,
    manifest_path,
    parse_manifest,
    read_manifest,
)
from .manifest_parts import (
    AuditPart,
    BodiesPart,
    CheckPart,
    DetectorPart,
    FindingPart,
    KeptPart,
    LookedPart,
    MessagePart,
    ModelPart,
    MutedPart,
    OpenPart,
    RemovedPart,
    SubjectPart,
    TrackPart,
    WithheldPart,
)
from .run_record import RunRecord, Step
from .signature import (
    fingerprint,
    load_private_key,
    load_public_key,
    needs_passphrase,
    new_key,
    raw_public,
    signature_path,
)
from .withheld import kind_of
from .without_folders import file_name
from .write_evidence import EvidenceChoice, check_evidence, write_evidence
