"""Several networks, one answer: CenterFace itself, and how witnesses are weighed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.detection import load_calibration
from redact.detection.calibration import Calibration
from redact.detection.centerface import CenterFace
from redact.detection.ensemble import (
    CENTERFACE_LARGE as LARGE,
)
from redact.detection.ensemble import (
    CENTERFACE_SMALL as SMALL,
)
from redact.detection.ensemble import (
    OURS,
    Ensemble,
    Scan,
    weighed,
    weighed_plates,
)
from redact.detection.scaling import Picture, Scaler
from redact.detection.views import Scale
from redact.errors import UnsafeError
from redact.types import Detections, Target, probability

NONE = np.zeros(4, np.float32)
MADE_UP = Calibration(
    looks={
        "face": {"bias": 3.0, "size": 0.2, OURS: 1.2, LARGE: 1.8, SMALL: 0.6},
        "plate": {"bias": 1.0, "size": -0.4, OURS: 3.0},
    },
    boxes={
        OURS: np.array([0, 0.1, 0, 0], np.float32),
        LARGE: NONE,
        SMALL: NONE,
        "ours plate": NONE,
    },
    tracks={},
)
FACE = [40.0, 40, 80, 90]
NEARLY = [42.0, 41, 83, 92]
ELSEWHERE = [200.0, 40, 240, 90]


def faces(*rows: tuple[list[float], float], target: Target = Target.FACE) -> Detections:
    return Detections(
        np.array([r[0] for r in rows], np.float32).reshape(-1, 4),
        np.array([r[1] for r in rows], np.float32),
        np.full(len(rows), target, np.int8),
    )


def one(**seen: float) -> float:
    """Probability of one face, by the score of each witness, 0 for nothing."""
    names = {"ours": OURS, "large": LARGE, "small": SMALL}
    looks = {names[n]: faces((FACE, s)) if s else faces() for n, s in seen.items()}
    (score,) = weighed(looks, "face", MADE_UP).score
    return float(score)


def test_agreeing_networks_give_one_face_surer_than_either() -> None:
    both = weighed({OURS: faces((FACE, 0.5)), LARGE: faces((NEARLY, 0.5))}, "face", MADE_UP)
    assert len(both) == 1 and both.target[0] == Target.FACE
    assert both.score[0] > max(one(ours=0.5, large=0), one(ours=0, large=0.5)) + 0.1
    # Its box lies between theirs, ours made taller by what ours leaves out.
    assert 40 <= both.xyxy[0, 0] <= 42 and 35 <= both.xyxy[0, 1] <= 41


def test_detections_that_lie_apart_stay_apart() -> None:
    apart = weighed({OURS: faces((FACE, 0.5)), LARGE: faces((ELSEWHERE, 0.5))}, "face", MADE_UP)
    assert sorted(np.round(apart.xyxy[:, 0]).tolist()) == [40, 200]


score = st.floats(0.04, 0.98)


@given(score, score, score)
def test_probability_rises_with_each_witness_that_detects_the_face(
    a: float, b: float, c: float
) -> None:
    alone = one(ours=a, large=0, small=0)
    two, three = one(ours=a, large=b, small=0), one(ours=a, large=b, small=c)
    assert alone <= two <= three
    assert one(ours=min(0.99, a + 0.01), large=b, small=c) >= three


places = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(10, 16)).map(
    lambda p: [8.0 * p[0], 8.0 * p[1], 8.0 * p[0] + p[2], 8.0 * p[1] + 1.2 * p[2]]
)


@given(
    st.lists(
        st.tuples(places, st.sampled_from([OURS, LARGE, SMALL])),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_candidates_does_not_matter(rows: list, rng: object) -> None:
    def answer(rows: list) -> np.ndarray:
        looks = {n: faces(*((b, s) for (b, m), s in rows if m == n)) for n in (OURS, LARGE, SMALL)}
        found = weighed(looks, "face", MADE_UP)
        table = np.column_stack([found.xyxy, found.score])
        return table[np.lexsort(table.T.round(3))]

    # No two scores alike: which of two equal candidates leads is not part of the promise.
    scored = [(row, (i + 1) / (len(rows) + 1)) for i, row in enumerate(rows)]
    shuffled = list(scored)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    np.testing.assert_allclose(answer(scored), answer(shuffled), rtol=1e-4, atol=1e-4)


def test_plates_keep_their_boxes_and_order() -> None:
    found = faces((FACE, 0.2), (ELSEWHERE, 0.8), target=Target.PLATE)
    told = weighed_plates(found, MADE_UP)
    np.testing.assert_array_equal(told.xyxy, found.xyxy)
    assert told.score[0] < told.score[1] and set(told.target) == {Target.PLATE}


def test_the_installed_calibration_gives_every_witness_a_say() -> None:
    """In each kind of scan, the answer rises with the score of every witness that takes part."""
    calibration = load_calibration()
    tall = np.array([40.0], np.float32)
    for kind, weights in calibration.looks.items():
        names = [n for n in weights if n not in ("bias", "size")]
        assert names, kind
        for raised in names:
            low, high = (
                calibration.odds(
                    kind,
                    {n: np.array([s if n == raised else 0.3], np.float32) for n in names},
                    tall,
                )
                for s in (0.3, 0.6)
            )
            assert probability(high)[0] > probability(low)[0], (kind, raised)


@pytest.fixture(scope="module")
def centerface() -> CenterFace:
    return CenterFace(threads=1)


def test_centerface_finds_the_astronauts_face(centerface: CenterFace) -> None:
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's pictures")
    from .test_detectors import ASTRONAUT

    found = centerface.scan(Scaler().array(data.astronaut()), Scale(416))
    best = int(found.score.argmax())
    assert found.score[best] > 0.5 and found.box(best).iou(ASTRONAUT) > 0.5
    assert (found.score > 0.5).sum() == 1
    assert found.xyxy.min() >= 0 and found.xyxy.max() <= 512


@pytest.mark.parametrize("error", [True, False])
def test_centerface_that_fails_is_never_an_empty_answer(
    centerface: CenterFace, monkeypatch: pytest.MonkeyPatch, error: bool
) -> None:
    class Broken:
        def run(self, *_: object) -> list[np.ndarray]:
            if error:
                raise RuntimeError("out of memory")
            return [np.full((1, n, 8, 8), np.nan, np.float32) for n in (1, 2, 2)]

    monkeypatch.setattr(centerface._network, "_session", Broken())
    with pytest.raises(UnsafeError):
        centerface.run(np.zeros((32, 32, 3), np.uint8))


class Looking:
    """Stands in for our network: detects one plate, a moment later than the others."""

    def scan(self, picture: Picture) -> Detections:
        time.sleep(0.02)
        return faces((ELSEWHERE, 0.9), target=Target.PLATE)


def witnesses(**others: Scan) -> Ensemble:
    ours: Any = Looking()
    mine = {Target.FACE: others}
    return Ensemble(
        ours, mine, "face", load_calibration(), "", "", {Target.FACE: lambda _: faces()}
    )


@pytest.mark.parametrize("slow", [OURS, LARGE, SMALL])
def test_each_network_scans_once_whichever_finishes_first(slow: str) -> None:
    asked: list[str] = []

    def scanning(name: str, box: list[float]) -> Scan:
        def scan(picture: Picture) -> Detections:
            asked.append(name)
            time.sleep(0.05 if name == slow else 0)
            return faces((box, 0.9))

        return scan

    both = witnesses(
        **{
            LARGE: scanning(LARGE, FACE),
            SMALL: scanning(SMALL, NEARLY),
        }
    )
    found = both.detect(np.zeros((120, 320, 3), np.uint8))
    assert sorted(asked) == sorted([LARGE, SMALL])
    assert sorted(found.target.tolist()) == [Target.FACE, Target.PLATE]


@pytest.mark.parametrize("failing", [LARGE, SMALL])
@pytest.mark.parametrize("error", [UnsafeError("it failed"), IndexError("it failed")])
def test_a_network_that_fails_in_either_thread_stops_the_scan(
    failing: str, error: Exception
) -> None:
    def scanning(name: str) -> Scan:
        def scan(picture: Picture) -> Detections:
            if name == failing:
                raise error
            return faces((FACE, 0.9))

        return scan

    with pytest.raises(type(error), match="it failed"):
        witnesses(
            **{
                LARGE: scanning(LARGE),
                SMALL: scanning(SMALL),
            }
        ).detect(np.zeros((120, 320, 3), np.uint8))
