"""What a person adds besides tracks (muted sound, subjects, what was reviewed), and how a file
stores it."""

from __future__ import annotations

import json
import math
from dataclasses import MISSING, fields, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import PlanError
from redact.plan import (
    Decision,
    FindingNote,
    FoundText,
    MutedSpan,
    Plan,
    ReviewState,
    SeenFrames,
    SeenSubject,
    Sound,
    SpokenLine,
    Subject,
    dump_plan,
    edit,
    parse_plan,
    undecided,
)
from redact.settings import Damaged, DetectSettings, Sensitivity
from redact.types import (
    Body,
    Box,
    Confirmed,
    Doubt,
    Keyframe,
    Keyframes,
    KeyPicture,
    Muted,
    Origin,
    Outline,
    Scope,
    Shaped,
    Silhouette,
    Target,
    Timeline,
)

from .test_plan import FRAMES
from .test_shown import D, kept, plan_of

PLACE = Box(1, 2, 30, 40)


def reviewed() -> Plan:
    """A plan with everything that a person can add."""
    tracks = [undecided(kept([D] * 5, number=number)) for number in (1, 2, 3)]
    return replace(
        plan_of(*tracks),
        subjects=(Subject((1, 3), name="client"), Subject((2,))),
        muted=(MutedSpan(250, 1000, Sound.TONE, "name", "R. Roe"),),
        review=ReviewState(
            "R. Roe",
            (SeenFrames("result", "still", ((0, 4), (9, FRAMES - 1))),),
            (SeenSubject(1, ((0, 3),)),),
            (
                FindingNote(
                    1,
                    "possible_leak",
                    "person",
                    3,
                    FRAMES - 1,
                    ((3, tuple(PLACE)),),
                    "none",
                    "statue",
                ),
            ),
        ),
    )


def everything() -> Plan:
    """A plan whose fields all differ from an empty plan's."""
    at = "2026-11-27T22:15:03.000001Z"
    key = KeyPicture(1, (0.1, 0.2, 0.3, 0.4), Outline.BOX, 0.5, True, "moved", "R. Roe", at)
    first = replace(
        undecided(kept([D] * 5)),
        origin=Origin.IMPORTED,
        certainty=0.5,
        confirmed=(Confirmed(0, 2, True, "R. Roe", at), Confirmed(3, 4, False, "R. Roe", at)),
        shapes=(Shaped.at(0, Silhouette(bytes([1] * 100))), Shaped.at(3, None)),
        key_pictures=(KeyPicture(0, margin=0.2), key),
    )
    settings = DetectSettings(
        (Target.FACE,),
        Sensitivity.THOROUGH,
        scope=Scope((PLACE, PLACE.moved(9, 9)), (1.0, 2.0)),
        damaged=Damaged.HIDE,
        texts=(Target.CAPTION,),
    )
    said = Subject((1, 3), Decision.KEEP, "client", "consent", "R. Roe", at, (1,), "art. 15(4)")
    return replace(
        reviewed(),
        settings=settings,
        tracks=(first, *reviewed().tracks[1:]),
        subjects=(said, Subject((2,), Decision.HIDE, "", "a minor", "R. Roe", at)),
        cuts=(3, 7),
        unchecked=(9, 11),
        version="1.0",
        detectors=(("face-plate", "1" * 64),),
        frames_looked_at=9,
        turned=(90,),
        doubts=(Doubt(4, Target.FACE, PLACE, 0.25),),
        texts=(FoundText(1, ("DUPONT", "DUP0NT"), True, 0.9, 3, ((2, PLACE), (5, PLACE))),),
        spoken=(SpokenLine(((-40, 250, "Dupont"),)),),
        bodies=(Body(False, Keyframes((Keyframe(2, PLACE, D, 0.5),))),),
    )


