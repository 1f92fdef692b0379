"""A run on record, built by hand: small files, many kinds of tracks."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from redact.media.info import AudioInfo, Colour, Dropped, Orientation, SourceInfo, VideoInfo
from redact.plan import Plan, SourceRef
from redact.record import CaseFields, ModelPart, RunRecord, Step
from redact.settings import DetectSettings, Sensitivity, Settings
from redact.types import Action, Box, Keyframe, Origin, State, Target, Timeline, Track
from redact.words import Message

FRAMES = 300
AUDIT: dict[str, Any] = {
    "passed": False,
    "sensitivity": "balanced",
    "findings": [
        {
            "number": 1,
            "kind": "possible_leak",
            "target": "face",
            "frames": [40, 46],
            "seconds": [3.6, 3.84],
            "box": [10, 20, 50, 60],
            "scores": {"yunet": 0.71},
            "path": [[40, 10, 20, 30, 40], [46, 30, 40, 50, 60]],
            "rule": "probable",
            "track": 2,
        }
    ],
    "checks": [
        {"name": "boxes", "passed": True, "detail": [{"code": "structure_good", "values": {}}]},
        {
            "name": "frames",
            "passed": True,
            "detail": [{"code": "frames_of", "values": {"output": 300, "source": 300}}],
        },
    ],
    "kept_by_decision": [],
    "looked": {
        "frames_compared": 300,
        "frames_looked_at": 120,
        "close_looks": 8,
        "detectors": [{"name": "second opinion", "sha256": "ef" * 32}],
        "targets": ["face", "plate"],
    },
}


def track(number: int, target: Target, runs: list[tuple[int, State]], last: int) -> Track:
    """A track whose states begin at the given frames; the last frame repeats the last state."""
    keys = [
        Keyframe(f, Box(10 + f, 20, 60 + f, 80), s, 0.8 if s is State.DETECTED else None)
        for f, s in runs
    ]
    if last > runs[-1][0]:
        keys.append(Keyframe(last, Box(10 + last, 20, 60 + last, 80), runs[-1][1]))
    return Track(number, target, tuple(keys))


def make_plan(digest: str = "ab" * 32, size: int = 1000) -> Plan:
    first = track(
        1,
        Target.FACE,
        [(4, State.PADDED), (10, State.DETECTED), (70, State.FOLLOWED), (90, State.INTERPOLATED)],
        120,
    )
    kept = replace(
        track(2, Target.FACE, [(30, State.DETECTED)], 250),
        action=Action.KEEP,
        reason="client",
        decided_by="J. Doe",
    )
    plate = track(3, Target.PLATE, [(150, State.PADDED), (156, State.DETECTED)], 280)
    drawn = replace(
        track(4, Target.REGION, [(0, State.MANUAL)], FRAMES - 1),
        origin=Origin.MANUAL,
        reason="computer screen",
        decided_by="J. Doe",
    )
    timeline = Timeline(Fraction(1, 25), tuple(range(50, 50 + FRAMES)))
    return Plan(
        source=SourceRef("bodycam 7.mp4", digest, size, 640, 360, timeline),
        settings=DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED),
        detectors=(("face-plate", "cd" * 32),),
        tracks=(first, kept, plate, drawn),
        cuts=(260,),
        unchecked=(100, 101),
        version="0.1.0",
    )


def make_case() -> CaseFields:
    return CaseFields(
        case="2026-114",
        exhibit="B-3",
        operator="J. Doe",
        recipient="Cour d’appel <Lyon>",
        purpose="Disclosure to the defence",
        legal_basis="art. 6(1)(c) GDPR",
        reasons={"face": "third party", "plate": "third party's car"},
    )


def make_record(folder: Path, **changes: Any) -> RunRecord:
    """A record whose source and output are real files in `folder`."""
    source, output = folder / "bodycam 7.mp4", folder / "bodycam 7.redacted.mp4"
    if not source.exists():
        source.write_bytes(bytes(range(256)) * 4)
        output.write_bytes(bytes(reversed(range(256))) * 8)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    video = VideoInfo(
        index=0,
        codec="h264",
        width=640,
        height=360,
        orientation=Orientation(),
        pixel_format="yuv420p",
        time_base=Fraction(1, 25),
        rate=Fraction(25),
        sample_aspect=Fraction(1),
        colour=Colour(),
        frames=FRAMES,
    )
    info = SourceInfo(
        path=source,
        container="mov,mp4,m4a,3gp,3g2,mj2",
        size=source.stat().st_size,
        duration=Fraction(12),
        video=video,
        audio=(AudioInfo(1, "aac", 2, 48000),),
        dropped=(Dropped("tag", Message("tag", key="location", text="+48.8584"), "container"),),
    )
    record = RunRecord(
        source=info,
        source_sha256=digest,
        source_sha256_after=digest,
        output=output,
        output_sha256=hashlib.sha256(output.read_bytes()).hexdigest(),
        output_size=output.stat().st_size,
        plan=make_plan(digest, info.size),
        settings=Settings(),
        command=("/usr/local/bin/redact", "run", str(source), f"--plan={folder / 'p.json'}"),
        started=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        finished=datetime(2026, 11, 24, 10, 1, 30, tzinfo=UTC),
        steps=(
            Step(
                "detect", (Message("detected", count=300, detector="face-plate", looked=120),), 30.1
            ),
            Step(
                "render",
                (Message("rendered", count=300, style="blur", encoder=f"libx264 into {output}"),),
                20.5,
            ),
        ),
        frames_written=FRAMES,
        warnings=(Message("not_decodable"), Message("container_tag", key=f"of {source}")),
        notes=(Message("audio_converted", track=1, codec="pcm_s16le", name="aac"),),
        models=(ModelPart("second opinion", "ef" * 32, "audit"),),
        audit=AUDIT,
        case=make_case(),
        sounded=(Fraction(2), Fraction(14)),
    )
    return replace(record, **changes)
