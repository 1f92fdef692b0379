"""Files of any name can be recorded; names that a log would refuse are refused before the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from redact.cli.run import run
from redact.errors import CheckFailedError, PlanError
from redact.record import (
    CaseFields,
    EvidenceChoice,
    append,
    check_evidence,
    check_output,
    read_log,
    read_manifest,
    write_evidence,
)
from redact.record.manifest import manifest_path
from redact.record.without_folders import file_name, word_of_command

from ..media.footage import Clip, make
from .samples import make_record
from .test_commands import call

NAMES = {
    "x\ny": "x%0Ay",
    "n\x1b[31mred": "n%1B[31mred",
    "gnp\u202eexe": "gnp%E2%80%AEexe",
    "a\x85b": "a%C2%85b",
    "\u2066le": "%E2%81%A6le",
    "caf\udce9": "caf%E9",
    "été 100%.x": "été 100%.x",
}


@pytest.mark.parametrize(("name", "recorded"), NAMES.items())
def test_a_recorded_name_shows_its_control_characters(name: str, recorded: str) -> None:
    assert file_name(Path("folder") / name) == recorded
    assert word_of_command(f"/me/{name}") == word_of_command(name) == recorded


@pytest.mark.parametrize("name", [n for n in NAMES if "\udce9" not in n])
def test_a_file_of_any_name_is_entered_in_a_log(tmp_path: Path, name: str) -> None:
    record = make_record(tmp_path)
    source, output = tmp_path / f"{name}.mp4", tmp_path / f"{name}.redacted.mp4"
    record.source.path.rename(source)
    record.output.rename(output)
    record = replace(record, source=replace(record.source, path=source), output=output)
    choice = EvidenceChoice(log=tmp_path / "case.log")
    check_evidence(choice, output, force=False)
    write_evidence(record, choice)
    recorded = f"{NAMES[name]}.redacted.mp4"
    assert read_log(tmp_path / "case.log").entries[0].details["output"] == recorded
    assert read_manifest(manifest_path(output)).output.name == recorded
    assert check_output(output, log=choice.log).holds


def test_a_run_on_a_name_with_a_line_feed_is_entered(tmp_path: Path) -> None:
    source, log = tmp_path / "x\ny.mp4", tmp_path / "case.log"
    make(source, Clip())
    done = call(run, source, "-o", tmp_path / "out.mp4", "--log", log)
    assert done.exception is None, done.output
    assert read_log(log).entries[0].details["source"] == "x%0Ay.mp4"


@pytest.mark.parametrize("field", ["case", "exhibit", "operator", "recipient", "purpose"])
@pytest.mark.parametrize("text", ["two\nlines", "x" * 2001])
def test_text_that_a_log_refuses_is_refused_before_the_run(
    tmp_path: Path, field: str, text: str
) -> None:
    choice = EvidenceChoice(case=CaseFields(**{field: text}), log=tmp_path / "case.log")
    with pytest.raises(PlanError, match=field):
        check_evidence(choice, tmp_path / "a.mp4", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_cannot_be_extended_is_reported_before_the_run(tmp_path: Path) -> None:
    log = tmp_path / "case.log"
    append(log, "note", {})
    log.write_bytes(log.read_bytes()[:-1])
    with pytest.raises(CheckFailedError, match="was cut off"):
        check_evidence(EvidenceChoice(log=log), tmp_path / "a.mp4", force=False)
