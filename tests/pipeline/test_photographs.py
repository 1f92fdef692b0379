"""Photographs through the whole run: upright, masked, and nothing in the file but the picture."""

from __future__ import annotations

import io
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

import redact
from redact import errors
from redact.errors import ExitCode
from redact.formats.photographs import kind_of, parts_of
from redact.inspect import inspect_file
from redact.media import Decode, probe
from redact.pipeline import ResultState
from redact.plan import read_plan, write_plan

from ..media.footage import Clip, make
from ..program import QUICK, program
from ..side_files import held_of, plan_of
from .conftest import SAMPLE, shorten

GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""EXIF orientation → how the upright picture is stored."""


@pytest.fixture(scope="module")
def street() -> Image.Image:
    """One frame of the sample, with two people and two cars."""
    with av.open(str(SAMPLE)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number == 75:
                return Image.fromarray(frame.to_ndarray(format="rgb24")).resize((640, 360))
    raise AssertionError("the sample is shorter than it was")


def telling() -> Image.Exif:
    """EXIF as a phone writes it: owner, place, and a thumbnail."""
    exif = Image.Exif()
    exif[MAKE] = "Acme phones"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (48.0, 51.0, 29.0)
    return exif


def saved(picture: Image.Image, path: Path, orientation: int = 1) -> Path:
    """A photograph with everything that a phone reveals."""
    exif, turn = telling(), TURNS[orientation]
    exif[ORIENTATION] = orientation
    stored = picture if turn is None else picture.transpose(turn)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more = {"comment": b"shot by Jane"} if path.suffix == ".jpg" else {}
    stored.save(path, quality=95, exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta/>", **more)
    with path.open("ab") as file:
        file.write(b"and a second picture behind its end" if path.suffix == ".jpg" else b"")
    return path


def pixels(path: Path) -> NDArray[np.int16]:
    return np.asarray(Image.open(path).convert("RGB"), np.int16)


@pytest.mark.parametrize("name", ["a.jpg", "b.png"])
def test_a_photograph_is_masked_and_reveals_nothing(
    street: Image.Image, tmp_path: Path, name: str
) -> None:
    source = saved(street, tmp_path / name)
    assert not inspect_file(source).clean
    result = redact.run(source, tmp_path / f"out{source.suffix}")
    assert result.state is ResultState.DONE and result.record is not None
    kinds = sorted(t.target.word for t in result.record.plan.tracks)
    assert kinds == ["face", "face", "plate", "plate"]
    assert result.record.plan.settings.sensitivity is redact.Sensitivity.THOROUGH
    data = result.output.read_bytes()
    assert all(part.picture for part in parts_of(data))
    assert inspect_file(result.output).clean
    for word in (b"Acme", b"Jane", b"xmp", b"ICC", b"Exif", b"second"):
        assert word not in data
    before, after = pixels(source), pixels(result.output)
    hidden = np.zeros(before.shape[:2], bool)
    for region in result.record.plan.regions_at(0):
        x1, y1, x2, y2 = (int(v) for v in region.box)
        middle = after[(y1 + y2) // 2, (x1 + x2) // 2]
        assert np.abs(middle - 128).max() < 12, "it is covered in grey"
        dx, dy = (x2 - x1) // 3, (y2 - y1) // 3
        hidden[max(0, y1 - dy) : y2 + dy, max(0, x1 - dx) : x2 + dx] = True
    assert np.median(np.abs(before - after)[~hidden]) <= 3, "the rest stays"


@pytest.mark.slow
def test_files_that_differ_only_in_their_extension_share_no_other_file(
    street: Image.Image, tmp_path: Path
) -> None:
    """Phones store a photograph and a video with one name, and a camera's AVI may lie beside a copy
    of it. The plan of one used to block the other, or to be used for it; two held-back results
    shared one note, and removing one removed both."""
    case, out = tmp_path / "case", tmp_path / "out"
    case.mkdir()
    shorten(SAMPLE, case / "IMG_1.mp4", 1, skip=75, size="640x360")
    make(case / "IMG_1.avi", Clip(pts=range(2)))
    saved(street, case / "IMG_1.jpg")
    done = program("run", case, *QUICK, "-o", f"{out}/")
    assert done.returncode == ExitCode.DONE, done.stderr
    plans = [plan_of(out / f"IMG_1.redacted.{kind}") for kind in ("jpg", "mp4")]
    assert {*out.rglob("plan.json")} == {*plans, plan_of(out / "IMG_1.avi.redacted.mp4")}
    for plan in plans:
        source = case / read_plan(plan).source.name
        write_plan(replace(read_plan(plan), tracks=(), subjects=()), plan, force=True)
        held = program("apply", source, plan, "-o", out / f"new{source.suffix}")
        assert held.returncode == ExitCode.NEEDS_REVIEW, held.stderr
    photo, video = held_of(out / "new.jpg"), held_of(out / "new.mp4")
    left = set(video.parent.iterdir())
    assert len(left) >= 4, "video, record, note, and a picture of each finding"
    assert program("fix", photo, "--remove").returncode == ExitCode.DONE
    assert set(video.parent.iterdir()) == left and not photo.exists()
    assert program("fix", video).returncode == ExitCode.DONE


def test_every_orientation_comes_out_upright(street: Image.Image, tmp_path: Path) -> None:
    upright = np.asarray(street, np.int16)
    for orientation in TURNS:
        source = saved(street, tmp_path / f"{orientation}.jpg", orientation)
        info = probe(source)
        assert info.video.upright_size == street.size and info.photograph
        (frame,) = Decode(info)
        shown = frame.picture.to_ndarray(format="rgb24").astype(np.int16)
        assert np.median(np.abs(shown - upright)) <= 3, orientation


def test_colours_of_a_wide_profile_are_those_of_srgb(tmp_path: Path) -> None:
    """Profiles are not written, so their effect must be in the pixels."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    red = Image.new("RGB", (64, 64), (200, 40, 40))
    in_lab = ImageCms.profileToProfile(red, srgb, lab, outputMode="LAB")
    assert in_lab is not None
    path = tmp_path / "lab.tif"
    in_lab.save(path, icc_profile=lab.tobytes())
    with Image.open(path) as image:
        from redact.media.photographs import _in_srgb

        plain = _in_srgb(image, image.info["icc_profile"])
        assert np.abs(np.asarray(plain, np.int16)[0, 0] - (200, 40, 40)).max() <= 3


