"""One review: a source, its open plan, and everything that the page may request."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..files import work_folder
from ..follow_drawn import Frames, follow, follow_on, index_packets
from ..mask_size import without_margin
from ..media import SourceInfo, default_output, probe_excerpt
from ..pipeline import (
    Journal,
    delete_scans,
    detect,
    held_in,
    mute_heard,
    require_chosen_settings,
    require_same_source,
    speech_to_mute,
)
from ..plan import Plan, edit, read_plan, write_plan
from ..record import CaseFields, EvidenceChoice
from ..risk import Gap
from ..settings import DetectSettings, RenderSettings
from ..types import Box, Decided, State, Target, clock, utc_text
from . import page_edits
from .actions import edited, seconds_of
from .answers import noted
from .asking import ask_first
from .bridging import followed_across
from .jobs import Job
from .open_plan import OpenPlan
from .overview import Overview
from .pictures import Gallery
from .refused_error import RefusedError
from .shown_files import Shelf
from .sound import Waveform, sound_span, to_the_ends
from .text_list import Texts
from .word_list import Spoken
from .work_time import WorkTime


@dataclass
class Open:
    """Everything that exists once a source and its plan are open.

    Attributes:
        shown: for the player; the newest request wins.
        others: for the gallery and for following, with their own reader.
    """

    info: SourceInfo
    open_plan: OpenPlan
    shown: Frames
    others: Frames
    gallery: Gallery
    overview: Overview
    waveform: Waveform
    texts: Texts
    spoken: Spoken


class Session:
    """One review, from its opening on.

    Args:
        source: the video.
        plan_path: its plan; if there is none, it is made first.
        settings: for finding what to hide.
        margin: around every mask, on the page and in the result.
        evidence: what record the command line asked for.
        folder: for results; None: beside the source.
        shelf: for files that the page shows itself.
        reviewer: who is at the page, as they said on the page of another video of the case; None:
            the page asks.
        asked: names of the settings chosen on the command line: a plan that was made with other
            values of these is not opened.
    """

    def __init__(
        self,
        source: Path,
        plan_path: Path,
        settings: DetectSettings,
        margin: float,
        evidence: EvidenceChoice | None = None,
        folder: Path | None = None,
        shelf: Shelf | None = None,
        reviewer: str | None = None,
        asked: Collection[str] = (),
    ) -> None:
        self.asked = asked
        self.evidence = evidence or EvidenceChoice()
        self.folder = folder
        self.source = source
        self.plan_path = plan_path
        self.settings = settings
        self.render = RenderSettings(margin=margin)
        self.shelf = shelf or Shelf()
        self.open: Open | None = None
        self.last_output: Path | None = None
        self.last_folder: Path | None = None
        self.excerpts: set[Path] = set()
        """Plans of excerpts that were made here, and are made anew."""
        self.time = WorkTime()
        self.case = self.evidence.case or CaseFields()
        self.reviewer = reviewer or ""
        """Who is at the page, as they said there since it was opened; every decision bears it."""
        self.ask_who = reviewer is None
        self._jobs = threading.Lock()
        self.job: Job | None = None
        self.begin("open", self._opened)

    def begin(self, kind: str, work: Callable[[Job], Any]) -> Job:
        """Start a job. Raises RefusedError while another is running."""
        with self._jobs:
            if self.busy():
                raise RefusedError("busy")
            self.job = Job(kind, work).start()
            return self.job

    def busy(self) -> bool:
        return self.job is not None and not self.job.over.is_set()

    def ready(self) -> Open:
        """The open source and plan. Raises RefusedError before they are open."""
        if self.open is None:
            raise RefusedError("not_open")
        return self.open

    def close(self) -> None:
        """Save what was noted, and let go of the source. Raises as `OpenPlan.close`."""
        if self.job is not None:
            self.job.ask_to_stop()
            self.job.over.wait(30)
        if self.open is not None:
            self.open.texts.stop(30)
            self.open.spoken.stop(30)
            self.open.open_plan.note(self.time.noted)
            try:
                self.open.open_plan.close()
            finally:
                self.rest()
                gc.unfreeze()  # another video may be opened, and this one must leave the memory

    def rest(self) -> None:
        """Free the decoded pictures: nobody looks at them, though work may go on."""
        if self.open is not None:
            self.open.shown.close()
            self.open.others.close()

    def edit(self, what: dict[str, Any]) -> Plan:
        """One action of the page. Raises as `OpenPlan.change` and `edited`."""
        here = self.ready()
        if what.get("op") == "mute":
            what = self._muting(here, what)
        what = {**what, "margin": self.render.margin}
        if what.get("reason") in self.case.codes:
            what.setdefault("code", what["reason"])
        open_plan, decided = here.open_plan, self._decided()

        def change(plan: Plan) -> Plan:
            asked = what.get("sure") == open_plan.revision
            after = edited(plan, {**what, "sure": asked}, *decided[1:3])
            if not asked:
                ask_first(plan, after, open_plan.revision)
            return after

        try:
            return open_plan.change(change)
        except RefusedError as error:
            error.filled.setdefault("revision", open_plan.revision)
            raise

    def _muting(self, here: Open, what: dict[str, Any]) -> dict[str, Any]:
        """The span to mute, on the clock of the sound, and limited to it."""
        if not here.info.audio:
            raise RefusedError("no_sound")
        sound = sound_span(here.info, here.open_plan.plan)
        start, end = seconds_of(what["start"]), seconds_of(what["end"])
        if start >= end:
            raise RefusedError("mute_order")
        if start >= sound[1] or end <= sound[0]:
            raise RefusedError("mute_beside", begin=clock(sound[0]), end=clock(sound[1]))
        start, end = to_the_ends(start, end, sound)
        return {**what, "start": start, "end": end}

    def follow(self, what: dict[str, Any]) -> None:
        """Follow what is in a drawn mask. With "track", the new track joins that one's subject and
        shares its decision."""
        here = self.ready()
        plan, frame = here.open_plan.plan, int(what["frame"])
        to = None if what.get("track") is None else int(what["track"])
        if to is None:
            target = Target.from_word(str(what.get("target", "region")))
            drawn = Box(*map(float, what["mask"]))
            box = without_margin(drawn, self.render.margin, target)
        else:
            track = edit.track_of(plan, to)
            key = track.at(frame)
            if key is None:
                raise RefusedError("not_here", number=to, frame=frame)
            target, box = track.target, key.box
        reason = str(what.get("reason") or "")[:500]
        edit.check_box(box, plan, f"frame {frame}")
        if not 0 <= frame < len(plan.source.timeline):
            raise ValueError(f"there is no frame {frame}")

        def work(job: Job) -> dict[str, int]:
            with job.until_asked("follow", len(plan.source.timeline)) as go_on:
                keys = follow(here.others, plan, frame, box, go_on)
            number = here.open_plan.add(
                lambda plan: page_edits.add(plan, target, keys, self._decided(reason), to)
            )
            return {"track": number, "first": keys[0].frame, "last": keys[-1].frame}

        self.begin("follow", work)

    def hide_found(self, what: dict[str, Any]) -> None:
        """Hide a finding, and follow it for as long as it is visible: the audit may have detected
        for a fraction of a second somebody who is there for longer."""
        here, number = self.ready(), int(what["number"])
        note = page_edits.finding_of(here.open_plan.plan, number)
        plan = page_edits.without_mask(here.open_plan.plan, note)
        inside = sorted(n for n, _ in note.places if note.first <= n <= note.last)
        if not note.drawn or not inside:
            raise RefusedError("no_finding", number=number)
        at = dict(note.places)
        first, last = ((n, Box(*at[n])) for n in (inside[0], inside[-1]))

        def work(job: Job) -> dict[str, int]:
            with job.until_asked("follow", len(plan.source.timeline)) as go_on:
                more = list(follow_on(here.others, plan, (first, last), go_on))
            after = here.open_plan.change(
                lambda plan: page_edits.answer(plan, number, "hide", self._decided(), more)
            )
            mask = edit.track_of(after, page_edits.finding_of(after, number).track or 0)
            return {"finding": number, "first": mask.first, "last": mask.last}

        self.begin("hide", work)

    def bridge(self, what: dict[str, Any]) -> None:
        """Follow the mask across the gap between two parts of a subject."""
        here = self.ready()
        plan = here.open_plan.plan
        before, after = (edit.track_of(plan, int(what[end])) for end in ("before", "after"))
        gap = Gap(before.id, after.id, before.last + 1, after.first - 1)
        if gap.first > gap.last:
            raise RefusedError("no_gap")

        def work(job: Job) -> dict[str, int]:
            with job.until_asked("follow", gap.last - gap.first + 1) as go_on:
                keys = followed_across(here.others, plan, before, after, gap, go_on)
            number = here.open_plan.add(
                lambda plan: page_edits.bridge(plan, gap, keys, self._decided())
            )
            followed = sum(key.state is State.FOLLOWED for key in keys)
            return {"track": number, "followed": followed, "frames": gap.last - gap.first + 1}

        self.begin("bridge", work)

    def mute_speech(self) -> None:
        """Listen to all sound, and mute where somebody speaks."""
        here = self.ready()
        if not here.info.audio:
            raise RefusedError("no_sound")

        def work(job: Job) -> dict[str, int]:
            spans = speech_to_mute(here.info, here.open_plan.plan, Journal(job))
            after = here.open_plan.change(lambda plan: mute_heard(plan, spans))
            return {"heard": len(spans), "muted": len(after.muted)}

        self.begin("speech", work)

    def _decided(self, reason: str = "") -> Decided:
        """A decision made now by whoever is at the page."""
        return Decided(reason, self.reviewer, utc_text(datetime.now(UTC)))

    def _opened(self, job: Job) -> None:
        settings = self.settings
        if self.plan_path.exists():
            settings = read_plan(self.plan_path).settings
        info = probe_excerpt(self.source, settings.scope)
        journal = Journal(job)
        if self.plan_path.exists():
            plan = read_plan(self.plan_path)
            require_chosen_settings(plan, self.plan_path, info, self.settings, self.asked)
            require_same_source(plan, info, journal)
        else:
            # What was found is kept until there is a plan: a search that is stopped can continue.
            plan = detect(info, self.settings, journal, plan_file=self.plan_path)
            write_plan(plan, self.plan_path, never=(self.source,))
            delete_scans(self.plan_path)
        open_plan = OpenPlan(self.plan_path)
        self._take_up_findings(open_plan, info)
        open_plan.note(lambda review: review.but(reviewer=self.reviewer))
        with job.stage("index", info.expected_frames) as stage:
            index = index_packets(info, plan, stage.advance)
        shown, others = Frames(info, plan, index), Frames(info, plan, index, 64 << 20)
        aspect = float(info.video.upright_sample_aspect or 1)
        overview = Overview()
        overview.everything(open_plan.plan, info)
        # What is there now stays until the end. Python would look through all of it again and
        # again, a tenth of a second each time for the plan of an hour, in the midst of an answer.
        gc.collect()
        gc.freeze()
        texts = Texts(info, open_plan, others, self.busy)
        self.open = Open(
            info,
            open_plan,
            shown,
            others,
            Gallery(others, aspect),
            overview,
            Waveform(info, plan),
            texts,
            Spoken(info, open_plan, self.busy),
        )
        if plan.texts is None:
            texts.begin()

    def _take_up_findings(self, open_plan: OpenPlan, info: SourceInfo) -> None:
        """Add the findings of a run that held its result back, if the plan lacks them."""
        final = place_of(info, self.folder)
        held = held_in(work_folder(final))
        if held is None or (open_plan.plan.review and open_plan.plan.review.findings):
            return
        newest = not final.exists() or final.stat().st_mtime_ns < held.note.stat().st_mtime_ns
        if newest and Path(held.plan).resolve() == self.plan_path.resolve():
            open_plan.note(lambda review: noted(open_plan.plan, held.found()).review or review)


def place_of(info: SourceInfo, folder: Path | None) -> Path:
    """Path of a video's result, in the folder for results if there is one."""
    usual = default_output(info)
    return usual if folder is None else folder / usual.name
