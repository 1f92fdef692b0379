"""`lab.real --turned` turns clips and labels alike."""

from pathlib import Path

import av
import numpy as np
import pytest

from lab.real.labels import LabelledFrame, Labels
from lab.real.turned import turned

BOX = (40, 16, 72, 40)


@pytest.mark.parametrize("degrees", [90, 180, 270, 30])
def test_what_was_labelled_lies_in_the_turned_box(tmp_path: Path, degrees: float) -> None:
    picture = np.zeros((96, 160, 3), np.uint8)
    x1, y1, x2, y2 = BOX
    picture[y1:y2, x1:x2] = 255
    with av.open(str(tmp_path / "a.mkv"), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "bgr0"
        for _ in range(3):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        output.mux(stream.encode(None))
    labels = Labels([LabelledFrame("a.mkv", 2, plates=((40.0, 16.0, 72.0, 40.0),))])
    (labels, clips) = turned(labels, {"a.mkv": tmp_path / "a.mkv"}, degrees, tmp_path / "turned")
    with av.open(str(clips["a.mkv"])) as clip:
        *_, last = clip.decode(video=0)
    (frame,) = labels.frames
    assert frame.size == (last.width, last.height)
    ys, xs = np.nonzero(last.to_ndarray(format="gray") > 128)
    (box,) = frame.plates
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    assert np.allclose(centre, (xs.mean(), ys.mean()), atol=1)
    if degrees % 90 == 0:
        assert np.allclose(box, (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), atol=1.5)
