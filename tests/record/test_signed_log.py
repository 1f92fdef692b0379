"""A signed run in a custody log: entries that were rewritten, or written without the key."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace as fields
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from redact.cli.app import redact as program
from redact.cli.check import check
from redact.cli.log import log
from redact.errors import CheckFailedError, ExitCode
from redact.record import EvidenceChoice, append, check_output, new_key, read_log, write_evidence
from redact.record.log_chain import (
    FIRST_LINK,
    LogEntry,
    head_path,
    read_chain,
    read_head,
    write_head,
)
from redact.record.signature import named_key, raw_public

from .samples import make_plan, make_record
from .test_commands import call
from .test_tampering import Case, make_case

FORGED = "2020-01-01T00:00:00.000000Z"


def write_entries(case: Case, entries: list[LogEntry], key: Ed25519PrivateKey | None) -> None:
    """Rewrite a log from its first changed entry on, with a fitting head, as anyone can; signatures
    need the key."""
    previous, lines, same = FIRST_LINK, [], True
    for old in entries:
        same = same and old.previous == previous and old.holds
        entry = old if same else replace(old, previous=previous).sealed(key)
        previous = entry.hash
        lines.append(entry.line() + b"\n")
    case.log.write_bytes(b"".join(lines))
    write_head(case.log, len(lines), previous, key)


def forge_run(case: Case, key: Ed25519PrivateKey | None = None) -> None:
    """Change the time of the run's own entry, and the recipient of the last one."""
    first, run, last = read_log(case.log).entries
    last = replace(last, details={"recipient": "Mallory"})
    write_entries(case, [first, replace(run, time=FORGED), last], key)


def add_by_hand(log: Path) -> None:
    """A line that continues the chain, for which no key is needed."""
    entries, _ = read_chain(log.read_bytes())
    last = entries[-1]
    line = (
        LogEntry(last.number + 1, last.time, "handed over to Mallory", {}, last.hash, "")
        .sealed()
        .line()
    )
    log.write_bytes(log.read_bytes() + line + b"\n")


@pytest.mark.parametrize("key_given", [True, False])
@pytest.mark.parametrize("other_key", [True, False])
def test_a_rewritten_entry_of_a_signed_run_is_found(
    tmp_path: Path, key_given: bool, other_key: bool
) -> None:
    case = make_case(tmp_path)
    assert case.check().log_entry[0] == 2
    forge_run(case, Ed25519PrivateKey.generate() if other_key else None)
    assert read_log(case.log).holds  # whoever rewrites all of it leaves no break
    result = case.check() if key_given else case.check(key=None)
    part = result.part("log")
    assert not result.holds and part is not None
    assert part.verdict == ("other key" if other_key else "end not signed"), part
    assert result.log_entry == (0, "") and result.log_unproven
    options = ["--key", tmp_path / "key.pem.pub"] if key_given else []
    done = call(check, case.output, "--log", case.log, *options)
    assert done.return_value == ExitCode.CHECK_FAILED and "Not intact: log" in done.output


@pytest.mark.parametrize(
    ("lang", "words", "red"),
    [
        ("en", "Its number and time are not given here", "end not signed"),
        ("fr", "Son numéro et sa date ne sont pas donnés ici", "fin non signée"),
    ],
)
def test_the_report_does_not_repeat_an_unproven_time(
    tmp_path: Path, lang: str, words: str, red: str
) -> None:
    case = make_case(tmp_path)
    page = tmp_path / "page.html"
    options = [case.output, "--log", case.log, "--lang", lang, "--html", page]
    assert call(program, "report", *options).exception is None
    assert words not in page.read_text("utf-8")
    forge_run(case)
    done = call(program, "report", *options, "--force")
    assert isinstance(done.exception, CheckFailedError)
    html = page.read_text("utf-8")
    assert FORGED[:10] not in html and words in html and red in html


