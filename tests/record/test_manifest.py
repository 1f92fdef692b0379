"""The manifest: complete, neutral, reproducible, read strictly, and as its schema says."""

from __future__ import annotations

import getpass
import json
import socket
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from redact.errors import PlanError, RedactError, UnsafeError
from redact.media import Dropped
from redact.plan import Decision, FoundText, MutedSpan, ReviewState, SeenSubject, Subject
from redact.record import build_manifest, decisions_sha256, dump_manifest, read_manifest
from redact.record.build_tracks import subject_parts, track_parts
from redact.record.case import CaseFields
from redact.record.manifest import Manifest, parse_manifest
from redact.record.manifest_parts import MessagePart, RemovedPart
from redact.record.without_folders import without_folders, word_of_command
from redact.settings import RenderSettings
from redact.types import Action, Body, Box, Confirmed, Keyframe, Keyframes, State, Target, Track
from redact.words import Message

from .samples import FRAMES, make_plan, make_record

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "manifest.schema.json"


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return build_manifest(make_record(tmp_path))


def test_round_trip(manifest: Manifest, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(dump_manifest(manifest))
    assert read_manifest(path) == manifest
    assert dump_manifest(read_manifest(path)) == path.read_bytes()


def test_nothing_of_the_machine(manifest: Manifest, tmp_path: Path) -> None:
    text = dump_manifest(manifest).decode()
    for secret in (str(tmp_path), str(tmp_path.parent), str(Path.home()), socket.gethostname()):
        assert secret not in text
    assert f"{getpass.getuser()}@" not in text
    assert manifest.run.command == ("redact", "run", "bodycam 7.mp4", "--plan=p.json")
    (rendered,) = manifest.run.steps[1].detail
    assert rendered.values["encoder"] == "libx264 into bodycam 7.redacted.mp4"
    assert manifest.warnings[1].values == {"key": "of bodycam 7.mp4"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("/home/jane doe/case/a.mp4", "a.mp4"),
        ("C:\\Users\\jane\\a.mp4", "a.mp4"),
        ("--case-file=/home/jane/case.toml", "--case-file=case.toml"),
        ("face=art. 6/1 GDPR", "face=art. 6/1 GDPR"),
        ("--set=case=B:12", "--set=case=B:12"),
        ("~jane/a.mp4", "a.mp4"),
        (
            "see art. 6/1.2 and https://a.example/b.html",
            "see art. 6/1.2 and https://a.example/b.html",
        ),
    ],
)
def test_words_of_a_command_lose_their_folders(word: str, expected: str) -> None:
    assert word_of_command(word) == expected


def test_text_loses_folders_but_not_words() -> None:
    assert without_folders("cannot read /home/jane/x/a.mp4: gone") == "cannot read a.mp4: gone"
    assert without_folders("audio 1/2 and/or 3") == "audio 1/2 and/or 3"


def test_removed_tags_are_named_without_their_values(manifest: Manifest) -> None:
    assert manifest.removed == (
        RemovedPart(None, "tag", MessagePart("tag_unread", {"key": "location"})),
    )


def test_a_truncated_original_is_on_record(tmp_path: Path) -> None:
    record = make_record(tmp_path)
    video = replace(record.source.video, frames=2 * FRAMES)
    record = replace(record, source=replace(record.source, video=video, missing=7))
    source = build_manifest(record).source
    counts = (source.frames, source.declared_frames, source.bytes_missing)
    assert counts == (FRAMES, 2 * FRAMES, 7)


@pytest.mark.parametrize(
    ("part", "name"), [("run", "decisions_sha256"), ("source", "declared_frames")]
)
def test_a_record_without_this_is_refused(manifest: Manifest, part: str, name: str) -> None:
    data = json.loads(dump_manifest(manifest))
    del data[part][name]
    with pytest.raises(PlanError, match=name):
        parse_manifest(json.dumps(data).encode(), "x.json")


