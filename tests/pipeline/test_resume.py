"""The same command continues a stopped case, which ends as if nobody had stopped it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from redact.errors import ExitCode, OutputError
from redact.files import new_partial, sweep, work_folder
from redact.media import probe
from redact.pipeline import Order, claimed
from redact.pipeline.held_back import read_held
from redact.settings import DrawSettings

from ..cli.conftest import call
from ..killing import disturbed
from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import QUICK
from ..side_files import folder_of, held_of, note_of, plan_of, record_of, release_of

FAST = (*QUICK, "--preset", "ultrafast")
FOLDER = ("README.txt", "plan.json", "record.json", "run.json")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shorten(SAMPLE, tmp_path_factory.mktemp("tiny") / "tiny.mp4", 10, skip=70)


@pytest.fixture
def case(tiny: Path, tmp_path: Path) -> Path:
    """Two videos, one in its own folder, and a file that is no video."""
    folder = tmp_path / "case"
    (folder / "day").mkdir(parents=True)
    (folder / "a.mp4").write_bytes(tiny.read_bytes())
    (folder / "day" / "b.mp4").write_bytes(tiny.read_bytes() + bytes(1))
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


def states(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {Path(r["source"]).name: r["state"] for r in json.loads(done.stdout)}


@pytest.mark.slow
def test_a_case_is_processed_once(case: Path, tmp_path: Path) -> None:
    words = ("run", case, "-r", "-o", tmp_path / "out", *FAST, "--json")
    done = call(*words)
    assert done.returncode == ExitCode.INPUT, done.stderr
    assert states(done) == {"a.mp4": "done", "broken.mp4": "refused", "b.mp4": "done"}
    assert "3 files: 2 done, 1 refused" in done.stderr
    written = sorted(p for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert [str(p.relative_to(tmp_path / "out")) for p in written] == [
        *("a.redacted.mp4", *(f"a.redacted.mp4.redact/{name}" for name in FOLDER)),
        *("day/b.redacted.mp4", *(f"day/b.redacted.mp4.redact/{name}" for name in FOLDER)),
    ]
    written = [p for p in written if p.name != "run.json"]  # which says what is done now
    before = {p: p.stat().st_mtime_ns for p in written}
    again = call(*words)
    assert states(again) == {
        "a.mp4": "done before",
        "broken.mp4": "refused",
        "b.mp4": "done before",
    }
    # A plan that somebody changed asks for another result, which replaces nothing unasked.
    plan = plan_of(tmp_path / "out" / "a.redacted.mp4")
    assert (
        call("plan", "add", plan, "--box", "1,1,9,9", "--from", "0", "--to", "end").returncode == 0
    )
    before[plan] = plan.stat().st_mtime_ns
    third = call(*words)
    (error,) = (r for r in json.loads(third.stdout) if r["source"].endswith("a.mp4"))
    assert error["exit_code"] == ExitCode.EXISTS
    assert "plan.json was changed since" in error["error"]
    assert {p: p.stat().st_mtime_ns for p in written} == before
    # So does another style; with --force it is replaced, and detection is not repeated.
    other = call(*words, "--style", "solid")
    assert "other settings (style)" in other.stderr
    forced = call(*words, "--force")
    assert states(forced) == {"a.mp4": "done", "broken.mp4": "refused", "b.mp4": "done before"}
    manifest = json.loads(record_of(tmp_path / "out" / "a.redacted.mp4").read_text())
    (detect,) = (s for s in manifest["run"]["steps"] if s["name"] == "detect")
    assert [said["code"] for said in detect["detail"]] == ["plan_taken_up"]
    assert "region" in {t["target"] for t in manifest["tracks"]}
    # Where the plan does not fit, what was decided in it stays, under another name.
    decided = plan.read_bytes()
    for number, size in ((1, "0.2"), (2, "0.3")):
        there = call(*words, "--force", "--ignore-area", f"0,0,9,{number}")
        assert f"it is now plan.earlier-{number}.json" in there.stderr
        assert plan.with_name(f"plan.earlier-{number}.json").read_bytes() == decided
        box = ("--box", "1,1,9,9", "--from", "0", "--to", size)
        assert call("plan", "add", plan, *box).returncode == 0
        decided = plan.read_bytes()


def test_a_held_back_result_is_not_searched_again(tiny: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(tiny.read_bytes())
    plan = plan_of(tmp_path / "a.redacted.mp4")
    assert call("detect", source, "-o", plan, *QUICK).returncode == 0
    tracks = [t["id"] for t in json.loads(plan.read_text())["tracks"]]
    assert call("plan", "remove", plan, ",".join(map(str, tracks)), "--automatic").returncode == 0
    assert call("run", source, *FAST).returncode == ExitCode.NEEDS_REVIEW
    closed = held_of(tmp_path / "a.redacted.mp4").parent
    before = sorted(p.name for p in closed.iterdir())
    # As a run that was killed while it wrote the picture of a finding leaves it.
    (closed / ".a.redacted.needs-review.mp4.finding-1.png.0123abcd.partial").write_bytes(b"a face")
    again = call("run", source, *FAST, "--json")
    assert again.returncode == ExitCode.NEEDS_REVIEW
    assert "needs review since an earlier run" in again.stderr
    assert json.loads(again.stdout)["state"] == "needs review"
    assert sorted(p.name for p in closed.iterdir()) == before
    # A log and a key that were first named since are no matter of what lies there: its record is in
    # no log, and not signed. So it is made again, from the same plan; and then stands.
    key, log = tmp_path / "key.pem", tmp_path / "case.log"
    assert call("key", "new", "--out", key, "--no-passphrase").returncode == 0
    more = ("run", source, *FAST, "--log", log, "--sign", key, "--json")
    for _ in range(2):
        again = call(*more)
        assert again.returncode == ExitCode.NEEDS_REVIEW, again.stderr
        held = Path(json.loads(again.stdout)["output"])
        known = call("check", held, "--log", log, "--key", f"{key}.pub")
        assert known.returncode == ExitCode.DONE, known.stdout
        assert held.name == "a.redacted.needs-review.mp4"
    steps = json.loads(record_of(held).read_text())["run"]["steps"]
    (detect,) = (s for s in steps if s["name"] == "detect")
    assert [said["code"] for said in detect["detail"]] == ["plan_taken_up"]


@pytest.mark.slow
def test_an_earlier_versions_result_is_made_again(tiny: Path, tmp_path: Path) -> None:
    """Another version may detect what this one missed. Its results, finished or held back, neither
    count as this version's nor are replaced unasked."""
    source, plan = tmp_path / "a.mp4", plan_of(tmp_path / "a.redacted.mp4")
    source.write_bytes(tiny.read_bytes())
    assert call("run", source, *FAST).returncode == ExitCode.DONE
    record = record_of(tmp_path / "a.redacted.mp4")
    whole = record.read_text()
    known = json.loads(whole)
    record.write_text(json.dumps({**known, "tool": {**known["tool"], "redact": "0.0.1"}}))
    done = call("run", source, *FAST)
    assert done.returncode == ExitCode.EXISTS and "another version" in done.stderr
    # A library that was upgraded makes no result stale: it was audited as it is.
    record.write_text(json.dumps({**known, "tool": {**known["tool"], "libraries": {"av": "9"}}}))
    assert call("run", source, *FAST).returncode == ExitCode.DONE
    record.write_text(whole)
    tracks = ",".join(str(t["id"]) for t in json.loads(plan.read_text())["tracks"])
    assert call("plan", "remove", plan, tracks, "--automatic").returncode == 0
    (tmp_path / "a.redacted.mp4").unlink()
    record.unlink()
    assert call("run", source, *FAST).returncode == ExitCode.NEEDS_REVIEW
    note = note_of(tmp_path / "a.redacted.mp4")
    held = msgspec.structs.replace(read_held(note.parents[1]), redact="0.0.1").marked()
    note.write_bytes(msgspec.json.encode(held))
    again = call("run", source, *FAST)
    assert again.returncode == ExitCode.NEEDS_REVIEW
    assert "since an earlier run" not in again.stderr
    assert read_held(note.parents[1]).redact != "0.0.1"


