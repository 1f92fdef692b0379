"""`--release`: only the video, with nothing that reveals who made it; the same bytes each time."""

from __future__ import annotations

import json
import os
import re
from fractions import Fraction
from pathlib import Path

import pytest

from redact.batch import find_footage
from redact.errors import ExitCode
from redact.files import OutputFile
from redact.inspect import clear_times
from redact.media import probe
from redact.pipeline import Delivery, order_to_run
from redact.pipeline.publish import publish
from redact.settings import DrawSettings

from ..media.footage import Clip, Sound, audio_packets, commented, make, times
from ..program import QUICK
from ..side_files import PRIVATE, beside, release_of

COMMON = (*QUICK, "--audio", "keep", "--preset", "ultrafast")
"""With this preset x264 decides alike every time, with slower ones nearly every time."""


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_release_reveals_nothing_and_is_repeatable(
    redact, street: Path, tmp_path: Path, suffix: str
) -> None:
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
        done = redact("run", street, "-o", folder / f"video{suffix}", "--release", *COMMON)
        assert done.returncode == ExitCode.DONE, done.stderr
        (only,) = folder.iterdir()
        # Before anything reads it again.
        assert (only.stat().st_mtime, only.stat().st_atime) == (315_532_800, 315_532_800)
        seen = redact("inspect", only, "--json")
        assert seen.returncode == ExitCode.DONE, seen.stdout
        assert json.loads(seen.stdout)["clean"] is True
    first, second = (f / f"video{suffix}" for f in folders)
    assert first.read_bytes() == second.read_bytes()


def test_a_release_never_has_its_name_and_its_true_times(
    street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had for a moment: for ever, if the run was killed just then."""
    named, link = list[float](), os.link

    def watched(old: Path, new: Path, **how: bool) -> None:
        link(old, new, **how)
        named.append(new.stat().st_mtime)

    monkeypatch.setattr(os, "link", watched)
    wanted = Delivery(tmp_path / "video.mp4", release=True, sound_chosen=True)
    order = order_to_run(probe(street), DrawSettings(), wanted)
    with OutputFile(order.final) as out:
        out.inside.write_bytes(b"finished")
        publish(out, order, "", False, None)
    assert named == [315_532_800]


def test_a_release_gets_a_neutral_name(redact, street: Path, tmp_path: Path) -> None:
    source = tmp_path / "Anna at the square.mp4"
    source.write_bytes(street.read_bytes())
    done = redact("run", source, "--release", *COMMON, "--targets", "plate")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert set(beside(tmp_path)) == {source.name, "video.mp4"}
    unpacked = tmp_path / "video-2.mp4"  # no more than looks like one
    unpacked.write_bytes(street.read_bytes())
    clear_times(unpacked)
    searched = find_footage([tmp_path])
    assert [one.path for one in searched.footage] == [source, unpacked]
    assert [path.name for path, _ in searched.left_out] == ["video.mp4"]
    unpacked.unlink()
    folder = tmp_path / "out"
    other = tmp_path / "Ben.mp4"
    other.write_bytes(street.read_bytes())
    done = redact("run", source, other, "--release", "-o", folder, *COMMON, "--targets", "plate")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert {p.name for p in folder.iterdir()} == {"video.mp4", "video-2.mp4"}


def test_no_text_in_the_sound_gets_into_a_release(redact, tmp_path: Path) -> None:
    """Vorbis comments, and what AAC encoders write where they leave their name."""
    plain = make(tmp_path / "plain.mkv", Clip(sounds=[Sound("vorbis")] * 2))
    commented(plain, tmp_path / "vorbis.mkv", {"ARTIST": "Jane Roe"})
    aac = make(tmp_path / "aac.mp4", Clip(sounds=[Sound()]))
    name = re.compile(rb"Lavc[\d.]+")
    aac.write_bytes(name.sub(lambda m: b"Jane Roe".ljust(len(m[0]), b"x"), aac.read_bytes()))
    for source in (tmp_path / "vorbis.mkv", aac):
        assert b"Jane Roe" in source.read_bytes()
        folder = tmp_path / source.stem
        folder.mkdir()
        done = redact("run", source, "--release", "-o", folder, *COMMON, "--targets", "plate")
        assert done.returncode == ExitCode.DONE, done.stderr
        assert "the sound was encoded again" in done.stderr
        # A player lets hear one of two, so nobody would notice the other.
        assert ("the release has 2 sound tracks" in done.stderr) is (source.stem == "vorbis")
        (result,) = folder.iterdir()
        assert not re.search(b"Jane Roe|AcmeBodycam", result.read_bytes())
        old, new = (audio_packets(p)[0] for p in (source, result))
        assert not {p for _, p in old} & {p for _, p in new}


def test_a_release_makes_the_user_choose_about_sound(redact, street: Path, tmp_path: Path) -> None:
    done = redact("run", street, "-o", tmp_path / "o.mp4", "--release")
    assert done.returncode == ExitCode.USAGE
    assert "--audio mute" in done.stderr and "--audio keep" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_release_and_a_record_exclude_each_other(redact, street: Path, tmp_path: Path) -> None:
    done = redact("run", street, "-o", tmp_path / "o.mp4", "--release", "--set", "operator=A. N.")
    assert done.returncode == ExitCode.USAGE
    assert "--set" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ticks", [12_289, 19_001])
def test_the_clock_of_a_camera_is_not_released(redact, tmp_path: Path, ticks: int) -> None:
    """Every frame keeps its time, but the units of the source's clock are not revealed."""
    step = ticks // 24
    sound = [Sound(seconds=0.5)]
    source = make(
        tmp_path / "cam.mov",
        Clip(time_base=Fraction(1, ticks), pts=range(0, 20 * step, step), sounds=sound),
    )
    assert probe(source).video.time_base == Fraction(1, ticks)
    done = redact("run", source, "--release", "-o", tmp_path / "video.mp4", *COMMON)
    assert done.returncode == ExitCode.DONE, done.stderr
    released = probe(tmp_path / "video.mp4")
    assert released.video.time_base == Fraction(1, 720_000)
    for was, now in zip(times(source), times(released.path), strict=True):
        assert abs(was - now) <= Fraction(1, 1_440_000)
    assert ticks.to_bytes(4, "big") not in released.path.read_bytes()


def test_a_read_only_card_is_reported_before_the_search(redact, tmp_path: Path) -> None:
    """A held-back release is stored beside its original, wherever -o points."""
    card = tmp_path / "card"
    card.mkdir()
    source = make(card / "cam.mp4", Clip())
    release_of(source).mkdir()
    (release_of(source) / PRIVATE).write_text("in the way")
    done = redact("run", source, "--release", "-o", f"{tmp_path}/out/", *QUICK)
    assert done.returncode == ExitCode.OUTPUT, done.stderr
    assert "Copy the original" in done.stderr
