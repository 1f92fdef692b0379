"""Objects found again after a gap are followed back into it."""

from __future__ import annotations

from av.video.reformatter import VideoReformatter

from redact.track.active_tracklets import ActiveTracklets
from redact.track.associate import observations_of
from redact.track.backward import Job
from redact.track.geometry import IDENTITY
from redact.track.sensitivities import TrackSettings
from redact.track.sightings import SightingLog
from redact.track.small_pictures import shrink
from redact.types import Detections

from .scenes import WEIGHTS, Thing, rendered, seen

HIDDEN = range(12, 18)
BACK = 18


def jobs_of(count: int) -> list[Job]:
    """The jobs of following backwards while a wall hides a walker for some frames."""
    walker = Thing(lambda i: (60.0 + i, 60.0))
    wall = Thing(lambda i: (40.0, 0.0) if i in HIDDEN else (-400.0, 0.0), (120, 180), 7)
    settings = TrackSettings()
    active = ActiveTracklets(settings, SightingLog(), WEIGHTS)
    scaler, jobs = VideoReformatter(), []
    for i, frame in enumerate(rendered([walker, wall], count)):
        small = shrink(frame, scaler)
        found = Detections.empty() if i in HIDDEN else seen([walker.box(i)])
        active.predict(small.time, IDENTITY)
        active.match(small, observations_of(found))
        active.update_belief(small.time)
        active.follow(small)
        jobs += active.jobs(small)
        active.retire(small.time)
    return jobs


def test_an_object_that_reappears_is_followed_back_into_the_gap() -> None:
    assert sorted(job.frame for job in jobs_of(24)) == [0, BACK]


def test_without_a_gap_only_the_start_is_followed_back() -> None:
    assert [job.frame for job in jobs_of(HIDDEN.start)] == [0]
