"""Without a plan, only areas that lost the source's detail count as hidden."""

from __future__ import annotations

import cv2
import numpy as np

from redact.auditing.pixel_covers import PixelCovers
from redact.auditing.what_is_hidden import shares_covered

from .conftest import FRAMES, Clip, face_box, picture, write_video


def blurred(face: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(face, (0, 0), 2.5), np.uint8)


def test_a_face_that_was_changed_but_is_recognisable_is_found(clip: Clip) -> None:
    """Other tools may leave a face that everybody recognises."""
    path = clip.folder / "blurred.mp4"
    pictures = []
    for n in range(FRAMES):
        shown = picture(n)
        x1, y1, x2, y2 = (max(0, int(v)) for v in face_box(n).grown(0.3))
        shown[y1:y2, x1:x2] = blurred(shown[y1:y2, x1:x2])
        pictures.append(shown)
    write_video(path, pictures)
    result = clip.audit(path, None)
    assert result.findings, result.in_words()


def test_a_padded_output_is_compared_where_both_have_a_picture(clip: Clip) -> None:
    """FFmpeg and others make sides multiples of 16; the audit then used to compare nothing."""
    pictures = [np.pad(picture(n), ((0, 8), (0, 14), (0, 0)), "edge") for n in range(FRAMES)]
    padded, wide = clip.folder / "padded.mp4", clip.folder / "wide.mp4"
    write_video(padded, pictures)
    result = clip.audit(padded, None)
    (size,) = (c for c in result.checks if c.name == "size")
    assert size.passed and "padded to whole blocks" in size.detail
    assert result.findings, result.in_words()
    wider = [np.pad(picture(n), ((0, 0), (0, 16), (0, 0)), "edge") for n in range(FRAMES)]
    write_video(wide, wider)
    result = clip.audit(wide, None)
    assert not next(c for c in result.checks if c.name == "size").passed


def test_strong_compression_hides_nothing(clip: Clip) -> None:
    plan = clip.plan(lambda n: None)
    result = clip.audit(clip.render(plan, "bare.mp4", crf=40), None)
    assert result.findings, result.in_words()


def test_the_noise_limit_holds_if_most_of_the_picture_is_hidden() -> None:
    """The median difference of such a frame is its fill's, not the codec's."""
    rng = np.random.default_rng(2)
    source = cv2.GaussianBlur(rng.integers(0, 255, (240, 320)).astype(np.uint8), (0, 0), 1.5)
    output = source.copy()
    output[:, :240] = 128
    hidden = PixelCovers().mask(0, np.asarray(source, np.uint8), np.asarray(output, np.uint8))
    assert hidden[:, :236].mean() > 0.9
    assert not hidden[:, 256:].any()


def test_a_real_fill_counts_as_hidden(clip: Clip) -> None:
    from redact.auditing.planes import luma
    from redact.media import Decode, probe

    finished = probe(clip.render(clip.plan(), "filled.mp4"))
    covers = PixelCovers()
    for a, b in zip(Decode(clip.info), Decode(finished), strict=True):
        hidden = covers.mask(a.index, luma(a), luma(b))
        share = shares_covered(hidden, np.array([face_box(a.index)]))[0]
        assert share > 0.6, (a.index, share)
