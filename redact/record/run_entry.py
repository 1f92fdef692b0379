"""What the custody log says about a run: all of it follows from the manifest."""

from __future__ import annotations

from collections.abc import Mapping

from ..media import sha256_of_bytes
from .case import CaseFields
from .manifest import Manifest
from .manifest_parts import CasePart


def run_details(manifest: Manifest, data: bytes) -> dict[str, str]:
    """Details of the entry about a run.

    Args:
        manifest: of the run.
        data: the same, as it was written.
    """
    details = {
        "source": manifest.source.name,
        "source_sha256": manifest.source.sha256_before,
        "output": manifest.output.name,
        "output_sha256": manifest.output.sha256,
        "manifest_sha256": sha256_of_bytes(data),
        **case_details(manifest.case),
    }
    return {key: value for key, value in details.items() if value}


def case_details(case: CaseFields | CasePart) -> dict[str, str]:
    return {
        "case": case.case,
        "exhibit": case.exhibit,
        "operator": case.operator,
        "recipient": case.recipient,
        "purpose": case.purpose,
    }


def told_otherwise(details: Mapping[str, str], manifest: Manifest, data: bytes) -> list[str]:
    """What an entry that names the manifest's very bytes says otherwise than the manifest.

    Its names of details, sorted; details that redact does not write are left out.
    """
    expected = run_details(manifest, data)
    known = {*expected, *case_details(manifest.case)}
    return sorted(key for key in known if details.get(key) != expected.get(key))