def test_leftovers_of_killed_runs_are_removed_before_a_release(tiny: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "a.mp4", tmp_path / "out"
    source.write_bytes(tiny.read_bytes())
    for folder in (out, release_of(source) / "NOT-FOR-RELEASE"):
        folder.mkdir(parents=True)
        (folder / ".7a1d.mp4.0123abcd.partial").write_bytes(b"half")
    done = call("run", source, "--release", "--audio", "mute", "-o", f"{out}/", *FAST)
    assert done.returncode in (ExitCode.DONE, ExitCode.NEEDS_REVIEW), done.stderr
    assert [p.name for p in tmp_path.rglob(".*")] == []


def test_a_plan_for_another_file_or_setting_is_not_reused(tiny: Path, tmp_path: Path) -> None:
    source, plan = tmp_path / "a.mp4", plan_of(tmp_path / "a.redacted.mp4")
    source.write_bytes(tiny.read_bytes())
    assert call("detect", tiny, "-o", plan, *QUICK).returncode == 0
    done = call("run", source, "--sensitivity", "thorough", *QUICK)
    assert done.returncode == ExitCode.EXISTS
    assert "was made with --sensitivity balanced" in done.stderr
    source.write_bytes(tiny.read_bytes() + bytes(1))
    done = call("run", source, *QUICK)
    assert done.returncode == ExitCode.EXISTS
    assert "was made for another file" in done.stderr
    assert not (tmp_path / "a.redacted.mp4").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_at_random_moments_it_ends_as_undisturbed(tiny: Path, tmp_path: Path) -> None:
    """One here; `make test-kills` takes two hundred."""
    sources = tmp_path / "case"
    sources.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (sources / name).write_bytes(tiny.read_bytes())
    moments = int(os.environ.get("REDACT_KILLS", "1"))
    seen = disturbed(sources, tmp_path, moments, seed=2)
    assert seen.faults == []
    assert seen.kills >= moments and seen.batches >= 1


def test_leftovers_are_told_from_files_in_use(tmp_path: Path) -> None:
    mine = new_partial(tmp_path, "a.mp4")
    dead = [tmp_path / ".b.mp4.0123abcd.partial"]
    if sys.platform != "win32":
        dead.append(tmp_path / ".two\nlines.mp4.0123abcd.partial")
    foreign = tmp_path / ".b.mp4.somebody.partial"
    for path in (*dead, foreign):
        path.write_bytes(b"half")
    assert sorted(sweep(tmp_path)) == sorted(dead)
    assert mine.path.exists() and foreign.exists()
    mine.release()
    assert sweep(tmp_path) == [mine.path]
    assert sweep(tmp_path / "none") == []


def test_a_link_that_looks_like_a_leftover_is_left(tmp_path: Path) -> None:
    kept = tmp_path / "dear.mp4"
    kept.write_bytes(b"dear")
    (tmp_path / ".a.mp4.0123abcd.partial").symlink_to(kept)
    assert sweep(tmp_path) == [] and kept.exists()


def order_of(source: Path, final: Path) -> Order:
    return Order(probe(source), DrawSettings(), final, work_folder(final))


class KilledError(Exception):
    """Stands for the end of the process: the system releases its locks."""


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are followed there")
@pytest.mark.parametrize("what", ["note", "folder"])
def test_a_note_or_folder_that_is_a_link_is_refused(tiny: Path, tmp_path: Path, what: str) -> None:
    """In a folder that others can write to, it could point to any of the user's files."""
    dear, final = tmp_path / "dear", tmp_path / "a.redacted.mp4"
    dear.mkdir()
    (dear / "dear.txt").write_text("dear")
    if what == "note":
        folder_of(final).mkdir()
        (folder_of(final) / "run.json").symlink_to(dear / "dear.txt")
    else:
        folder_of(final).symlink_to(dear)
    with pytest.raises(OutputError), claimed(order_of(tiny, final)):
        pass
    assert [path.read_text() for path in dear.iterdir()] == ["dear"]


def test_two_runs_cannot_work_on_one_result(tiny: Path, tmp_path: Path) -> None:
    order = order_of(tiny, tmp_path / "a.redacted.mp4")
    with claimed(order):
        with pytest.raises(OutputError, match="another redact is working"), claimed(order):
            pass
        assert (order.folder / "run.json").exists()
    assert list(tmp_path.iterdir()) == []
    with claimed(order):
        pass


def test_only_a_killed_runs_own_output_may_be_replaced(tiny: Path, tmp_path: Path) -> None:
    final = tmp_path / "a.redacted.mp4"
    order = order_of(tiny, final)
    with pytest.raises(KilledError), claimed(order) as (_, claim):
        claim.publishing(hashlib.sha256(b"ours").hexdigest())
        final.write_bytes(b"ours")
        raise KilledError
    with pytest.raises(KilledError), claimed(order) as (again, claim):
        assert claim.unfinished and again.delivery.force
        raise KilledError
    final.write_bytes(b"somebody else's")
    with claimed(order) as (last, claim):
        assert not claim.unfinished and not last.delivery.force
    assert list(tmp_path.iterdir()) == [final]


def test_a_killed_runs_note_never_affects_another_folder(tiny: Path, tmp_path: Path) -> None:
    """As if a folder was copied after a run in it was killed: the copy goes on by itself."""
    first, copy = tmp_path / "case", tmp_path / "copy"
    first.mkdir()
    (first / "a.mp4").write_bytes(tiny.read_bytes())
    final = first / "a.redacted.mp4"
    with pytest.raises(KilledError), claimed(order_of(first / "a.mp4", final)) as (_, claim):
        claim.publishing(hashlib.sha256(b"result").hexdigest())
        final.write_bytes(b"result")
        record_of(final).write_bytes(b"record")
        raise KilledError
    shutil.copytree(first, copy)
    assert call("run", copy / "a.mp4", *FAST).returncode == ExitCode.DONE
    assert final.read_bytes() == b"result" and record_of(final).read_bytes() == b"record"
    assert (copy / "a.redacted.mp4").read_bytes() != b"result"


RELEASE = ("--release", "--audio", "mute", "-o", "rel/")


def release(folder: Path) -> dict[str, tuple[str, float]]:
    """Everything in a release: contents and times, by name."""
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in (folder / "rel").iterdir()
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_release_that_was_killed_goes_on(tiny: Path, tmp_path: Path) -> None:
    """It ends as one that nobody disturbed, and holds nothing else."""
    cases = [tmp_path / "whole", tmp_path / "killed"]
    for case in cases:
        case.mkdir()
        for number, name in enumerate(("c.mp4", "a.mp4", "b.mp4")):
            (case / name).write_bytes(tiny.read_bytes() + bytes(number))
    words = ("run", "c.mp4", "a.mp4", "b.mp4", *RELEASE, *FAST)
    assert call(*words, cwd=cases[0]).returncode == ExitCode.DONE
    whole = release(cases[0])
    assert sorted(whole) == ["video-2.mp4", "video-3.mp4", "video.mp4"]
    command = [sys.executable, "-m", "redact", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=cases[1], env=env, stderr=subprocess.DEVNULL) as process:
        # Killed while the second is made: the first is done, the second has begun its file.
        rel = cases[1] / "rel"
        while process.poll() is None and not (
            (rel / "video.mp4").exists() and list(rel.glob(".video-2.mp4.*"))
        ):
            time.sleep(0.005)
        process.kill()
    assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
    again = call(*words, cwd=cases[1])
    assert again.returncode == ExitCode.DONE, again.stderr
    assert "already done" in again.stderr
    assert release(cases[1]) == whole
    other = tmp_path / "whole" / "d.mp4"
    other.write_bytes(tiny.read_bytes() + b"dd")
    refused = call("run", "d.mp4", *RELEASE, *FAST, cwd=cases[0])
    assert refused.returncode == ExitCode.USAGE and release(cases[0]) == whole
