"""From an index of images to a verifier in 8 bit, on drawn pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

for needed in ("torch", "onnx", "onnxruntime"):
    pytest.importorskip(needed, reason=f"{needed} (lab/training/requirements.txt) is not installed")

ROOT = Path(__file__).resolve().parents[3]
MODELS, FLOAT32 = ROOT / "redact" / "models", ROOT / "lab" / "training" / "face-plate.onnx"


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `lab.training.mine` makes of two dozen drawn pictures."""
    import cv2

    from lab.training import mine
    from lab.training.smoke import SIZE, scene

    cache, out = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("crops")
    (cache / "images").mkdir()
    rng, entries = np.random.default_rng(3), []
    for n in range(24):
        image, boxes = scene(rng)
        cv2.imwrite(str(cache / "images" / f"{n}.jpg"), image)
        entry = {"file": f"{n}.jpg", "key": f"drawn__{n}", "source": "drawn", "known": [True, True]}
        entries.append({**entry, "w": SIZE[0], "h": SIZE[1], "boxes": [[*b, 0] for b in boxes]})
    (cache / "index.json").write_text(json.dumps(entries))
    mine.mine(cache, MODELS / "face-plate.int8.onnx", out, workers=1)
    return out


def test_crops_have_their_object_in_the_middle(crops: Path) -> None:
    from lab.training.mine import CONTEXT

    rows = json.loads((crops / "index.json").read_text())
    assert {tuple(r[2:4]) for r in rows} >= {(0, 0), (0, 1), (1, 0), (1, 1)}
    for offset, length, _, real, width, height, source, score in rows:
        assert source in ("drawn", "text drawn") and (score == 0.0 or not real)
        assert max(width, height) == pytest.approx(1 / CONTEXT)
        assert (crops / "crops.bin").read_bytes()[offset : offset + length][:2] == b"\xff\xd8"


def test_burnt_in_text_is_a_mistake_and_covers_no_plate(crops: Path) -> None:
    rows = json.loads((crops / "index.json").read_text())
    drawn = [r for r in rows if r[6] == "text drawn"]
    assert drawn and all((target, real) == (1, 0) for _, _, target, real, *_ in drawn)


def test_a_part_of_a_line_of_text_stays_on_the_line() -> None:
    from lab.training.mine import part_of

    rng = np.random.default_rng(2)
    for _ in range(50):
        x1, y1, x2, y2 = part_of([10.0, 20.0, 130.0, 32.0], rng)
        assert 10 <= x1 < x2 <= 130 + 1e-9 and (y1, y2) == (20.0, 32.0)


def test_training_goes_on_from_the_shipped_file() -> None:
    """Its weights, read back from 8 bit, say what the file says."""
    import onnxruntime as ort
    import torch

    from lab.training.verifier import SIDE, is_verifier, shipped

    file = MODELS / "verifier.int8.onnx"
    assert is_verifier(file) and not is_verifier(FLOAT32)
    images = np.random.default_rng(4).integers(0, 256, (4, SIDE, SIDE, 3), np.uint8)
    with torch.no_grad():
        read = torch.sigmoid(
            shipped(file).eval()(torch.from_numpy(images).permute(0, 3, 1, 2).float())
        )
    (said,) = ort.InferenceSession(str(file)).run(["scores"], {"image": images})
    assert np.abs(read.numpy() - said).max() < 0.1


def test_a_hidden_face_leaves_nothing_of_itself() -> None:
    """The fill of a made-up mistake depends on what is around the face alone, almost."""
    from lab.training.verifier import without_face

    rng = np.random.default_rng(5)
    around = rng.integers(0, 256, (200, 200, 3), np.uint8)
    inside = around.copy()
    y, x = np.mgrid[:200, :200]
    face = ((x - 100) / 15) ** 2 + ((y - 100) / 20) ** 2 < 1
    inside[face] = rng.integers(0, 256, (face.sum(), 3), np.uint8)
    a, b = (without_face(p, (0.15, 0.2), np.random.default_rng(8)) for p in (around, inside))
    assert np.abs(a.astype(int) - b).max() <= 1


@pytest.mark.filterwarnings("ignore")
def test_training_goes_on_and_8_bit_says_the_same(crops: Path, tmp_path: Path) -> None:
    import onnxruntime as ort

    from lab.training import verify
    from lab.training.train import Recipe
    from lab.training.verifier import SIDE, Places, collate

    def recipe(steps: int) -> Recipe:
        return Recipe(minutes=5, size=SIDE, batch=16, threads=1, max_steps=steps, save_s=0.0)

    init = FLOAT32
    verify.train(crops, init, tmp_path, recipe(2))
    net = verify.train(crops, init, tmp_path, recipe(4))
    verify.export(net, tmp_path / verify.EXPORTED)
    places = Places(crops, 9)
    verify.quantise(tmp_path / verify.EXPORTED, tmp_path / verify.EIGHT_BIT, places, 16)
    images = collate([x for x, _ in zip(iter(places), range(8), strict=False)])[0]
    shown = images.permute(0, 2, 3, 1).contiguous().numpy()
    plain, small = (
        ort.InferenceSession(str(tmp_path / name)).run(["scores"], {"image": shown})[0]
        for name in (verify.EXPORTED, verify.EIGHT_BIT)
    )
    assert plain.shape == (8, 2) and np.abs(plain - small).max() < 0.15
