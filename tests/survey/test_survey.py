"""`redact survey` says where something is, whatever pictures a file lets it look at."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from urllib.request import urlopen

import av
import cv2
import numpy as np
import pytest

from redact.errors import ExitCode, UsageError
from redact.media import probe
from redact.progress import Silent
from redact.survey import Kind, survey
from redact.types import read_clock

from ..media.footage import picture
from ..program import program
from ..review.browser import served
from ..speech.spoken import film, with_voice

FROM, TO, LASTS = 10.0, 14.0, 30
"""When somebody is in the pictures, in seconds, and how long they last."""


def visit(path: Path, street: Path, key_every: int, begins: float = 0.0) -> Path:
    """Five pictures a second of an empty place, in which people stand for a while."""
    with av.open(str(street)) as file:
        people = next(file.decode(video=0)).to_ndarray(format="rgb24")
    empty = cv2.GaussianBlur(people, (0, 0), 25)
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as out:
        options = {"g": str(key_every), "sc_threshold": "0", "preset": "ultrafast"}
        stream = out.add_stream("libx264", rate=5, options=options)
        stream.height, stream.width = people.shape[:2]
        for n in range(LASTS * 5):
            shown = people if FROM <= n / 5 < TO else empty
            grain = random.integers(0, 3, shown.shape, np.uint8)
            frame = av.VideoFrame.from_ndarray(cv2.add(shown, grain), "rgb24")
            frame.pts, frame.time_base = n + round(begins * 5), Fraction(1, 5)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("key_every", "begins"), [(5, 0.0), (40, 7.0)])
def test_people_are_found_however_rare_key_pictures_are(
    tmp_path: Path, street: Path, key_every: int, begins: float
) -> None:
    """Times count from the first picture, as those of --cut do."""
    found = survey(probe(visit(tmp_path / "cam.mkv", street, key_every, begins)), Silent())
    (span,) = found.spans[Kind.PEOPLE]
    assert FROM - 2.1 <= span.start <= FROM and TO <= span.end <= TO + 2.1
    (excerpt,) = found.excerpts
    assert excerpt.people >= 1 and excerpt.start <= span.start and excerpt.end >= span.end
    _, start, end = excerpt.option.split()
    assert (float(read_clock(start)), float(read_clock(end))) == (excerpt.start, excerpt.end)
    assert found.pictures <= LASTS / 0.9 + 1
    assert not found.heard and not found.spans[Kind.DAMAGE]


def test_speech_and_excerpts_in_words_and_json(tmp_path: Path) -> None:
    clip = film(tmp_path / "cam.mkv", [with_voice(30, 12)])
    done = program("survey", clip, "--json")
    assert done.returncode == ExitCode.DONE, done.stderr
    result = json.loads(done.stdout)
    ((start, end),) = result["spans"]["speech"]
    assert 11 < start < 12 and 16.5 < end < 17.8
    assert any(one["start"] <= start and one["end"] >= end for one in result["excerpts"])
    assert "looking" not in done.stderr
    told = program("survey", clip, REDACT_LANG="fr")
    assert "--cut 0:" in told.stdout and "parole" in told.stdout


def test_a_damaged_second_is_told(tmp_path: Path, street: Path) -> None:
    clip = visit(tmp_path / "cam.mkv", street, 5)
    with av.open(str(clip)) as file:
        key = next(p for p in file.demux(video=0) if p.is_keyframe and p.pts * p.time_base >= 20)
        at = clip.read_bytes().index(bytes(key))
    data = bytearray(clip.read_bytes())
    data[at + 60 : at + 2000] = bytes(1940)
    clip.write_bytes(data)
    found = survey(probe(clip), Silent())
    assert any(a <= 20 <= b and b - a < 5 for a, b in found.spans[Kind.DAMAGE])
    assert len(found.spans[Kind.PEOPLE]) == 1


def test_a_photograph_and_sound_alone_are_refused(tmp_path: Path) -> None:
    photograph = tmp_path / "a.png"
    cv2.imwrite(str(photograph), np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(UsageError, match=r"a\.png: is a photograph"):
        survey(probe(photograph), Silent())
    sound = Path(__file__).parents[1] / "speech" / "sentence.ogg"
    done = program("survey", sound)
    assert done.returncode == ExitCode.INPUT and "contains only sound" in done.stderr


@pytest.mark.parametrize(("seconds", "first"), [(590, b"main.js"), (630, b"case.js")])
def test_a_review_of_something_long_begins_with_the_survey(
    tmp_path: Path, seconds: int, first: bytes
) -> None:
    clip = tmp_path / "cam.mp4"
    with av.open(str(clip), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(1, 10), width=160, height=96)
        for n in range(seconds // 10):
            frame = picture("yuv420p", (160, 96), 0)
            frame.pts, frame.time_base = n, Fraction(10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with served(clip) as (address, process), urlopen(address.partition("#")[0]) as page:
        assert first in page.read()
    assert process.returncode >= 0, "it may end while it looks"