def test_damaged_tags_and_profiles_do_not_matter(
    street: Image.Image, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """A folder of photographs was full of Pillow's warnings, and a profile that no browser minds
    made a photograph unreadable."""
    path = tmp_path / "a.jpg"
    tags = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x0f\x01\x03\0\x01\0\0\0\x06\0\0\0"
    street.save(path, exif=tags, icc_profile=b"\0" * 200)
    (frame,) = Decode(probe(path))
    assert frame.size == street.size
    assert not [str(warned.message) for warned in recwarn]


def test_a_photograph_behind_another_is_part_of_it(street: Image.Image, tmp_path: Path) -> None:
    """Some cameras put a preview behind the photograph, without an index; viewers ignore it."""
    path, other = tmp_path / "a.jpg", tmp_path / "b.jpg"
    street.save(path)
    street.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other)
    path.write_bytes(path.read_bytes() + other.read_bytes())
    info = probe(path)
    assert info.photograph and "after the end" in str([d.what for d in info.dropped])


def test_several_pictures_in_a_heic_file_are_one_photograph(
    street: Image.Image, tmp_path: Path
) -> None:
    """Another view, or a burst: such a file became a video of one tile."""
    heif = pytest.importorskip("pillow_heif")
    several = heif.from_pillow(street)
    several.add_from_pillow(street.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    several.save(tmp_path / "a.heic", quality=90)
    info = probe(tmp_path / "a.heic")
    assert info.photograph and "picture 2" in str([d.what for d in info.dropped])
    (frame,) = Decode(info)
    shown = frame.picture.to_ndarray(format="rgb24").astype(np.int16)
    assert np.median(np.abs(shown - np.asarray(street, np.int16))) <= 3


def test_a_truncated_photograph_is_refused(street: Image.Image, tmp_path: Path) -> None:
    whole = saved(street, tmp_path / "a.jpg").read_bytes()
    for share in (0.3, 0.7):
        path = tmp_path / "cut.jpg"
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(errors.InputError, match=re.escape("cut.jpg")):
            redact.run(path, tmp_path / "out.jpg")
    assert not (tmp_path / "out.jpg").exists()


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_whatever_is_damaged_in_a_photograph_it_is_read_or_refused(
    ending: str, tmp_path: Path
) -> None:
    """Pillow decodes a PNG before it gives its EXIF, and raises what it likes."""
    path, rng = tmp_path / f"a.{ending}", random.Random(1)
    Image.new("RGB", (40, 30), "teal").save(path, exif=telling())
    whole, refused = path.read_bytes(), 0
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 4))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.choice((len(data), rng.randrange(20, len(data))))])
        try:
            info = probe(path)
            list(Decode(info))
        except redact.RedactError:
            refused += 1
    assert refused


