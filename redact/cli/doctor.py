"""`redact doctor`: is this installation complete, and does it work?"""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rich.table import Table

from .. import __version__, safe_python
from ..detection import ModelState, describe_devices, describe_models, require_models
from ..errors import DependencyError, ExitCode, RedactError, StoppedError
from ..media import describe_encoders
from ..pipeline import Delivery, redact_video
from ..progress import Progress, Silent
from ..record import EvidenceChoice, library_versions
from ..settings import DetectSettings, Settings
from ..types import DEFAULT_TARGETS, DETECTED_TARGETS, Target
from ..words import Message, error_words, problem, say, word
from . import options
from .app import command
from .terminal import PlainConsole, Terminal, tell_json


@command
@options.json_option
def doctor(as_json: bool) -> int:
    """`redact doctor`."""
    terminal = _TrialTerminal()
    try:
        if not as_json:
            terminal.say(say("doctor_tries"))
        found = examine(Silent() if as_json else terminal)
    except KeyboardInterrupt:  # nothing is left to be continued
        raise problem(StoppedError, "doctor_stopped") from None
    if as_json:
        tell_json(found.to_json())
    else:
        _print(found)
    return int(found.exit_code)


class _TrialTerminal(Terminal):
    """Shows how far the trial is. What it says about its own little video concerns nobody."""

    def warn(self, what: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything that `doctor` reports.

    Attributes:
        tried: whether a test run was made, which a missing model or library prevents.
        problem: the first problem that prevents runs; None if there is none.
        ready_for: words of the targets that can be hidden.
    """

    models: list[ModelState]
    devices: dict[str, DependencyError | None]
    encoders: dict[str, str | Message]
    libraries: dict[str, str]
    tried: bool
    problem: RedactError | None
    ready_for: list[str]

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.DONE if self.problem is None else self.problem.exit_code

    def to_json(self) -> dict[str, Any]:
        """As JSON values, in English."""
        return {
            "redact": __version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "libraries": self.libraries,
            "models": [asdict(m) for m in self.models],
            "engine": "onnxruntime",
            "devices": {n: "ok" if e is None else e.message for n, e in self.devices.items()},
            "encoders": {name: str(state) for name, state in self.encoders.items()},
            "tried": self.tried,
            "ready": self.problem is None,
            "ready_for": self.ready_for,
            "problem": "" if self.problem is None else self.problem.message,
            "hint": "" if self.problem is None else self.problem.hint,
            "exit_code": int(self.exit_code),
        }


def examine(progress: Progress) -> Installation:
    """Check models, libraries and devices, and try them on a tiny video, which may take minutes on
    a slow machine."""
    problems = {target: _problem(target) for target in DETECTED_TARGETS}
    first = next((p for p in problems.values() if p is not None), None)
    # Without a model or a library there is nothing to try.
    failed = try_run(progress) or unsafe_pythonpath() if first is None else None
    return Installation(
        describe_models(),
        describe_devices(),
        describe_encoders(),
        library_versions(),
        first is None,
        first or failed,
        [t.word for t, p in problems.items() if p is None and failed is None],
    )


def _problem(target: Target) -> RedactError | None:
    """The error that stops every run that searches for `target`, None if there is none."""
    try:
        require_models((target,))
    except RedactError as error:
        return error
    return None


TRIAL_FRAMES: Final = 6
"""Pictures of the tiny video."""


def try_run(progress: Progress) -> RedactError | None:
    """Why a whole run on a tiny video fails here; None if it works. Checks of libraries and models
    show what is installed; only a run shows that it works together.

    The video shows two faces and two plates of the sample (samples/CREDITS.md).
    """
    settings = Settings(DetectSettings())
    with (
        resources.as_file(resources.files(__package__).joinpath("trial.mp4")) as clip,
        TemporaryDirectory(prefix="redact-") as folder,
    ):
        place = Path(folder, "out.mp4")
        delivery = Delivery(place, keep_plan=False, evidence=EvidenceChoice(manifest=False))
        try:
            done = redact_video(clip, settings, delivery, progress)
        except RedactError as error:
            return error
        except Exception as error:  # whatever a library raises: this is here to report it
            kind = type(error).__name__
            return problem(RedactError, "internal", kind=kind, text=f"{error}")
    if done.record is None or done.record.frames_written != TRIAL_FRAMES:
        return problem(RedactError, "trial_decoded")
    if not {t.word for t in DEFAULT_TARGETS} <= {t.target.word for t in done.record.plan.tracks}:
        return problem(RedactError, "trial_searched")
    return problem(RedactError, "trial_drawn") if done.needs_review else None


def unsafe_pythonpath() -> RedactError | None:
    """An error if the user's PYTHONPATH lets Python execute modules of the current folder, which
    may hold files from strangers; else None."""
    unsafe = safe_python.unsafe_entries()
    if not unsafe:
        return None
    return problem(DependencyError, "pythonpath_unsafe", entries=os.pathsep.join(unsafe))


_COLUMNS = ("model", "state", "needed_for", "sha256")


def _print(found: Installation) -> None:
    console = PlainConsole()
    system = f"{platform.system()} {platform.machine()}"
    console.print(f"redact {__version__}, Python {platform.python_version()}, {system}")
    table = Table(*(word("model_column", c) for c in _COLUMNS), box=None, pad_edge=False)
    for model in found.models:
        state, use = word("model_state", model.state), word("needed_for", model.needed_for)
        table.add_row(model.name, state, use, model.sha256[:16])
    console.print(table)
    for name, error in found.devices.items():
        console.print(say("device_is", name=name, state=error or "ok"))
    for name, encoder in found.encoders.items():
        console.print(say("encoder_is", name=name, state=encoder))
    console.print(say("libraries", names=", ".join(f"{k} {v}" for k, v in found.libraries.items())))
    if "-m" in sys.orig_argv and not sys.flags.safe_path:
        console.print(say("started_by_module"), soft_wrap=True)
    if found.problem is None:
        console.print(say("ready"))
        return
    message, hint = error_words(found.problem)
    console.print(say("not_ready", why=message), soft_wrap=True)
    console.print(hint, soft_wrap=True)
