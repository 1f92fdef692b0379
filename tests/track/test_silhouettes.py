"""Silhouettes over time: the union of two scans between them, and the box where one found none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from redact.track import ShapeScan, shapes_between, without_empty_ends, worth_its_box
from redact.track.silhouettes import MOST_MISSED_SCANS
from redact.types import Box, Keyframe, Silhouette, State, Target, Track

silhouettes = st.binary(min_size=100, max_size=100).filter(any).map(Silhouette)


@st.composite
def scans(draw: st.DrawFn) -> list[ShapeScan]:
    frames = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=9)))
    # Few different ones, so that shapes also stay.
    known = draw(st.lists(st.none() | silhouettes, min_size=1, max_size=3))
    return [(frame, draw(st.sampled_from(known))) for frame in frames]


@given(scans(), st.integers(0, 3))
def test_each_frame_hides_the_silhouettes_of_both_neighbouring_scans(
    found: list[ShapeScan], beyond: int
) -> None:
    last = found[-1][0] + beyond
    shapes = shapes_between(found, last)
    assert [s.frame for s in shapes] == sorted({s.frame for s in shapes})
    sure = [at for at, look in found if look is not None]
    for frame in range(last + 1):
        shape = next((s.silhouette() for s in reversed(shapes) if s.frame <= frame), None)
        earlier = [n for n in sure if n <= frame][-1:]
        later = [n for n in sure if n > frame or n == frame == last][:1]
        unsure = [at for at, _ in found if earlier < [at] < later]
        if not earlier or not later or len(unsure) > MOST_MISSED_SCANS:
            assert shape is None, "nobody can tell"
            continue
        for at, look in found:
            if at in (earlier[0], later[0]):
                assert shape is not None and look is not None
                assert shape.union(look) == shape


def test_a_short_gap_is_bridged_and_a_longer_one_becomes_a_box() -> None:
    one, other = (
        Silhouette(bytes(30) + b"\x18" + bytes(69)),
        Silhouette(bytes(60) + b"\x18" + bytes(39)),
    )
    short = shapes_between([(0, one), (4, None), (8, None), (12, other)], 12)
    assert all(s.cells for s in short)
    between = short[0].silhouette()
    assert between is not None and between.union(one.union(other).grown()) == between
    later = shapes_between([(0, other), (4, one), (8, one), (12, None), (16, other)], 16)
    assert [s.frame for s in later] == [0, 4, 8, 16]
    assert later[1].silhouette() == one
    long = [(0, one), *((4 * n, None) for n in range(1, 5)), (20, other)]
    assert not shapes_between(long, 20)[0].cells


def person(certainty: float, share: float, own: float = 1.0) -> Track:
    """A person on a share of the picture, whose surest detection had the score `own`."""
    box = Box(0, 0, 100, 100 * share)
    keys = [Keyframe(0, box, State.DETECTED, own), Keyframe(99, box, State.DETECTED, 0.01)]
    return Track(1, Target.PERSON, keys, certainty=certainty)


def test_a_doubtful_person_is_hidden_if_a_silhouette_is_found() -> None:
    everything = Silhouette(bytes([255] * 100))

    def hidden(certainty: float, told: int, share: float = 0.02, own: float = 1.0) -> bool:
        scans: list[ShapeScan] = [(n, everything if n < told else None) for n in range(10)]
        return worth_its_box(person(certainty, share, own), scans, 10.0, 100.0 * 100.0)

    assert hidden(0.1, 8) and hidden(0.1, 8, share=0.9), "a shape costs little"
    assert not hidden(0.3, 0) and not hidden(0.3, 7)
    assert hidden(0.5, 0), "a small box costs little"
    assert not hidden(0.75, 0, share=0.9) and hidden(0.95, 0, share=0.9)
    assert not hidden(0.95, 0, share=0.9, own=0.1), "a part that no look saw"
    assert worth_its_box(person(0.3, 0.02), [], 40.0, 100.0 * 100.0), "a leak may cost more"


def test_a_mask_ends_where_following_led_to_an_empty_place() -> None:
    box = Box(0, 0, 50, 100)
    states = {0: State.PADDED, 10: State.FOLLOWED, 20: State.DETECTED, 40: State.DETECTED}
    states |= {50: State.FOLLOWED, 70: State.FOLLOWED}
    keys = [Keyframe(frame, box, state, 0.9) for frame, state in states.items()]
    shape = Silhouette(bytes([255] * 100))

    def ends(*told: int, frames: range = range(0, 71, 5)) -> tuple[int, int]:
        scans: list[ShapeScan] = [(frame, shape if frame in told else None) for frame in frames]
        track = Track(1, Target.PERSON, keys, shapes=shapes_between(scans, 70))
        kept = without_empty_ends(track, scans)
        for frame in range(kept.first, kept.last + 1):
            here = kept.at(frame)
            assert here is not None and here.box == box
            assert kept.silhouette(here) == track.silhouette(here)
        return kept.first, kept.last

    detected = (20, 25, 30, 35, 40)
    assert ends(*detected) == (15, 45)
    assert ends(*detected, 60) == (15, 65), "a shape was seen there"
    assert ends(*detected, 65) == (15, 70), "one look may miss somebody"
    assert ends(*detected, 0, 70) == (0, 70)
    assert ends(20, 25) == (0, 70), "whose shape is seldom told"
    assert ends(*detected, frames=range(20, 41, 5)) == (0, 70), "no look is no evidence"