def test_photographs_and_videos_are_told_apart(street: Image.Image, tmp_path: Path) -> None:
    source = saved(street, tmp_path / "a.jpg")
    with pytest.raises(errors.OutputError, match="photograph"):
        redact.run(source, tmp_path / "a.mp4")
    with pytest.raises(errors.OutputError, match="video"):
        redact.run(SAMPLE, tmp_path / "a.png")
    done = program("run", source, "--cut", "0", "2", cwd=tmp_path)
    assert done.returncode == 2 and "photograph" in done.stderr


def test_an_animated_picture_becomes_a_video_whatever_its_name(
    street: Image.Image, tmp_path: Path
) -> None:
    still = street.resize((160, 90))
    more = [still.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    still.save(tmp_path / "moves.png", save_all=True, append_images=more, duration=200)
    done = program("run", tmp_path / "moves.png", *QUICK)
    assert done.returncode == 0, done.stderr
    assert probe(tmp_path / "moves.png.redacted.mp4").video.codec == "h264"
    still.save(tmp_path / "moves.webp", save_all=True, append_images=more, duration=200)
    done = program("run", tmp_path / "moves.webp", *QUICK)
    assert done.returncode == 3 and "as a video" in done.stderr


def test_a_folder_of_both_is_processed_and_a_release_reveals_nothing(
    street: Image.Image, tmp_path: Path
) -> None:
    folder, out = tmp_path / "case", tmp_path / "out"
    folder.mkdir()
    small = street.resize((320, 180))
    saved(small, folder / "a.jpg", 6)
    (folder / "notes.tiff").write_bytes(b"II*\0")
    done = program("run", folder, "-o", f"{out}/", "--release", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    result = Path(told["output"])
    assert result.name == "photo.jpg" and result.stat().st_mtime == 315_532_800
    assert Image.open(result).size == (320, 180) and inspect_file(result).clean


def test_each_photograph_of_a_release_has_its_own_name_from_the_start(
    street: Image.Image, tmp_path: Path
) -> None:
    """The next photograph got the name of one that was held back, which could then not be fixed."""
    folder, out = tmp_path / "case", tmp_path / "out"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        saved(street.resize((320, 180)), folder / name)
    whole = (folder / "a.jpg").read_bytes()
    (folder / "a.jpg").write_bytes(whole[: len(whole) // 2])  # so that there is no result
    still = street.resize((160, 90))
    more = [still.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    still.save(folder / "moves.png", save_all=True, append_images=more, duration=200)
    done = program("run", folder, *QUICK, "-o", f"{out}/", "--release", cwd=tmp_path)
    assert done.returncode == ExitCode.INPUT, done.stderr
    assert {path.name for path in out.iterdir()} == {"photo-2.jpg", "video.mp4"}


@given(st.binary(max_size=400), st.sampled_from(["jpeg", "png", "webp"]))
def test_every_byte_of_a_file_belongs_to_one_part(tail: bytes, kind: str) -> None:
    """Whatever follows the first bytes."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind)
    good = file.getvalue()
    assert all(part.picture for part in parts_of(good))
    data = good + tail
    parts = list(parts_of(data))
    assert parts[-1].body + parts[-1].size == len(data)
    assert all(part.picture for part in parts) == (not tail)
    broken = good[: len(good) // 2] + tail
    if kind_of(broken):
        last = list(parts_of(broken))[-1]
        assert last.body + last.size == len(broken)