def test_source_that_changed_fails(tmp_path: Path) -> None:
    with pytest.raises(UnsafeError, match="changed during the run"):
        build_manifest(make_record(tmp_path, source_sha256_after="00" * 32))


def test_ledger_tells_states_reasons_and_holds(manifest: Manifest) -> None:
    face, kept, plate, drawn = manifest.tracks
    # 2 of the interpolated frames are damaged, so there the mask is held.
    assert face.frames_per_state == {
        "padded": 6, "detected": 60, "followed": 20, "interpolated": 29, "held": 2,
    }  # fmt: skip
    assert [(s.certainty, s.first, s.last) for s in face.spans] == [
        ("bridged", 4, 9), ("seen", 10, 89), ("bridged", 90, 99), ("held", 100, 101),
        ("bridged", 102, 120),
    ]  # fmt: skip
    assert (face.reason, face.method, face.first_seconds) == ("third party", "cover", 0.16)
    # In the damaged frames it is hidden like any other.
    assert (kept.reason, kept.method, kept.decided_by) == ("client", "cover", "J. Doe")
    assert kept.shown == ((30, 99), (102, 250)) and face.shown == ()
    assert kept.frames_per_state == {"detected": 219, "held": 2}
    assert plate.reason == "third party's car"
    assert drawn.found_by == ("manual",)


@pytest.mark.parametrize("action", [Action.KEEP, Action.FALSE_ALARM])
def test_reasons_of_the_case_apply_only_to_what_is_hidden(tmp_path: Path, action: Action) -> None:
    """An object that is no face at all used to be listed as a false alarm because of a "third
    party"."""
    record = make_record(tmp_path)
    bare = [replace(t, action=action) if t.id == 3 else t for t in record.plan.tracks]
    bare_plan = replace(record.plan, tracks=tuple(bare))
    assert [t.reason for t in build_manifest(replace(record, plan=bare_plan)).tracks] == [
        *("third party", "client", "", "computer screen")
    ]


def test_limits_name_what_was_not_checked(tmp_path: Path) -> None:
    codes = {limit.code for limit in build_manifest(make_record(tmp_path, audit=None)).not_checked}
    assert {"no_audit", "sound_unchanged", "kept_by_decision", "damaged_frames"} <= codes
    sampled = [
        p for p in build_manifest(make_record(tmp_path)).not_checked if p.detail == "120/300"
    ]
    assert [p.code for p in sampled] == ["audit_sampled"]
    assert "no_reviewer_named" in codes and "faces_not_looked_for" not in codes


@pytest.mark.parametrize("target", [Target.FACE, Target.PLATE])
def test_what_was_not_searched_for_is_on_record(tmp_path: Path, target: Target) -> None:
    record = make_record(tmp_path)
    found_by = replace(record.plan.settings, targets=(target,))
    plan = replace(record.plan, settings=found_by, tracks=())
    codes = {p.code for p in build_manifest(replace(record, plan=plan)).not_checked}
    other = {Target.FACE: "plates_not_looked_for", Target.PLATE: "faces_not_looked_for"}
    assert codes & set(other.values()) == {other[target]}


@pytest.mark.parametrize(
    ("looked", "detail"), [(160, "160/300"), (300, None), (None, None), (299, "299/300")]
)
def test_frames_that_were_not_scanned_are_on_record(
    tmp_path: Path, looked: int | None, detail: str | None
) -> None:
    record = make_record(tmp_path)
    record = replace(record, plan=replace(record.plan, frames_looked_at=looked))
    limits = build_manifest(record).not_checked
    assert [p.detail for p in limits if p.code == "detection_sampled"] == (
        [] if detail is None else [detail]
    )


