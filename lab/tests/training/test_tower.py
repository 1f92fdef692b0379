"""The course for the class tower: what is kept gives the network's own scores, boxes stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs lab/training/requirements.txt")
pytest.importorskip("onnx")
tower = pytest.importorskip("lab.training.tower")

FLOAT32 = Path(__file__).resolve().parents[2] / "training" / "face-plate.onnx"


def test_neighbourhoods_give_the_scores_of_the_whole_picture() -> None:
    from lab.training.network import load_onnx

    net = load_onnx(FLOAT32).eval()
    image = np.random.default_rng(0).integers(0, 256, (1, 96, 128, 3), np.uint8)
    maps, scores, _ = tower.features(net, image)
    near, inner = tower.neighbourhoods(maps, np.arange(scores.shape[1]))
    got = tower.all_scores(tower.Tower(net), near)
    assert inner.sum() > 100
    # The maps were made in bfloat16 and are kept in 16 bits.
    np.testing.assert_allclose(got[inner], scores.T[inner], atol=0.02)


def test_goals_keep_objects_and_silence_the_rest() -> None:
    centre = np.array([[20, 20], [60, 60], [100, 20], [140, 60], [35, 20]], np.float32)
    boxes = np.concatenate([centre - 10, centre + 10], 1)
    boxes[4] = [8, 10, 28, 30]
    scores = np.full(5, 0.3, np.float32)
    rows = np.array([[1, 10, 10, 30, 30, 0], [1, 50, 50, 70, 70, 1]], np.float32)
    goal, weight, owner = tower.goals(boxes, scores, centre, rows, known=True)
    assert goal[0] > 0.3
    assert goal[2] == goal[3] == 0
    assert goal[4] > 0.3
    assert list(weight) == [1, 0, 1, 1, 1]
    assert list(owner) == [0, -1, -1, -1, 0]
    _, unknown, _ = tower.goals(boxes, scores, centre, rows[:0], known=False)
    assert (unknown == 0).all()


def made_up(rng: np.random.Generator, channels: int) -> dict[str, Any]:
    """Points whose first channel says whether they are an object."""
    count = 600
    near = rng.normal(0, 0.3, (count, channels, 5, 5)).astype(np.float16)
    thing = rng.random(count) < 0.4
    near[thing, 0] += 2
    goal = np.where(thing[:, None], 0.4, 0.0).repeat(2, 1).astype(np.float32)
    return {
        "near": near,
        "score": np.full((count, 2), 0.3, np.float32),
        "goal": goal,
        "weight": np.ones((count, 2), np.float32),
        "owner": np.where(thing, 0, -1)[:, None].repeat(2, 1),
        "picture": np.arange(count),
    }


def test_learning_tells_mistakes_from_objects_and_leaves_boxes() -> None:
    from lab.training.network import FacePlateNet, Shape

    torch.manual_seed(0)
    net = FacePlateNet(Shape((4, 8, 8, 8, 8), (8, 8, 8), 8)).eval()
    image = torch.rand(1, 3, 64, 64) * 255
    with torch.no_grad():
        before = net(image)
    kept = made_up(np.random.default_rng(0), 8)
    learnt = tower.learn(kept, net, tower.Course(minutes=1.0, max_steps=150, batch=128, peak=5e-3))
    with torch.no_grad():
        after = learnt(image)
    assert torch.equal(before[1], after[1])
    assert not torch.equal(before[0], after[0])
    scores = tower.all_scores(tower.Tower(learnt), kept["near"])
    thing = kept["owner"][:, 0] == 0
    assert scores[thing].mean() > 3 * scores[~thing].mean()
    # As many objects as before reach 0.1, which was all of them: the shift is the least that does.
    assert (scores[thing] >= 0.09).mean() > 0.95