def test_everything_survives_the_file() -> None:
    """Every field differs from its default, so a field that the file lacks would be noticed."""
    for plan in (reviewed(), everything()):
        assert parse_plan(dump_plan(plan), "p.json") == plan
    plan = everything()
    for value in (plan, plan.tracks[0]):
        usual = {f.name: f.default for f in fields(value) if f.default is not MISSING}
        assert [name for name in usual if getattr(value, name) == usual[name]] == []
    subject, (_, key) = plan.subjects[0], plan.tracks[0].key_pictures
    for part, bare in ((subject, Subject((9,))), (key, KeyPicture(9))):
        assert [n for n in part.__struct_fields__ if getattr(part, n) == getattr(bare, n)] == []


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (["subjects", 0, "tracks"], [9, 1], "$.subjects[0].tracks: there is no track 9"),
        (["subjects", 0, "tracks"], [1, 9], "$.subjects[0].tracks: there is no track 9"),
        (["subjects", 1, "tracks"], [2, 3], "$.subjects[1].tracks: track 3 is in two subjects"),
        (["muted", 0, "end_ms"], 250, "$.muted[0].end_ms: the span ends before it begins"),
        (["review", "seen", 0, "frames"], [[0, FRAMES]], "do not rise within the clip"),
        (["review", "seen", 0, "frames"], [[5, 4]], "do not rise within the clip"),
        (["review", "seen", 0, "frames"], [[0, 4], [4, 6]], "do not rise within the clip"),
        (["review", "subjects", 0, "frames"], [[0, FRAMES]], "do not rise within the clip"),
        (["tracks", 0, "confirmed", 0, "last"], FRAMES, "$.tracks[0].confirmed[0]: 0 to"),
        (["tracks", 0, "confirmed", 1, "last"], FRAMES, "$.tracks[0].confirmed[1]: 3 to"),
        (["tracks", 0, "confirmed", 1, "first"], 5, "$.tracks[0].confirmed[1]: 5 to 4"),
        (["tracks", 0, "key_pictures", 1, "frame"], FRAMES, "$.tracks[0].key_pictures[1].frame"),
        (["tracks", 0, "keyframes", 4, "frame"], FRAMES, "$.tracks[0].keyframes[4].frame"),
        (["tracks", 0, "shapes", 1, "cells"], "A" * 134 + "==", "$.tracks[0].shapes[1]: "),
        (["texts", 0, "places", 1, 0], FRAMES, "$.texts[0].places: frames do not rise"),
        (["spoken", 0, "words", 0, 1], -41, "$.spoken[0].words: a word ends before it begins"),
        (["cuts"], [3, FRAMES], "$.cuts: frame 40 is past"),
        (["unchecked"], [11, 9], "$.unchecked: frames must rise"),
        (["settings", "frames_looked_at"], FRAMES + 1, "$.settings.frames_looked_at"),
        (["review", "findings", 0, "last"], FRAMES, "finding 1 lies outside the clip"),
        (["review", "findings", 0, "last"], 2, "finding 1 lies outside the clip"),
        (["review", "findings", 0, "places"], [[FRAMES, PLACE]], "lies outside the clip"),
        (["review", "findings", 0, "places"], [[3, [5, 5, 4, 9]]], "is not a box"),
        (["review", "findings", 0, "places"], [[3, [5, 5, 9, 1e6]]], "is not a box"),
    ],
)
def test_contradictions_with_the_rest_of_the_plan_are_refused(
    path: list[Any], value: Any, named: str
) -> None:
    document = json.loads(dump_plan(everything()))
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    with pytest.raises(PlanError) as caught:
        parse_plan(json.dumps(document).encode(), "p.json")
    assert named in caught.value.message


def lasting(seconds: int) -> Plan:
    """A plan without tracks, for a clip with one picture a second."""
    timeline = Timeline(Fraction(1), tuple(range(7, 7 + seconds)))
    return replace(plan_of(), source=replace(plan_of().source, timeline=timeline))


@given(start=st.floats(0, 100), length=st.floats(0.0001, 50))
def test_nothing_of_a_muted_span_is_left_at_either_end(start: float, length: float) -> None:
    (span,) = edit.mute(lasting(101), start, start + length).muted
    assert span.start <= start * 1000 < span.start + 1
    assert span.end - 1 < (start + length) * 1000 <= span.end


@pytest.mark.parametrize(
    ("start", "end"),
    [(2, 2), (3, 2), (-1, -2), (0, math.inf), (0, math.nan), (math.nan, 1)],
)
def test_invalid_spans_are_refused(start: float, end: float) -> None:
    with pytest.raises(PlanError):
        edit.mute(plan_of(), start, end)


def test_muted_spans_are_numbered_in_order_of_time() -> None:
    plan = lasting(10)
    for start, end in ((5, 6), (1, 9), (1, 2)):
        plan = edit.mute(plan, start, end)
    assert [(m.start, m.end) for m in plan.muted] == [(1000, 2000), (1000, 9000), (5000, 6000)]
    assert [(m.start, m.end) for m in edit.unmute(plan, [1, 3]).muted] == [(1000, 9000)]
    for number in (0, 4):
        with pytest.raises(PlanError):
            edit.unmute(plan, [1, number])


def taken(plan: Plan) -> list[tuple[float, float]]:
    """The muted time, in seconds after the first picture; ± infinity for everything."""

    def seconds(time: Fraction) -> float:
        after = float(time - plan.source.timeline.time(0))
        return after if abs(after) < 1e6 else math.copysign(math.inf, after)

    return [(seconds(s.start), seconds(s.end)) for s in plan.muted_on_clock()]


def test_a_span_over_all_pictures_mutes_all_sound() -> None:
    """The clip lasts ten seconds: its last picture comes at nine and is shown for one. "From 0 to
    the end" used to leave sound before the first picture."""
    plan, far = lasting(10), math.inf
    for end in (9, 9.5, 10, 1e8):
        assert taken(edit.mute(plan, 0, end)) == [(-far, far)]
    assert taken(edit.mute(plan, 0, 8.999)) == [(-far, 8.999)]
    assert taken(edit.mute(plan, 0.001, 10)) == [(0.001, far)]
    # Who names a time outside the pictures knows of the sound there.
    assert taken(edit.mute(plan, -0.85, 12.5)) == [(-0.85, 12.5)]
    assert taken(edit.mute(plan, -0.85, -0.2)) == [(-0.85, -0.2)]
    assert taken(edit.mute(plan, 11, 12)) == [(11, 12)]
    assert taken(edit.mute(lasting(1), 5, 6)) == [(5, 6)]


def test_a_clip_that_starts_late_is_muted_at_the_right_time() -> None:
    """Spans count from the first picture; muting uses the file's clock."""
    plan = plan_of()
    late = Timeline(Fraction(1, 600), tuple(range(6000, 6800, 20)))  # ten seconds in
    plan = replace(plan, source=replace(plan.source, timeline=late))
    plan = replace(plan, muted=(MutedSpan(250, 1000),))
    assert plan.muted_on_clock() == (Muted(Fraction(41, 4), Fraction(11), "mute"),)
    assert replace(plan, muted=()).muted_on_clock() == ()
