"""Several videos at once: the same results as one after the other, within the memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redact.batch import Done, jobs_that_fit
from redact.batch.processes import bytes_for
from redact.cli.sources import tell_as_they_end
from redact.cli.terminal import Terminal
from redact.end_with_parent import TIDY_UP_SECONDS
from redact.errors import ExitCode

from ..cli.conftest import call
from ..killing import contents
from ..pipeline.conftest import ROOT, SAMPLE, shorten
from ..program import QUICK
from ..side_files import record_of

FAST = (*QUICK, "--preset", "ultrafast")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jobs") / "case"
    folder.mkdir()
    shorten(SAMPLE, folder / "a.mp4", 8, skip=70)
    shorten(SAMPLE, folder / "b.mp4", 8, skip=80)
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


@pytest.mark.slow
def test_two_at_once_write_the_same_as_one_after_the_other(case: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    index = two / "case.html"
    assert call("run", case, "-o", one, *FAST).returncode == ExitCode.INPUT
    words = ("run", case, "-o", two, *FAST, "--jobs", 2, "--index", index, "--set", "case=2026-1")
    done = call(*words, "--json")
    assert done.returncode == ExitCode.INPUT, done.stderr
    results = json.loads(done.stdout)
    names = [(Path(r["source"]).name, r["state"]) for r in results]
    assert names == [("a.mp4", "done"), ("b.mp4", "done"), ("broken.mp4", "refused")]
    assert "3 files: 2 done, 1 refused" in done.stderr
    assert "no video" in done.stderr or "text file" in done.stderr
    found = contents(two)
    page = index.read_text()
    assert found.pop("case.html") and "2026-1" in page
    for name in ("a", "b"):
        folder = f"{name}.redacted.mp4.redact"
        report = f"{folder}/report.html"
        assert found.pop(report) and f'href="{report}"' in page
        assert found.pop(f"{folder}/exemptions.csv")  # as `redact report` writes it
    assert "broken.mp4" in page and "refused" in page
    assert found == contents(one)
    record = json.loads(record_of(two / "a.redacted.mp4").read_text())
    assert not {"--one-of-several", "--json"} & {*record["run"]["command"]}


def test_the_index_replaces_no_other_page(case: Path, tmp_path: Path) -> None:
    page = tmp_path / "mine.html"
    page.write_text("<p>somebody's</p>")
    done = call("run", case, "-o", tmp_path / "out", "--index", page)
    assert done.returncode == ExitCode.EXISTS and "not an index" in done.stderr
    assert page.read_text() == "<p>somebody's</p>"
    done = call("run", case, "-o", tmp_path / "out", "--index", page, "--no-manifest")
    assert done.returncode == ExitCode.USAGE
    page.unlink()
    page.mkdir()
    done = call("run", case, "-o", tmp_path / "out", "--index", page)
    assert done.returncode == ExitCode.OUTPUT and "folder" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_workers_end_with_the_command_that_started_them(case: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            *(
                sys.executable,
                "-m",
                "redact",
                "run",
                str(case),
                "-o",
                f"{tmp_path / 'out'}{os.sep}",
            ),
            *("--jobs", "2", *FAST),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    notes: list[Path] = []
    deadline = time.monotonic() + 120
    while not notes and time.monotonic() < deadline and process.poll() is None:
        notes = list((tmp_path / "out").glob("*/.*.scans"))
        time.sleep(0.02)
    assert notes, "no worker began"
    process.kill()
    process.wait()
    time.sleep(1)
    assert not list((tmp_path / "out").glob("*.mp4")), "a worker went on"
    left = list((tmp_path / "out").rglob(".*"))
    # Answers of the networks stay for the next run, closed to others and without any picture.
    assert all(p.name.endswith(".scans") for p in left), "a worker left something"
    assert all(p.stat().st_mode & 0o077 == 0 for p in left)


def test_a_process_that_gets_no_signal_ends_soon_after_its_parent() -> None:
    """It used to take ten seconds."""
    hangs = (
        "import signal, time; from redact.end_with_parent import end_with_parent\n"
        "signal.signal(signal.SIGTERM, lambda *_: None); end_with_parent(); print(flush=True)\n"
        "while True: time.sleep(9)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hangs], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        assert process.poll() is None
        process.stdin.close()  # as the system does when the parent is killed
        assert process.wait(5) == ExitCode.INTERRUPTED
    assert TIDY_UP_SECONDS < 1


@settings(max_examples=25)
@given(st.integers(1, 64), st.integers(0, 64 * 2**30))
def test_no_more_jobs_are_started_than_memory_allows(wanted: int, free: int) -> None:
    sources = [SAMPLE] * 3
    jobs = jobs_that_fit(wanted, sources, free)
    assert 1 <= jobs <= min(wanted, 3)
    assert jobs == 1 or jobs * _NEED <= free
    more = min(wanted, 3)
    assert jobs == more or (jobs + 1) * _NEED > free


_NEED = bytes_for(SAMPLE)


def test_finished_results_count_if_the_rest_is_stopped() -> None:
    def ended() -> Iterator[tuple[int, Done]]:
        yield 2, Done({"source": "c"})
        yield 0, Done({"source": "a"})
        raise KeyboardInterrupt

    results: list[dict[str, object]] = []
    with pytest.raises(KeyboardInterrupt):
        tell_as_they_end(ended(), 3, Terminal(), results)
    assert [result["source"] for result in results] == ["a", "c"]
