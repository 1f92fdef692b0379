"""The plan that is open on the page: each change is saved at once, can be undone, and never
overwrites the change of another user."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError, PlanError
from ..files import claim_beside, read_file, ready_folder
from ..plan import (
    EncodedKeys,
    Plan,
    ReviewState,
    alone_with,
    dump_plan,
    is_own_text,
    parse_plan,
    with_all_subjects,
    write_plan,
)
from ..words import problem, reason_of

Change = Callable[[Plan], Plan]


class ChangedOutsideError(PlanError):
    """Somebody else wrote the plan; nothing was saved, and the new plan is open."""


@contextmanager
def locked_for_review(plan: Path) -> Iterator[None]:
    """Context in which no other review, in any process, has this plan open: two would overwrite
    each other. A link to a plan counts as that plan.

    Meanwhile a hidden file `.PLAN.review` beside it is locked. If a killed review leaves that file
    behind, it is not locked, and the next review reuses it.

    Raises:
        OutputError: another review has it open, or its folder cannot be written to.
    """
    with ready_folder(plan.parent):
        try:
            held = claim_beside(plan, "review")
        except OSError as error:
            reason = reason_of(error)
            raise problem(OutputError, "plan_unsaved", path=plan, reason=reason) from error
        if held is None:
            raise problem(OutputError, "review_open", path=plan)
        try:
            yield
        finally:
            held.remove()


class OpenPlan:
    """A plan file and a person's changes to it.

    Args:
        path: of the plan.

    Attributes:
        plan: the current plan, subjects filled in.
        revision: rises with every change, from here or from outside.

    Raises:
        PlanError: the plan cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.revision = 1
        self._back: list[Plan] = []
        self._forth: list[Plan] = []
        self._unsaved = self._untold = self._own = False
        self._encoded: EncodedKeys = {}
        self._stat: tuple[int, int, int] | None = None
        self._digest = ""
        self.plan = self._read()

    @property
    def can_undo(self) -> bool:
        return bool(self._back)

    @property
    def can_redo(self) -> bool:
        return bool(self._forth)

    def change(self, function: Change) -> Plan:
        """Change the plan and save it; if that fails, nothing has changed.

        Raises:
            ChangedOutsideError: somebody else wrote the plan meanwhile.
            PlanError, OutputError: the change is invalid, or cannot be saved.
        """
        with self._fresh():
            after = function(self.plan)
            if after != self.plan:
                self._save(after)
                self._back.append(self.plan)
                self._forth.clear()
                self.plan = after
                self.revision += 1
            return self.plan

    def add(self, function: Callable[[Plan], tuple[Plan, int]]) -> int:
        """`change` by a function that also returns the number of the track that it added."""
        numbers: list[int] = []

        def changed(plan: Plan) -> Plan:
            after, number = function(plan)
            numbers.append(number)
            return after

        self.change(changed)
        return numbers[-1]

    def undo(self) -> Plan:
        """Undo the last change; what was viewed stays viewed."""
        return self._step(self._back, self._forth)

    def redo(self) -> Plan:
        return self._step(self._forth, self._back)

    def note(self, function: Callable[[ReviewState], ReviewState]) -> None:
        """Note what was viewed. This cannot be undone; `keep` saves it."""
        with self.lock:
            before = self.plan.review or ReviewState()
            after = function(before)
            if after != before:
                self.plan = replace(self.plan, review=after)
                self._unsaved = True

    def take(self, function: Change) -> Plan:
        """Save what the program found (texts, findings) into the plan as it is on disk.

        This is no step to undo: what a person did before can still be undone, and what was found
        stays. If another user changed the plan, the next decision reports that.

        Raises:
            PlanError, OutputError: it cannot be saved.
        """
        with self.lock, alone_with(self.path):
            self._untold |= self._reload()
            after = function(self.plan)
            if after != self.plan:
                self._save(after)
                self.plan = after
                self._back = [function(plan) for plan in self._back]
                self._forth = [function(plan) for plan in self._forth]
                self.revision += 1
            return self.plan

    def keep(self) -> None:
        """Save what was noted. Raises as `change`."""
        if self._unsaved:
            with self._fresh():
                self._save(self.plan)

    def close(self) -> None:
        """Save what was noted, also into a plan that somebody else changed meanwhile. Raises
        PlanError, OutputError: it cannot be saved."""
        try:
            self.keep()
        except ChangedOutsideError:  # now loaded, with what was noted
            self.keep()

    def look_outside(self) -> bool:
        """Reload a plan that another user changed; returns whether one did.

        What was viewed since the last save is kept. The undo steps are not, because they would
        undo the other user's work as well.

        Raises:
            PlanError: the file cannot be read, is of another video, or may contain somebody else's
                decisions, which would count as this user's with the next save. It is not loaded,
                and never overwritten, however often this is tried.
        """
        with self.lock:
            changed, self._untold = self._reload() or self._untold, False
            return changed

    def _reload(self) -> bool:
        with self.lock:
            stat = self._signature()
            if stat == self._stat:
                return False
            if stat is None:  # gone, or about to be replaced; the next save writes it again
                return False
            if hashlib.sha256(self._bytes()).hexdigest() == self._digest:
                self._stat = stat
                return False
            noted = self.plan.review if self._unsaved else None
            self.plan = self._read(self.plan)
            if noted is not None:
                theirs = self.plan.review or ReviewState()
                self.plan = replace(
                    self.plan,
                    review=theirs.but(
                        seen=noted.seen, subjects=noted.subjects, moments=noted.moments
                    ),
                )
            self._back.clear()
            self._forth.clear()
            self.revision += 1
            return True

    def _step(self, source: list[Plan], target: list[Plan]) -> Plan:
        with self._fresh():
            if not source:
                return self.plan
            now, then = self.plan.review or ReviewState(), source[-1].review or ReviewState()
            review = now.but(findings=then.findings)
            after = replace(source[-1], review=review)
            self._save(after)
            source.pop()
            target.append(self.plan)
            self.plan = after
            self.revision += 1
            return self.plan

    @contextmanager
    def _fresh(self) -> Iterator[None]:
        with self.lock, alone_with(self.path):
            if self.look_outside():
                raise problem(ChangedOutsideError, "changed_outside", path=self.path.name)
            yield

    def _read(self, before: Plan | None = None) -> Plan:
        """The plan in the file, remembered as read; it must be of the same video as `before`, and
        this user's if that was."""
        stat, data = self._signature(), self._bytes()
        plan = with_all_subjects(parse_plan(data, str(self.path)))
        if before and replace(plan.source, name=before.source.name) != before.source:
            raise problem(PlanError, "plan_of_other", path=self.path.name)
        own = is_own_text(data)
        if before and self._own and not own:
            raise problem(PlanError, "plan_of_others_now", path=self.path, name=plan.source.name)
        self._own = own
        self._stat, self._digest = stat, hashlib.sha256(data).hexdigest()
        dump_plan(plan, self._encoded)  # now, so that the first change need not wait for it
        return plan

    def _bytes(self) -> bytes:
        try:
            return read_file(self.path)
        except OSError as error:
            reason = reason_of(error)
            raise problem(PlanError, "no_plan", path=f"{self.path}", reason=reason) from error

    def _save(self, plan: Plan) -> None:
        data = write_plan(plan, self.path, force=True, known=self._encoded)
        self._digest, self._stat = hashlib.sha256(data).hexdigest(), self._signature()
        self._unsaved, self._own = False, True

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
