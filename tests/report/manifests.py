"""Manifests of every kind that a report may be made from."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from redact.plan import (
    FindingNote,
    MutedSpan,
    ReviewState,
    SeenFrames,
    SeenMoment,
    SeenSubject,
    Sound,
    Still,
    Subject,
    marked,
    masks_sha256,
)
from redact.record import build_manifest
from redact.record.manifest import Manifest
from redact.record.manifest_parts import (
    AuditPart,
    ExcerptPart,
    LogAnchor,
    MessagePart,
    RemovedPart,
    SoundPart,
)
from redact.types import Action, Body, Box, Confirmed, Decided, Keyframe, Keyframes, State, Timeline

from ..record.samples import AUDIT, FRAMES, make_case, make_plan, make_record
from .conftest import MANY


def audit_part(audit: dict[str, Any]) -> AuditPart:
    return msgspec.convert(audit, AuditPart)


def short_of(
    manifest: Manifest, read: int, declared: int | None, missing: int, torn: bool = False
) -> Manifest:
    """The manifest of an original of which only a part could be read."""
    source = msgspec.structs.replace(
        manifest.source, frames=read, declared_frames=declared, bytes_missing=missing, torn=torn
    )
    output = msgspec.structs.replace(manifest.output, frames=read)
    return msgspec.structs.replace(manifest, source=source, output=output)


def with_other_streams(manifest: Manifest, kept: int | None, *others: int) -> Manifest:
    """The manifest of an original with more video streams than the one that was redacted."""
    source = msgspec.structs.replace(manifest.source, video_stream=kept)
    named = MessagePart("named", {"name": "h264 320x180"})
    removed = tuple(RemovedPart(n, "video", named) for n in others)
    return msgspec.structs.replace(manifest, source=source, removed=(*manifest.removed, *removed))


def reviewed(folder: Path) -> list[Manifest]:
    """Records of runs whose plan a person reviewed on the page; the camera paused after frame 2."""
    plan = make_plan()
    times = (50, 51, 52, *range(90, 87 + FRAMES))
    plan = replace(plan, source=replace(plan.source, timeline=Timeline(Fraction(1, 25), times)))
    said = {"answered_by": "R. Roe", "answered_at": WHEN}
    box = ((3, (1.0, 2.0, 30.0, 40.0)),)
    notes = tuple(
        marked(plan, FindingNote(n, "possible_leak", "face", 3, 9, box, answer, "a statue", **said))
        for n, answer in enumerate(("", "hide", "none"), 1)
    )
    state = ReviewState(
        "R. Roe",
        (
            SeenFrames("outlines", "still", ((0, 9),)),
            SeenFrames("outlines", "normal", ((0, 2),)),
            SeenFrames("result", "fast", ((5, 99),), "S. Roe"),
        ),
        (SeenSubject(plan.tracks[0].id, ((3, 4),)),),
        notes,
        moments=(SeenMoment(3, "ends", 1, answered=True),),
        stills=(
            Still(9, "a.redacted.mp4.0m1s.png", "1" * 64, masks_sha256(plan, 9), "R. Roe", WHEN),
            Still(12, "a.redacted.mp4.0m2s.png", "2" * 64, "3" * 64),
        ),
        moments_left=2,
    )
    muted = (MutedSpan(400, 800), MutedSpan(900, 1000, Sound.TONE, "an address", "R. Roe"))
    plans = replace(plan, review=state, muted=muted), replace(plan, review=ReviewState())
    case = make_case().but(hours=True, not_redacted="all who are in it consented")
    said = {"case": case, "command": ()}
    return [build_manifest(make_record(folder, plan=p, **said)) for p in plans]


WHEN = "2026-11-27T22:15:03.000001Z"


def decided(folder: Path) -> Manifest:
    """The record of a run in which a person decided about everything, and accepted a finding."""
    plan = make_plan()
    face, client, plate, drawn = plan.tracks
    seen = (Confirmed(40, 60, True, "R. Roe", WHEN), Confirmed(61, 70, False, "R. Roe", WHEN))
    guessed = [
        key.but(state=State.FOLLOWED) if 40 <= key.frame <= 70 else key
        for key in (client.at(n) for n in range(client.first, client.last + 1))
        if key is not None
    ]
    tracks = (
        replace(face, decided_at=WHEN),  # "hide everybody but this one", by somebody without a name
        replace(client, keyframes=tuple(guessed), decided_at=WHEN, confirmed=seen),
        replace(plate, action=Action.FALSE_ALARM, decided_by="R. Roe", decided_at=WHEN),
        drawn,
    )
    record = make_record(
        folder, plan=replace(plan, tracks=tracks, subjects=()), accepted="a statue", audit=AUDIT
    )
    return build_manifest(replace(record, answers={1: Decided("a statue", "R. Roe", WHEN)}))


def cut_off(folder: Path) -> Manifest:
    """The record of a run before which a person cut off track 1, and called track 2 a statue."""
    plan = make_plan()
    face, client, *others = plan.tracks
    gone = (
        replace(face, action=Action.CUT_OFF),
        replace(client, action=Action.FALSE_ALARM, reason="a statue"),
    )
    return build_manifest(
        make_record(folder, plan=replace(plan, tracks=(*gone, *others), subjects=()))
    )


def with_bodies(folder: Path) -> Manifest:
    """The record of a run that knew the body of track 1, and the vehicle of plate 3."""
    plan = make_plan()
    ends = [Keyframe(n, Box(5, 10, 70, 170), State.DETECTED, 0.8) for n in (0, 299)]
    plan = replace(plan, bodies=(Body(False, Keyframes(ends)), Body(True, Keyframes(ends))))
    known = Subject((1,), bodies=(1,)), Subject((3,), bodies=(2,))
    plan = plan.with_subjects([*(s for s in plan.subjects if s.tracks not in ((1,), (3,))), *known])
    return build_manifest(make_record(folder, plan=plan))


def a_dozen(folder: Path) -> Manifest:
    """More entries than the report itself lists, and few enough for a row each."""
    plan = make_plan()
    tracks = [replace(plan.tracks[i % 3], id=i + 1) for i in range(12)]
    guessed = tuple(key.but(state=State.FOLLOWED, score=None) for key in tracks[1].keyframes)
    looked = Confirmed(40, 60, True, "R. Roe, of the records office", WHEN)
    tracks[1] = replace(tracks[1], keyframes=guessed, decided_at=WHEN, confirmed=(looked,))
    plan = replace(plan, tracks=tuple(tracks), subjects=())
    return build_manifest(make_record(folder, case=None, plan=plan, covered={2: ((50, 55),)}))


def excerpt_of(full: Manifest) -> Manifest:
    """The same as if a part of a longer source had been made."""
    part = ExcerptPart(40.0, 52.0, 40.0, None, 42.0)
    return msgspec.structs.replace(full, source=msgspec.structs.replace(full.source, excerpt=part))


def of_photograph(full: Manifest) -> Manifest:
    """The same as if the source were a photograph."""
    source = msgspec.structs.replace(full.source, container="jpeg", frames=1, sound_tracks=0)
    output = msgspec.structs.replace(full.output, frames=1)
    return msgspec.structs.replace(full, source=source, output=output)


def variants(folder: Path) -> list[Manifest]:
    """Manifests that together bring out every part of the report."""
    full = build_manifest(make_record(folder), log=LogAnchor(entries=3, head="0" * 64))
    passed = {**AUDIT, "passed": True, "findings": []}
    plan = make_plan()
    many = tuple(replace(plan.tracks[i % 3], id=i + 1) for i in range(MANY))
    many = replace(plan, tracks=many, subjects=())
    odd = msgspec.structs.replace(
        full,
        output=msgspec.structs.replace(full.output, frames=1),
        source=msgspec.structs.replace(full.source, sha256_after="0" * 64),
        tracks=(
            *(msgspec.structs.replace(t, method=m, reason="", decided_by="") for t, m in zip(
                full.tracks, ("mosaic", "solid", "none", "fog"), strict=True
            )),
        ),
        not_checked=tuple(
            msgspec.structs.replace(full.not_checked[0], code=c, detail="1")
            for c in (
                "faces_not_looked_for", "plates_not_looked_for", "detection_sampled",
                "searched_between", "searched_area", "ignored_area", "masks_made_smaller",
                "something new",
            )
        ),
        audit=audit_part(
            {**AUDIT, "checks": [{"name": "times", "passed": False, "detail": [{"code": "off"}]}]}
        ),
        removed=(RemovedPart(2, "data", MessagePart("time_code")),),
        custody_log=None,
        findings_accepted="a statue",
    )  # fmt: skip
    imported = msgspec.structs.replace(
        full, tracks=(msgspec.structs.replace(full.tracks[0], origin="imported", method="blur"),)
    )
    return [
        full,
        odd,
        short_of(full, read=63, declared=200, missing=9),
        short_of(full, read=63, declared=200, missing=0),
        short_of(full, read=63, declared=None, missing=9),
        short_of(full, read=63, declared=None, missing=0, torn=True),
        msgspec.structs.replace(
            full,
            source=msgspec.structs.replace(full.source, sound=(SoundPart(1, 4.5, 12.0),)),
        ),
        msgspec.structs.replace(full, custody_log=LogAnchor(entries=0, head="0" * 64)),
        msgspec.convert(msgspec.to_builtins(imported), Manifest),
        build_manifest(make_record(folder, audit=passed, plan=many)),
        build_manifest(
            make_record(folder, audit=None, case=None, warnings=(), plan=replace(plan, tracks=()))
        ),
        *reviewed(folder),
        cut_off(folder),
        with_other_streams(full, 3, 0),
        with_other_streams(full, 3, 0, 5),
        decided(folder),
        a_dozen(folder),
        with_bodies(folder),
        of_photograph(full),
        excerpt_of(full),
    ]
