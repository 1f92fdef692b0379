"""Network, loss and weights of the training code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs lab/training/requirements.txt")
ort = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

ROOT = Path(__file__).resolve().parents[3]
FLOAT32 = ROOT / "lab" / "training" / "face-plate.onnx"


def test_shipped_weights_load_and_survive_recalibration() -> None:
    from lab.training.network import load_onnx, recalibrate

    net = load_onnx(FLOAT32)
    picture = np.random.default_rng(0).integers(0, 256, (1, 96, 128, 3), np.uint8)
    image = torch.from_numpy(picture).permute(0, 3, 1, 2).float()
    want = ort.InferenceSession(str(FLOAT32)).run(["scores", "distances"], {"image": picture})
    for _ in range(2):
        net.eval()
        with torch.no_grad():
            logits, distances = net(image)
        np.testing.assert_allclose(logits.sigmoid().numpy(), want[0], atol=1e-4)
        np.testing.assert_allclose(distances.numpy(), want[1], rtol=1e-3, atol=1e-2)
        recalibrate(net, torch.rand(2, 3, 96, 96) * 255)


def test_export_keeps_the_function() -> None:
    from lab.training.export import export
    from lab.training.network import FacePlateNet

    torch.manual_seed(0)
    net = FacePlateNet().eval()
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 160, 3), np.uint8)
    image = torch.from_numpy(picture).permute(0, 3, 1, 2).float()
    got = ort.InferenceSession(export(net)).run(None, {"image": picture})
    with torch.no_grad():
        logits, distances = net(image)
    np.testing.assert_allclose(got[0], logits.sigmoid().numpy(), atol=1e-4)
    np.testing.assert_allclose(got[1], distances.numpy(), rtol=1e-3, atol=1e-2)


def test_ignored_regions_are_no_background() -> None:
    from lab.training.loss import assign
    from lab.training.network import centres

    points, strides = centres(64, 64)
    n = len(points)
    scores, boxes = torch.full((2, n), 0.1), torch.cat([points - 10, points + 10], 1)
    truth = torch.tensor([[0.0, 8, 8, 28, 28, 0], [0.0, 32, 32, 64, 64, 1]])
    got = assign(scores, boxes, points, strides, truth)
    ignored = ((points > 32) & (points < 64)).all(1)
    assert (got.weight[0, ignored & ~got.positive] == 0).all()
    assert (got.weight[1] == 1).all()
    assert 1 <= int(got.positive.sum()) <= 9
    assert (got.quality[1] == 0).all()


def test_held_out_twelfth_is_stable() -> None:
    from lab.training.prepare import held_out, image_key

    assert image_key("set", "a b.c.jpg") == "set__a_b.c"
    share = np.mean([held_out(f"set__{i}") for i in range(6000)])
    assert 0.07 < share < 0.1
