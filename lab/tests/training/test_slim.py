"""Fewer channels: what is left does what the wide network did."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs lab/training/requirements.txt")
onnx = pytest.importorskip("onnx")

FLOAT32 = Path(__file__).resolve().parents[2] / "training" / "face-plate.onnx"


@pytest.fixture(scope="module")
def images():  # type: ignore[no-untyped-def]
    """uint8 [16, 3, 160, 160] parts of drawn street scenes."""
    from lab.training.smoke import scene

    rng, out = np.random.default_rng(5), []
    for _ in range(16):
        bgr, _ = scene(rng)
        out.append(cv2.cvtColor(bgr[:160, :160], cv2.COLOR_BGR2RGB).transpose(2, 0, 1))
    return torch.from_numpy(np.stack(out))


@pytest.fixture(scope="module")
def wide():  # type: ignore[no-untyped-def]
    from lab.training.network import load_onnx

    return load_onnx(FLOAT32).eval()


def outputs(net, images):  # type: ignore[no-untyped-def]
    with torch.no_grad():
        return net(images.float())


def part_of(shape, keep: float):  # type: ignore[no-untyped-def]
    from lab.training.network import Shape

    def less(n: int) -> int:
        return int(n * keep)

    widths, inner = (tuple(less(n) for n in part) for part in (shape.widths, shape.inner))
    return Shape(widths, inner, less(shape.neck))


def test_the_same_shape_is_the_same_network(wide, images) -> None:  # type: ignore[no-untyped-def]
    from lab.training.slim import slimmed

    same = outputs(slimmed(wide, wide.shape, images), images[:4])
    for got, want in zip(same, outputs(wide, images[:4]), strict=True):
        torch.testing.assert_close(got, want, atol=1e-4, rtol=1e-4)


def test_solving_anew_makes_up_for_channels(wide, images, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Against the same channels removed without it, on pictures that were not solved on."""
    from lab.training import slim

    shape = part_of(wide.shape, 0.75)
    want = outputs(wide, images[12:])[0].sigmoid()
    solved = slim.slimmed(wide, shape, images[:12])
    assert solved.shape == shape

    def only_drop(self: slim.Reader, channel: int) -> None:
        self.weight[self.block(channel)] = 0.0

    monkeypatch.setattr(slim.Reader, "remove", only_drop)
    dropped = slim.slimmed(wide, shape, images[:12])
    errors = [
        float((outputs(n, images[12:])[0].sigmoid() - want).square().mean())
        for n in (solved, dropped)
    ]
    assert errors[0] < 0.7 * errors[1]


def test_a_slim_file_loads_with_its_shape(wide, images, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from lab.training.export import export
    from lab.training.network import load_onnx
    from lab.training.slim import slimmed

    slim = slimmed(wide, part_of(wide.shape, 0.5), images[:4])
    data = export(slim)
    onnx.checker.check_model(onnx.load(io.BytesIO(data)))
    path = tmp_path / "slim.onnx"
    path.write_bytes(data)
    again = load_onnx(path).eval()
    assert again.shape == slim.shape
    for got, want in zip(outputs(again, images[:2]), outputs(slim, images[:2]), strict=True):
        torch.testing.assert_close(got, want, atol=1e-3, rtol=1e-3)


def test_imitation_is_zero_for_equals_and_pulls_towards_the_other() -> None:
    from lab.training.loss import imitation_loss
    from lab.training.network import centres

    points, _ = centres(64, 64)
    g = torch.Generator().manual_seed(1)
    goal = torch.randn(2, 2, len(points), generator=g) * 3
    far = torch.rand(2, 4, len(points), generator=g) * 20 + 1
    assert float(imitation_loss(goal, far, (goal, far), points)) == pytest.approx(0, abs=1e-5)
    logits = (goal + 1).requires_grad_()
    distances = (far * 1.5).requires_grad_()
    loss = imitation_loss(logits, distances, (goal, far), points)
    loss.backward()
    loss = loss.detach()
    assert float(loss) > 0
    assert (logits.grad >= 0).float().mean() > 0.95
    nearer = imitation_loss(goal + 0.5, far * 1.2, (goal, far), points)
    assert float(nearer) < float(loss)
