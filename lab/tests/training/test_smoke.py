"""The whole training chain on drawn pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

for needed in ("torch", "onnx", "onnxruntime"):
    pytest.importorskip(needed, reason=f"{needed} (lab/training/requirements.txt) is not installed")


@pytest.mark.filterwarnings("ignore")
def test_chain_learns_and_quantises(tmp_path: Path) -> None:
    from lab.training.smoke import chain

    outcome = chain(tmp_path, steps=60, images=24)
    assert outcome.steps == 60
    assert outcome.size <= 8_000_000
    for target in ("face", "plate"):
        plain = outcome.figures["face-plate.onnx"][target]
        small = outcome.figures["face-plate.int8.onnx"][target]
        assert plain["truths"] > 5
        assert plain["ar"] > 0.4, f"{target}: nothing was learnt"
        assert abs(plain["ar"] - small["ar"]) < 0.2, f"{target}: 8 bit differs from float"
