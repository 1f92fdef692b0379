"""A source that ends before its headers say: reported last, with its own exit code."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from redact.errors import ExitCode
from redact.media import probe
from redact.pipeline.result import missing_words

from ..cli.conftest import call
from ..media.footage import Clip, Sound, make, remux
from ..media.test_lost_pictures import refused
from ..media.test_trimmed import trimmed
from ..pipeline.conftest import SAMPLE, shorten
from ..program import QUICK
from ..side_files import plan_of, record_of


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MP4 whose index comes first and lists 16 pictures, truncated after some of them."""
    folder = tmp_path_factory.mktemp("cut")
    whole = shorten(SAMPLE, folder / "whole.mp4", 16, skip=70)
    first = folder / "first.mp4"
    with (
        av.open(str(whole)) as src,
        av.open(str(first), "w", options={"movflags": "+faststart"}) as out,
    ):
        stream = out.add_stream_from_template(src.streams.video[0])
        for packet in src.demux(src.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    path = folder / "cut.mp4"
    data = first.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    assert probe(path).missing > 0
    return path


def test_it_is_reported_last_with_its_own_exit_code(cut: Path, tmp_path: Path) -> None:
    words = ("run", cut, "-o", f"{tmp_path}/", *QUICK, "--json")
    for state in ("source incomplete", "done before"):
        done = call(*words)
        assert done.returncode == ExitCode.INCOMPLETE, done.stderr
        result = json.loads(done.stdout)
        assert result["exit_code"] == ExitCode.INCOMPLETE and result["state"] == state
        last = done.stderr.splitlines()[-1]
        assert last.startswith("SOURCE INCOMPLETE: cut.mp4 has ")
        assert " of 16 pictures" in last
    assert (tmp_path / "cut.redacted.mp4").exists()


def test_a_held_back_result_stays_incomplete(cut: Path, tmp_path: Path) -> None:
    source = tmp_path / "cut.mp4"
    source.write_bytes(cut.read_bytes())
    plan = plan_of(tmp_path / "cut.redacted.mp4")
    assert call("detect", source, "-o", plan, *QUICK).returncode == 0
    tracks = [str(t["id"]) for t in json.loads(plan.read_text())["tracks"]]
    assert call("plan", "remove", plan, ",".join(tracks), "--automatic").returncode == 0
    for _ in range(2):
        done = call("run", source, *QUICK, "--json")
        assert done.returncode == ExitCode.NEEDS_REVIEW, done.stderr
        result = json.loads(done.stdout)
        assert result["state"] == "needs review" and result["incomplete"]
        assert result["hidden"] == {}
        assert done.stderr.splitlines()[-1].startswith("SOURCE INCOMPLETE: ")


@pytest.mark.slow
def test_a_trimmed_recording_is_not_called_incomplete(tmp_path: Path) -> None:
    trimmed(tmp_path, "mp4", "libx264")
    words = ("run", tmp_path / "cut.mp4", "-o", f"{tmp_path}/out/", *QUICK)
    for _ in range(2):
        done = call(*words)
        assert done.returncode == ExitCode.DONE, done.stderr
        assert "INCOMPLETE" not in done.stderr
    record = json.loads(record_of(tmp_path / "out" / "cut.redacted.mp4").read_bytes())
    said = record["source"]
    assert (said["frames"], said["declared_frames"], said["cut_frames"]) == (90, 100, 10)


def test_a_complete_file_is_not_called_incomplete() -> None:
    for whole in ((36, 36), (36, None), (37, 36)):
        assert missing_words("a.mp4", *whole, 0) is None
    assert f"{missing_words('a.mp4', 13, 36, 0)}".startswith("a.mp4 has 13 of 36 pictures")
    assert f"{missing_words('a.mkv', 13, None, 1)}".startswith("a.mkv ends early")
    assert f"{missing_words('a.mkv', 13, None, 0, True)}".startswith("a.mkv is damaged")


def test_a_damaged_file_without_a_count_of_pictures_is_incomplete(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.mkv", Clip())
    source = remux(whole, tmp_path / "a.mkv", refused({5}))
    words = ("run", source, "-o", f"{tmp_path}/", *QUICK, "--json")
    for _ in range(2):
        done = call(*words)
        assert done.returncode == ExitCode.INCOMPLETE, done.stderr
        assert "a.mkv has 11 of 12 pictures" in done.stderr.splitlines()[-1]


def test_a_file_without_an_end_mark_is_reported_as_such(tmp_path: Path) -> None:
    """A transport stream states its length nowhere, so it is not called complete either."""
    whole = make(tmp_path / "whole.ts", Clip(pts=range(20), options={"preset": "ultrafast"}))
    packets = len(whole.read_bytes()) // 188
    clip = tmp_path / "cam.ts"
    clip.write_bytes(whole.read_bytes()[: 188 * (packets * 2 // 3)])
    done = call("run", clip, "-o", tmp_path / "out.mp4", *QUICK)
    words = "for this format, redact cannot tell whether the end of the file is missing"
    assert f"note: {words}" in done.stderr
    record = json.loads(record_of(tmp_path / "out.mp4").read_bytes())
    assert {"code": "no_end", "values": {}} in record["warnings"]


def test_sound_that_is_missing_is_evidence_that_is_missing(tmp_path: Path) -> None:
    """All pictures are there: the record and the last line say how much of the sound is."""
    faststart = {"movflags": "faststart"}
    clip = make(tmp_path / "cam.mp4", Clip(sounds=[Sound(seconds=4)], container_options=faststart))
    clip.write_bytes(clip.read_bytes()[:-30_000])
    words = ("run", clip, "-o", tmp_path / "out.mp4", *QUICK)
    for _ in range(2):
        done = call(*words)
        assert done.returncode == ExitCode.INCOMPLETE, done.stderr
        assert "cam.mp4 states 4.0 s of sound, of which " in done.stderr.splitlines()[-1]
    record = json.loads(record_of(tmp_path / "out.mp4").read_bytes())
    (sound,) = record["source"]["sound"]
    assert 1 < sound["seconds"] < 3 and round(sound["declared_seconds"], 1) == 4.0
    assert {"sound_beyond_end", "sound_and_picture"} <= {
        said["code"] for said in (*record["warnings"], *record["notes"])
    }
