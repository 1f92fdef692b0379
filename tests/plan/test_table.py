"""A plan as rows, and the place of people who are known by the body alone."""

from __future__ import annotations

from dataclasses import replace

from redact.plan import Decision, Plan, Subject, lies_on, table_of
from redact.plan.decisions import decide
from redact.types import Body, Box, Decided, Keyframe, Keyframes, State, Target, Track

from ..review.plans import AWAY, HERE, plan_of, track

WHOLE = Box(80, 90, 170, 300)


def body(first: int, last: int, box: Box = WHOLE, vehicle: bool = False) -> Body:
    return Body(vehicle, Keyframes(Keyframe(n, box, State.DETECTED, 0.8) for n in (first, last)))


def kept() -> Plan:
    """A person who turns away, a plate on a vehicle, and somebody else."""
    surest = replace(
        track(2, (60, 80, State.DETECTED, HERE)),
        keyframes=[Keyframe(n, HERE.moved(n, 0), State.DETECTED, n / 100) for n in (60, 70, 80)],
    )
    plate = track(3, (0, 99, State.DETECTED, AWAY), target=Target.PLATE)
    tracks = (
        track(1, (0, 20, State.DETECTED, HERE)),
        surest,
        plate,
        track(4, (5, 9, State.FOLLOWED, AWAY)),
    )
    plan = replace(plan_of(*tracks), bodies=(body(10, 70), body(0, 99, AWAY.grown(1), True)))
    plan = plan.with_subjects(
        [Subject((1, 2), name="client", bodies=(1,)), Subject((3,), bodies=(2,))]
    )
    return decide(plan, [2], Decision.KEEP, Decided("consent", "R. Roe"))


def test_each_track_is_a_row_that_names_its_subject() -> None:
    one, two, plate, other = table_of(kept())
    assert [row["track"] for row in (one, two, plate, other)] == [1, 2, 3, 4]
    his = {"subject": 1, "name": "client", "kind": "person", "body_frames": 39}
    assert his.items() <= one.items() and his.items() <= two.items()
    assert (plate["subject"], plate["kind"], plate["body_frames"]) == (3, "vehicle", 0)
    assert (other["subject"], other["name"], other["kind"]) == (4, "", "person")
    assert [row["action"] for row in (one, two, plate, other)] == [
        "keep",
        "keep",
        "redact",
        "redact",
    ]
    assert (two["reason"], two["by"], two["score"]) == ("consent", "R. Roe", 0.8)
    assert (two["from"], two["to"], two["frames"]) == ("0:02.400", "0:03.200", 21)
    where = {"frame": 80, "time": "0:03.200", "x": 180, "y": 100, "width": 50, "height": 60}
    assert two["best"] == where and other["score"] is None and other["best"]["frame"] == 5


def test_a_track_lies_on_a_body_only_where_it_was_detected_on_it() -> None:
    looks = body(0, 20)
    assert lies_on(track(1, (0, 5, State.DETECTED, HERE)), looks)
    assert not lies_on(track(1, (0, 5, State.FOLLOWED, HERE)), looks)
    assert not lies_on(track(1, (1, 19, State.DETECTED, HERE)), looks), "nobody looked then"
    for across, down in ((80, 0), (-80, 0), (0, 250), (0, -80)):
        beside = HERE.moved(across, down)
        assert not lies_on(Track(1, Target.FACE, [Keyframe(0, beside, State.DETECTED)]), looks)
