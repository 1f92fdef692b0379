"""Files beside the video: refused before the long run, never over another file."""

from __future__ import annotations

import hashlib
import json
import shlex
from pathlib import Path

import pytest

from redact.errors import ExitCode
from redact.plan import dump_plan, parse_plan

from ..program import QUICK
from ..side_files import PRIVATE, held_of, record_of, release_of


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def source(street: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "cam.mp4"
    copy.write_bytes(street.read_bytes())
    return copy


@pytest.fixture
def plan(street_plan: Path) -> bytes:
    """A plan of `street`."""
    return street_plan.read_bytes()


def test_no_plan_replaces_the_original(redact, source: Path, plan: bytes, tmp_path: Path) -> None:
    before = digest(source)
    done = redact("detect", source, "-o", source, "--force", *QUICK)
    assert done.returncode == ExitCode.EXISTS, done.stderr
    done = redact("run", source, "-o", source, *QUICK)
    assert done.returncode == ExitCode.EXISTS and "never replaced" in done.stderr, done.stderr
    kept = tmp_path / "p.json"
    kept.write_bytes(plan)
    done = redact("apply", source, kept, "-o", tmp_path / "o.mp4", "--plan", source, "--force")
    assert done.returncode == ExitCode.EXISTS, done.stderr
    assert digest(source) == before
    assert {p.name for p in tmp_path.iterdir()} == {"cam.mp4", "p.json"}


def test_no_plan_replaces_the_output(redact, source: Path, plan: bytes, tmp_path: Path) -> None:
    kept, output = tmp_path / "p.json", tmp_path / "o.mp4"
    kept.write_bytes(plan)
    done = redact("apply", source, kept, "-o", output, "--plan", output)
    assert done.returncode == ExitCode.EXISTS, done.stderr
    assert not output.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-o", "nowhere/o.mp4"), ExitCode.OUTPUT),
        (("-o", "o.avi"), ExitCode.OUTPUT),
        (("--codec", "cinepak"), ExitCode.USAGE),
        (("-o", "o.webm", "--codec", "h264"), ExitCode.OUTPUT),
        (("--plan", "nowhere/p.json"), ExitCode.OUTPUT),
        (("-o", "taken.mp4"), ExitCode.EXISTS),
        (("--log", "nowhere/custody.log"), ExitCode.OUTPUT),
        (("--style", "mosaic", "--label", "No. {track}"), ExitCode.USAGE),
        (("--style", "mosaic", "--color", "#000000"), ExitCode.USAGE),
    ],
)
def test_errors_known_in_advance_stop_the_run_before_the_first_pass(
    redact, source: Path, tmp_path: Path, arguments: tuple[str, ...], code: ExitCode
) -> None:
    (tmp_path / "taken.mp4").write_bytes(b"somebody's")
    done = redact("run", source, *arguments, *QUICK, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert ("Make the folder first." in done.stderr) == ("nowhere" in arguments[1])
    # What the first pass says of every source was not said.
    assert "voices identify people" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"cam.mp4", "taken.mp4"}


def test_a_folder_takes_sources_of_any_container(redact, street: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "old.ts", tmp_path / "out"
    out.mkdir()
    remux(street, source)
    done = redact("run", source, "-o", out, *QUICK, "--no-manifest", "--no-plan")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert [p.name for p in out.iterdir()] == ["old.ts.redacted.mp4"]


def remux(source: Path, target: Path) -> None:
    import av

    with av.open(str(source)) as src, av.open(str(target), "w", format="mpegts") as out:
        streams = [out.add_stream_from_template(s) for s in src.streams]
        for packet in src.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)


def test_two_sources_never_share_an_output(redact, source: Path, tmp_path: Path) -> None:
    other, out = tmp_path / "b" / "cam.mp4", tmp_path / "out"
    other.parent.mkdir()
    out.mkdir()
    other.write_bytes(source.read_bytes())
    done = redact("run", source, other, "-o", out, "--force", *QUICK)
    assert done.returncode == ExitCode.USAGE
    done = redact("run", source, other, "--plan", tmp_path / "p.json", *QUICK)
    assert done.returncode == ExitCode.USAGE
    assert list(out.iterdir()) == []


def bare(plan: bytes, path: Path) -> Path:
    """A plan that hides nothing: the audit finds the faces."""
    value = json.loads(plan)
    value["tracks"] = value["subjects"] = []
    path.write_bytes(dump_plan(parse_plan(json.dumps(value).encode(), path.name)))
    return path