def test_an_unsigned_log_clears_no_manifest_of_a_signed_run(tmp_path: Path) -> None:
    """An edited manifest, and a log rewritten to match: no proof of the manifest."""
    case = make_case(tmp_path)
    data = case.manifest.read_bytes().replace(b"Disclosure", b"Publication")
    case.manifest.write_bytes(data)
    first, run, last = read_log(case.log).entries
    for purpose in ({}, {"purpose": "Publication to the defence"}):
        digest = hashlib.sha256(data).hexdigest()
        details = {**run.details, "manifest_sha256": digest, **purpose}
        write_entries(case, [first, replace(run, details=details), last], None)
        part = case.check(key=None).part("manifest")
        assert part is not None and part.verdict == "changed", part


@pytest.mark.parametrize("sign", [True, False])
def test_a_forged_entry_is_reported_for_ever(tmp_path: Path, sign: bool) -> None:
    """Without the key it cannot be signed, and later signatures do not cover it."""
    case = make_case(tmp_path)
    assert read_log(case.log).remarks == ()
    add_by_hand(case.log)
    part = case.check().part("log")
    assert part is not None and part.verdict == "end not signed", part
    options = (case.log, "--key", tmp_path / "key.pem.pub")
    with_key = call(log, "verify", *options)
    assert with_key.return_value == ExitCode.CHECK_FAILED and "not covered" in with_key.output
    append(case.log, "note", {}, case.key if sign else None)
    told = call(log, "verify", *options)
    assert told.return_value == (ExitCode.DONE if sign else ExitCode.CHECK_FAILED)
    assert f"note: entries that are not signed: {'4' if sign else '4–5'}\n" in told.output
    assert case.check().part("log").failed is not sign


def test_a_signature_fits_only_its_own_entry(tmp_path: Path) -> None:
    """It cannot be moved to another entry or to the head, or removed."""
    case = make_case(tmp_path)
    entries = list(read_log(case.log).entries)
    head = read_head(case.log)
    assert head is not None and head.holds
    last = entries[-1]
    for forged in (
        replace(last, signature=entries[0].signature),
        replace(last, signature=head.signature),
        replace(last, signature=""),
        replace(last, signed_by=named_key(Ed25519PrivateKey.generate())),
        replace(last, signed_by=""),
    ):
        case.log.write_bytes(b"".join(e.line() + b"\n" for e in (*entries[:-1], forged)))
        assert [b.line for b in read_log(case.log).breaks][:1] == [3], forged
    # Neither the signature of an entry nor an older one makes a head for a shorter log.
    case.log.write_bytes(b"".join(e.line() + b"\n" for e in entries[:-1]))
    for signature in (entries[1].signature, head.signature):
        short = replace(head, entries=2, head=entries[1].hash, signature=signature)
        head_path(case.log).write_bytes(short.line())
        assert not read_log(case.log).holds


INTERRUPTED = """
import os, sys
from pathlib import Path
from redact.record import append, load_private_key
log, step = Path(sys.argv[1]), 0
key = load_private_key(Path(sys.argv[2]), None)
for stop in range(1, 1000):
    child = os.fork()
    if not child:
        def end(event, _):
            global step
            if event in ("open", "os.rename", "os.link", "os.remove", "os.chmod"):
                step += 1
                if step == stop:
                    os._exit(9)
        sys.addaudithook(end)
        append(log, "note", {"stop": str(stop)}, key)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(stop, code, flush=True)
    if code != 9:
        break
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_write_interrupted_anywhere_can_be_continued(tmp_path: Path) -> None:
    """The process ends before each step of an append in turn; the next append completes it."""
    key = new_key(tmp_path / "key.pem", None)
    log = tmp_path / "case.log"
    append(log, "note", {"text": "begun"}, key)
    words = [sys.executable, "-c", INTERRUPTED, str(log), str(tmp_path / "key.pem")]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True)
    stops = [line.split() for line in done.stdout.splitlines()]
    assert stops and stops[-1][1] == "0" and len(stops) > 8, (done.stdout, done.stderr)
    state = read_log(log)
    assert state.holds and not state.uncovered
    assert state.entries[-1].details["stop"] == stops[-1][0]
    assert len(state.entries) > 3  # some were interrupted after their line was written
    assert state.signer and state.remarks == ()


def test_a_later_signature_does_not_vouch_for_what_was_not_signed(tmp_path: Path) -> None:
    """Otherwise one rewritten entry and one more append would give a log that the key vouches
    for."""
    case = make_case(tmp_path)
    first, run, last = read_log(case.log).entries
    write_entries(case, [first, replace(run, time=FORGED), last], None)
    added = call(log, "add", case.log, "checked", "--sign", tmp_path / "key.pem")
    assert added.exception is None and "is not signed" in added.stderr
    state = read_log(case.log)
    assert state.holds and str(state.remarks[0]) == "entries that are not signed: 2–3"
    result = check_output(case.output, log=case.log, key=raw_public(case.key.public_key()))
    part = result.part("log")
    assert part is not None and "not signed: 2–3" in part.text
    assert "nothing proves the time" in str(result.summary)
    assert result.log_entry == (0, "") and result.log_unproven


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("change", [{"recipient": "Mallory"}, {"operator": ""}, {"output": "b"}])
def test_an_entry_must_agree_with_the_manifest(
    tmp_path: Path, signed: bool, change: dict[str, str]
) -> None:
    """Even if it was signed again, or never: it names the manifest's exact bytes."""
    case = make_case(tmp_path, signed)
    first, run, last = read_log(case.log).entries
    details = {k: v for k, v in {**run.details, **change}.items() if v}
    write_entries(case, [first, replace(run, details=details), last], None)
    if signed:
        append(case.log, "checked", {}, case.key)
    part = case.check(**({} if signed else {"key": None})).part("log")
    assert part is not None and part.verdict == "broken" and next(iter(change)) in part.text


