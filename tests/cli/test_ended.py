"""How a command ends that fails, is stopped, or is not listened to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redact.errors import ExitCode
from redact.plan import write_plan

from ..pipeline.conftest import ROOT, SAMPLE
from ..program import program
from ..record.samples import make_plan


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    return program(*arguments, COLUMNS="100")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "p.json"
    write_plan(make_plan(), path)
    return path


def test_what_a_person_reads_is_french_and_what_a_program_reads_stays(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    english, french = (
        program("probe", "a.mp4", "--json", cwd=tmp_path, REDACT_LANG=language)
        for language in ("en", "fr")
    )
    assert english.stdout == french.stdout and english.returncode == french.returncode
    assert french.stderr.startswith("erreur\u00a0: a.mp4\u00a0: le fichier est vide")
    usage = program("probe", "--lang", "fr", cwd=tmp_path)
    assert "Il manque l’argument" in usage.stderr and usage.returncode == ExitCode.USAGE


def test_who_forgets_the_command_or_mistypes_it_is_told_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "a cam.mp4").touch()
    forgotten = program("a cam.mp4", cwd=tmp_path)
    assert forgotten.returncode == ExitCode.USAGE
    assert forgotten.stderr.endswith("write: redact run 'a cam.mp4'\n")
    assert "Did you mean 'run'?" in program("rnu", cwd=tmp_path).stderr
    piped = program("run", "-", cwd=tmp_path)
    assert piped.returncode == ExitCode.INPUT and "standard input" in piped.stderr


def test_errors_are_json_too_where_json_was_asked_for(plan: Path, tmp_path: Path) -> None:
    missing, out = tmp_path / "no.mp4", tmp_path / "o.mp4"
    for arguments, code in (
        (("run", missing), ExitCode.INPUT),
        (("probe", missing), ExitCode.INPUT),
        (("detect", missing), ExitCode.INPUT),
        (("verify", missing, out), ExitCode.INPUT),
        (("apply", missing, plan, "-o", out), ExitCode.INPUT),
        (("apply", missing, tmp_path / "no.json", "-o", out), ExitCode.PLAN),
    ):
        done = call(*arguments, "--json")
        result = json.loads(done.stdout)
        assert list(result) == ["source", "exit_code", "error", "hint", "code", "values"]
        assert result["source"] == str(missing)
        assert result["exit_code"] == done.returncode == code, arguments
        assert f"error: {result['error']}" in done.stderr
        assert f"do:  {result['hint']}" in done.stderr
    # What people read on standard error is the same, with and without.
    plain = call(*arguments)
    assert (plain.stdout, plain.stderr) == ("", done.stderr)


def test_wrong_usage_is_json_too() -> None:
    done = call("run", "a.mp4", "--style", "none", "--json")
    result = json.loads(done.stdout)
    assert done.returncode == result["exit_code"] == ExitCode.USAGE
    assert "--style" in result["error"]


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C to a single process")
@pytest.mark.parametrize("jobs", [1, 2])
def test_stopped_among_several_tells_what_was_finished_and_how_to_go_on(
    tmp_path: Path, jobs: int
) -> None:
    bad, worse = tmp_path / "bad.mp4", tmp_path / "worse.mp4"
    bad.write_bytes(b"no video")
    worse.write_bytes(b"nor is this")
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "redact", "run", bad, worse, SAMPLE),
            *("-o", tmp_path, "--json", "--no-manifest", "--jobs", str(jobs)),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests may themselves run in the background, where Ctrl-C is ignored and inherited so.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:
        assert child.stderr is not None
        told = {bad.name, worse.name}  # both have failed, and the last is begun
        while told:
            line = child.stderr.readline()
            told -= {name for name in told if name in line}
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        out, words = child.communicate(timeout=200)
    assert child.returncode == ExitCode.INTERRUPTED
    results = json.loads(out)
    assert [(r["source"], r["exit_code"]) for r in results[:2]] == [
        (str(bad), ExitCode.INPUT),
        (str(worse), ExitCode.INPUT),
    ]
    if jobs == 1:
        (last,) = results[2:]
        assert (last["source"], last["error"]) == (str(SAMPLE), "stopped")
    assert "Run the same command again" in words


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C to a single process")
def test_stopped_while_a_module_is_loaded_ends_in_order(tmp_path: Path) -> None:
    """Classes are made of text then, by `exec`, for which Python has an end of its own."""
    script = """
from redact.cli import app
text = "import os, signal; os.kill(os.getpid(), signal.SIGINT); [0 for _ in range(10**6)]"
app.redact.main = lambda **_: exec(text)
app.main()
"""
    (tmp_path / "interrupted.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert done.returncode == ExitCode.INTERRUPTED, done.stderr
    assert "stopped" in done.stderr


def test_a_reader_that_leaves_changes_no_exit_code(plan: Path, tmp_path: Path) -> None:
    for arguments, code in (
        (("plan", "show", plan), ExitCode.DONE),
        (("inspect", SAMPLE), ExitCode.CHECK_FAILED),
        (("probe", tmp_path / "no.mp4", "--json"), ExitCode.INPUT),
    ):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            command = [sys.executable, "-m", "redact", *map(str, arguments)]
            done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=writer, check=False)
        finally:
            os.close(writer)
        assert done.returncode == code, arguments


POWERLESS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""Before a command: the user root may read as little as others."""


def test_a_video_that_may_not_be_read_is_no_mistake_of_the_command_line(tmp_path: Path) -> None:
    """It ended with 2 and the usage of the command, and with 3 in a folder."""
    source = tmp_path / "a.mp4"
    source.write_bytes(SAMPLE.read_bytes())
    source.chmod(0)
    start = [sys.executable, "-m", "redact"]
    if os.access(source, os.R_OK):
        if shutil.which("setpriv") is None:
            pytest.skip("this user may read everything")
        start = [*POWERLESS, *start]
    for words in (("run", source, "-o", f"{tmp_path}/out/"), ("probe", source)):
        command = [*start, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == ExitCode.INPUT, done.stderr
        assert done.stderr.startswith(f"error: {source}: may not be read"), done.stderr
