"""The photographs that `lab.photographs` makes are shown upright, whichever way they are stored."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lab import photographs


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_viewer_shows_the_still(tmp_path: Path, orientation: int) -> None:
    still = np.zeros((96, 160, 3), np.uint8)
    still[8:40, 16:80] = (255, 64, 0)
    still[56:88, 96:112] = (0, 128, 255)
    Image.fromarray(still).save(tmp_path / "still.png")
    photo = tmp_path / f"photo.{('jpg', 'png', 'webp')[orientation % 3]}"
    photographs.photograph(tmp_path / "still.png", photo, orientation)
    shown = photographs._upright(photo)
    assert shown.shape == still.shape
    assert np.abs(shown.astype(int) - cv2.cvtColor(still, cv2.COLOR_RGB2BGR)).mean() < 3
    with Image.open(photo) as stored:
        assert stored.size == ((96, 160) if orientation > 4 else (160, 96))