def test_the_entry_of_a_run_names_who_decided(tmp_path: Path) -> None:
    """Each once, without what a plan from elsewhere may have hidden in a name; and an entry of an
    older version, which names nobody, contradicts nothing."""
    plan = make_plan()
    names = ("S. Roe", "R. Roe\u202e", "S. Roe", "")
    tracks = [fields(one, decided_by=name) for one, name in zip(plan.tracks, names, strict=True)]
    record = make_record(tmp_path, plan=fields(plan, tracks=tuple(tracks), subjects=()))
    write_evidence(record, EvidenceChoice(log=tmp_path / "case.log"))
    (run,) = read_log(tmp_path / "case.log").entries
    assert run.details["decided_by"] == "R. Roe, S. Roe"
    case = Case(
        record.output, record.source.path, tmp_path / "case.log", new_key(tmp_path / "k", None)
    )
    older = {k: v for k, v in run.details.items() if k != "decided_by"}
    for details, verdict in ((older, "intact"), (older | {"decided_by": "Mallory"}, "broken")):
        write_entries(case, [replace(run, details=details)], None)
        part = case.check(key=None).part("log")
        assert part is not None and part.verdict == verdict, part


@pytest.mark.parametrize("signed", [True, False])
def test_an_older_result_in_place_of_a_newer_one_is_reported(tmp_path: Path, signed: bool) -> None:
    """Record, video and signature of the first run are valid, but the log knows of a second one."""
    case = make_case(tmp_path, signed)
    key = case.key if signed else None
    run = read_log(case.log).entries[1]
    anew = {**run.details, "output_sha256": "1" * 64, "manifest_sha256": "2" * 64}
    append(case.log, "run", {**anew, "recipient": "somebody else"}, key)
    append(case.log, "run", {**anew, "source_sha256": "3" * 64}, key)
    options = {} if signed else {"key": None}
    assert case.check(**options).holds, "made for somebody else, or of another video"
    append(case.log, "run", anew, key)
    part = case.check(**options).part("log")
    assert part is not None and part.verdict == "replaced" and "Entry 6" in part.text
    done = call(check, case.output, "--log", case.log)
    assert done.return_value == ExitCode.CHECK_FAILED and "replaced" in done.output


def test_times_that_run_backwards_are_reported(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    assert read_log(case.log).remarks == ()
    first, run, last = read_log(case.log).entries
    write_entries(case, [first, replace(run, time=FORGED), last], case.key)
    (remark,) = read_log(case.log).remarks
    assert "entry 2" in str(remark) and FORGED in str(remark)
    assert call(log, "verify", case.log).output.count(FORGED) >= 1
