"""The custody log: concurrent writers, refusals, malformed files."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import CheckFailedError, OutputError, PlanError, RedactError
from redact.record import append, read_log
from redact.record.log_chain import head_path, read_chain

WRITER = """
import sys
from pathlib import Path
from redact.record.custody_log import append
for n in range(25):
    append(Path(sys.argv[1]), "note", {"writer": sys.argv[2], "n": str(n)})
"""


def test_concurrent_writers_and_a_reader(tmp_path: Path) -> None:
    log = tmp_path / "case.log"
    root = Path(__file__).resolve().parents[2]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(log), str(i)], cwd=root)
        for i in range(4)
    ]
    while any(w.poll() is None for w in writers):
        if log.exists():
            assert read_log(log).holds
        time.sleep(0.01)  # a reader without a pause keeps writers out until they give up
    assert [w.returncode for w in writers] == [0] * 4
    state = read_log(log)
    assert state.holds and not state.remarks and len(state.entries) == 100
    seen = {(e.details["writer"], e.details["n"]) for e in state.entries}
    assert len(seen) == 100


def test_broken_log_is_not_written_to(tmp_path: Path) -> None:
    log = tmp_path / "case.log"
    append(log, "note", {"text": "one"})
    log.write_bytes(log.read_bytes().replace(b"one", b"two"))
    before = log.read_bytes()
    with pytest.raises(CheckFailedError, match="line 1 was changed"):
        append(log, "note", {})
    assert log.read_bytes() == before


def test_an_interrupted_write_is_a_remark_and_not_an_alarm(tmp_path: Path) -> None:
    """A power cut between the log's line and its head: nothing is lost, and it is reported."""
    log = tmp_path / "case.log"
    append(log, "note", {"n": "1"})
    head = head_path(log).read_bytes()
    append(log, "note", {"n": "2"})
    head_path(log).write_bytes(head)
    state = read_log(log)
    assert state.holds and "not covered" in str(state.remarks[0])
    append(log, "note", {"n": "3"})
    assert read_log(log).remarks == ()


@pytest.mark.parametrize("text", ["two\nlines", "\x1b[31m", "\ud800", "\u202egnp"])
def test_text_that_could_mislead_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PlanError, match="control character"):
        append(tmp_path / "case.log", "note", {"text": text})
    assert not (tmp_path / "case.log").exists()


def test_unwritable_places(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        append(tmp_path / "nowhere" / "case.log", "note", {})
    with pytest.raises(PlanError, match="cannot read"):
        read_log(tmp_path / "absent.log")
    with pytest.raises(RedactError):
        read_log(tmp_path)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_get_a_verdict_and_never_an_exception(data: bytes) -> None:
    entries, breaks = read_chain(data)
    assert not entries
    assert breaks or not data


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=3))
def test_appended_entries_are_read_back(details: dict[str, str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "case.log"
        try:
            append(log, "note", details)
        except PlanError as error:
            assert str(log) in error.message
            assert not log.exists()
            return
        assert read_log(log).holds
        assert read_log(log).entries[0].details == details
