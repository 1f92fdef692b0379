"""A still: the picture that a player shows at a time, with a grid, readable only by its owner."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from redact.cli.still import find_frame, grid_step, gridded, still
from redact.errors import OutputError, RedactError, UsageError
from redact.media import probe
from redact.pipeline import Delivery, check_order, order_to_run
from redact.settings import DrawSettings

from ..pipeline.conftest import STREET_FRAMES


def call(*words: object) -> Result:
    return CliRunner().invoke(still, [str(w) for w in words], standalone_mode=False)


def test_it_is_private_and_shows_the_frame(street: Path, tmp_path: Path) -> None:
    done = call(street, "--at", "0.5", "-o", tmp_path / "s.png")
    assert done.exception is None and "frame f12, shown at 0:00.480" in done.stderr
    path = tmp_path / "NOT-FOR-RELEASE" / "s.png"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    picture = cv2.imread(str(path))
    frame, _ = find_frame(probe(street), "f12")
    rgb = frame.picture.to_ndarray(format="rgb24")
    height, width = rgb.shape[:2]
    inner = picture[20 : 20 + height, 46 : 46 + width, ::-1]
    step = grid_step(width, height)
    between = np.ones((height, width), bool)
    between[::step], between[:, ::step] = False, False
    assert np.array_equal(inner[between], rgb[between])
    assert not np.array_equal(inner[::step], rgb[::step])
    refused = call(street, "--at", "0.5", "-o", tmp_path / "s.png")
    assert isinstance(refused.exception, RedactError)


def test_a_link_in_place_of_the_private_folder_is_refused(street: Path, tmp_path: Path) -> None:
    """Otherwise its target would be closed to others, and the picture stored there."""
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "elsewhere").chmod(0o755)
    (tmp_path / "NOT-FOR-RELEASE").symlink_to(tmp_path / "elsewhere")
    done = call(street, "--at", "0.5", "-o", tmp_path / "s.png")
    assert isinstance(done.exception, OutputError) and "is a link to" in done.exception.message
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o755
    assert not list((tmp_path / "elsewhere").iterdir())
    order = order_to_run(probe(street), DrawSettings(), Delivery(tmp_path / "out.mp4"))
    with pytest.raises(OutputError, match="is a link to"):
        check_order(order)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        *(("start", 0), ("f7", 7), ("0:00.04", 1), ("0:00.0399", 0)),
        ("end", STREET_FRAMES - 1),
    ],
)
def test_it_shows_the_frame_on_screen_at_that_time(street: Path, text: str, index: int) -> None:
    assert find_frame(probe(street), text)[0].index == index


@pytest.mark.parametrize("text", ["soon", f"f{STREET_FRAMES}", "-1", "99"])
def test_no_such_moment(street: Path, text: str) -> None:
    with pytest.raises(UsageError):
        find_frame(probe(street), text)


def test_a_time_after_the_last_picture_is_refused(street: Path, tmp_path: Path) -> None:
    """It used to give the last picture silently; `plan add` refuses such a time, too."""
    done = call(street, "--at", "99", "-o", tmp_path / "s.png")
    assert isinstance(done.exception, UsageError)
    assert "--at 99: is after the last picture of" in done.exception.message
    assert "--at end" in done.exception.hint and not list(tmp_path.iterdir())


def test_lines_are_visible_on_black_and_on_white() -> None:
    for value in (0, 255):
        flat = np.full((100, 100, 3), value, np.uint8)
        inner = gridded(flat, "")[20:120, 46:146]
        assert abs(int(inner[50, 50, 0]) - value) > 60 and inner[55, 55, 0] == value