def test_schema_accepts_a_manifest_and_refuses_a_wrong_one(manifest: Manifest) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="optional check by another program")
    value, schema = json.loads(dump_manifest(manifest)), json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.validate(value, schema)
    value["output"]["sha256"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema)


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("output", "sha256"), "xyz", r"\$\.output\.sha256"),
        (("source", "name"), "/home/jane/a.mp4", r"\$\.source\.name"),
        (("run", "decisions_sha256"), "", r"\$\.run\.decisions_sha256"),
        (("run", "started"), "yesterday", r"\$\.run\.started"),
        (("tracks", 1, "last_frame"), 10**6, r"\$\.tracks\[1\]\.last_frame"),
        (("tracks", 1, "shown"), [[0, 10**8]], r"\$\.tracks\[1\]\.shown\[0\]: 0 to 1000"),
        (("tracks", 1, "shown"), [[3, 2]], r"\$\.tracks\[1\]\.shown\[0\]"),
        (("tracks", 1, "shown"), [[0, 2], [2, 3]], r"\$\.tracks\[1\]\.shown\[1\]"),
        (("tracks", 0, "action"), "forget", r"\$\.tracks\[0\]\.action"),
        (("tracks", 1, "track"), 1, r"\$\.tracks"),
        (("tracks", 1, "last_seconds"), 1e308, r"\$\.tracks\[1\]\.last_seconds"),
        (("source", "seconds"), 1e308, r"\$\.source\.seconds"),
        (("source", "frames"), 2**64 - 1, r"\$\.source\.frames"),
        (("format_version",), 99, r"\$\.format_version"),
    ],
)
def test_errors_name_path_and_field(
    manifest: Manifest, where: tuple[object, ...], value: object, message: str
) -> None:
    data = json.loads(dump_manifest(manifest))
    place = data
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(PlanError, match=rf"^x\.json: .*{message}"):
        parse_manifest(msgspec.json.encode(data), "x.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 400) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_malformed_manifests_give_clear_errors(data: st.DataObject) -> None:
    value = json.loads(VALID)
    place, key = _some_place(value, data)
    if data.draw(st.booleans()):
        place[key] = data.draw(JSON)
    elif isinstance(place, dict):
        del place[key]
    raw = json.dumps(value).encode()
    if data.draw(st.integers(0, 4)) == 0:
        raw = raw[: data.draw(st.integers(0, len(raw)))]
    try:
        parse_manifest(raw, "x.json")
    except RedactError as error:
        assert error.message.startswith("x.json: ") and error.hint


@given(st.binary(max_size=200) | st.integers(1, 10**5).map(lambda n: b"[" * n))
def test_any_bytes_give_a_clear_error(raw: bytes) -> None:
    with pytest.raises(PlanError, match=r"^x\.json: "):
        parse_manifest(raw, "x.json")


def _some_place(value: object, data: st.DataObject) -> tuple[object, object]:
    """A container within a JSON value, and one of its keys."""
    here, key = value, None
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = data.draw(st.sampled_from(keys))
        inner = here[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.integers(0, 3)) == 0:
            return here, key
        here = inner


def _valid() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return dump_manifest(build_manifest(make_record(Path(folder))))


VALID = _valid()


def test_an_undone_mask_is_not_recorded_as_reviewed(tmp_path: Path) -> None:
    """Drawn, selected and undone, it used to be the report's only mention of a "track 4"."""
    record = make_record(tmp_path)
    looked = ReviewState("J. Doe", subjects=tuple(SeenSubject(n, ((4, 7),)) for n in (1, 9)))
    written = build_manifest(replace(record, plan=replace(record.plan, review=looked)))
    assert written.review and [s.track for s in written.review.subjects] == [1]


def test_muted_spans_are_on_record_where_there_was_sound(tmp_path: Path) -> None:
    """Spans count from the first picture, which comes at 2 s; the sound lasts from 3 s to 5 s."""
    spans = ((0, 1000), (500, 1500), (1500, 99_000), (3000, 4000))
    plan = replace(make_plan(), muted=tuple(MutedSpan(*span) for span in spans))
    record = make_record(tmp_path, plan=plan, sounded=(Fraction(3), Fraction(5)))
    told = build_manifest(record).muted
    assert [(m.start_seconds, m.end_seconds) for m in told] == [(1.0, 1.5), (1.5, 3.0)]
    silent = build_manifest(replace(record, sounded=None))
    assert silent.muted == []
    assert "sound_partly_muted" not in {limit.code for limit in silent.not_checked}


def test_the_name_of_a_removed_track_is_not_on_record(tmp_path: Path) -> None:
    record = make_record(tmp_path)
    what = Message("named", name="gpmd Jane Doe's GoPro MET")
    source = replace(record.source, dropped=(Dropped("data", what, "stream 2"),))
    data = dump_manifest(build_manifest(replace(record, source=source)))
    assert b"Jane Doe" not in data


def test_a_result_that_would_show_somebody_else_is_not_current() -> None:
    """Joining tracks changes no mask by itself, but a guess is shown where another part is surely
    there."""
    seen = replace(make_plan().tracks[1], id=1, keyframes=(Keyframe(0, HERE, State.DETECTED, 0.9),))
    guess = replace(seen, id=2, keyframes=(Keyframe(0, HERE, State.FOLLOWED),))
    plan = replace(make_plan(), tracks=(seen, guess), unchecked=(), subjects=())
    both = Subject((1, 2), Decision.KEEP, "", seen.reason, seen.decided_by)
    joined = replace(plan, subjects=(both,))
    assert plan.regions_at(0) and not joined.regions_at(0)
    assert decisions_sha256(plan) != decisions_sha256(joined)
    # Where it hides and shows nothing, it makes no difference.
    far = replace(guess, keyframes=(Keyframe(9, HERE, State.FOLLOWED),))
    plan, joined = (replace(p, tracks=(seen, far)) for p in (plan, joined))
    assert decisions_sha256(plan) == decisions_sha256(joined)
    # The page reads a video's texts until after its result is made.
    text = FoundText(1, ("SCHOOL",), False, 0.9, 0, ((0, HERE),))
    assert decisions_sha256(plan) == decisions_sha256(replace(plan, texts=(text,)))


HERE = Box(40, 40, 80, 90)


def test_decisions_that_rest_on_a_persons_word_and_bodies_are_on_record(
    tmp_path: Path,
) -> None:
    """Only for people who are shown where no detector was sure."""
    box = Box(100, 100, 150, 160)
    states = [State.DETECTED] * 10 + [State.FOLLOWED] * 10
    keys = tuple(Keyframe(n, box, state) for n, state in enumerate(states))
    word, other = Confirmed(8, 14, True, "R. Roe"), Confirmed(13, 14, False, "J. Doe")
    track = Track(1, Target.FACE, keys, Action.KEEP, confirmed=(word, other))
    look = (Keyframe(n, box.grown(1), State.DETECTED, 0.9) for n in (0, 29))
    plan = replace(
        make_plan(), tracks=(track,), cuts=(), unchecked=(), review=None, muted=(),
        subjects=(Subject((1,), Decision.KEEP, bodies=(1,)),),
        bodies=(Body(False, Keyframes(look)),),
    )  # fmt: skip
    (part,) = track_parts(plan, RenderSettings(), CaseFields(), {})
    assert part.shown == ((0, 12),) and list(part.shown_confirmed) == [(10, 12)]
    told = {(c.first, c.last, c.same, c.by) for c in part.confirmed}
    assert told == {(8, 12, True, "R. Roe"), (13, 14, False, "J. Doe")}
    # What another part of the same person vouches for rests on nobody's word.
    second = Track(2, Target.FACE, [Keyframe(n, box, State.DETECTED) for n in range(20)])
    both = (Subject((1, 2), Decision.KEEP),)
    (part, _) = track_parts(
        plan.with_subjects(both, (track, second)), RenderSettings(), CaseFields(), {}
    )
    assert part.shown == ((0, 12), (15, 19)) and list(part.shown_confirmed) == [(10, 12)]
    (person,) = subject_parts(plan)
    assert astuple(person) == (1, "person", 20, 10)