def test_one_command_fixes_the_result_and_keeps_the_options(
    redact, source: Path, plan: bytes, tmp_path: Path
) -> None:
    path, output = bare(plan, tmp_path / "bare.json"), tmp_path / "o.mkv"
    done = redact(
        "apply", source, path, "-o", output, "--audio", "mute", "--color", "#102030", "--style",
        "solid", "--label", "No. {track}", "--set", "case=2026-1",
        "--set", "reasons.face=third party",
    )  # fmt: skip
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    held = held_of(tmp_path / "o.mkv")
    command = next(x for x in done.stderr.splitlines() if x.startswith("redact fix "))
    assert shlex.split(command) == ["redact", "fix", str(source)]
    assert not output.exists()
    done = redact(*shlex.split(command)[1:], "--by", "R. Roe", "-v", "--json")
    result = json.loads(done.stdout)
    tracks = parse_plan(path.read_bytes(), path.name).tracks
    assert tracks and all(t.decided_by == "R. Roe" for t in tracks)
    manifest = json.loads(Path(result["manifest"]).read_text())
    settings = manifest["run"]["settings"]
    assert settings["render"]["label"] == "No. {track}"
    assert settings["render"]["colour"] == [16, 32, 48]
    assert settings["encode"]["audio"] == "mute"
    assert manifest["case"]["case"] == "2026-1"
    assert manifest["case"]["reasons"] == {"face": "third party"}
    # Whether it passes now is for the audit to say; the name tells which.
    final = Path(result["output"])
    assert (final == output) == (done.returncode == ExitCode.DONE)
    left = [p.name for p in held.parent.iterdir()]
    assert {held.name, "held-back.json", "record.json"} <= set(left)
    assert redact("fix", held, "--remove").returncode == ExitCode.DONE
    assert not held.parent.exists()
    assert source.exists() and path.exists()


def test_a_fix_may_replace_the_same_files_as_the_first_run(
    redact, source: Path, plan: bytes, tmp_path: Path
) -> None:
    bare(plan, tmp_path / "-bare.json")  # and a name that looks like an option
    (tmp_path / "o.mp4").write_bytes(b"of an earlier run")
    words = ("-o", "o.mp4", "--no-manifest", "--", "cam.mp4", "-bare.json")
    done = redact("apply", "--force", *words, cwd=tmp_path)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    assert "o.mp4 is from an earlier run" in done.stderr
    assert (tmp_path / "o.mp4").read_bytes() == b"of an earlier run"
    done = redact("fix", "cam.mp4", "--accept-findings", "all=test", cwd=tmp_path)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert (tmp_path / "o.mp4").read_bytes() != b"of an earlier run"
    assert not record_of(tmp_path / "o.mp4").exists()


def test_no_held_back_file_is_in_a_release_folder(
    redact, source: Path, plan: bytes, tmp_path: Path
) -> None:
    path, folder = bare(plan, tmp_path / "bare.json"), tmp_path / "out"
    folder.mkdir()
    done = redact("apply", source, path, "-o", folder, "--release", "--audio", "mute")
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    assert list(folder.iterdir()) == []
    # Here the name tells what it was made from.
    closed = release_of(source) / PRIVATE
    assert (closed / f"{source.stem}.needs-review.mp4").exists()
    # What was made from it once is known by its source, whatever neutral name is free by then.
    held = sorted(closed.iterdir())
    again = ("--release", "--audio", "mute", "-o", folder / "video.mp4")
    done = redact("run", source, *again)
    assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
    assert "since an earlier run" in done.stderr and sorted(closed.iterdir()) == held
    done = redact("fix", source, "--accept-findings", "all=test")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert [p.name for p in folder.iterdir()] == ["video.mp4"]


def test_a_new_search_loses_no_decision(redact, source: Path, plan: bytes, tmp_path: Path) -> None:
    """`run --force` put the plan aside, `detect --force` replaced it."""
    path = tmp_path / "p.json"
    path.write_bytes(plan)
    decided = redact("plan", "set", path, "1", "--action", "keep", "--reason", "client")
    assert decided.returncode == 0, decided.stderr
    before = path.read_bytes()
    done = redact("detect", source, "-o", path, "--force", *QUICK)
    assert done.returncode == 0, done.stderr
    aside = tmp_path / "p.earlier-1.json"
    assert aside.read_bytes() == before != path.read_bytes()
    assert aside.name in done.stderr
