"""`redact doctor`: what this installation has and lacks."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from .. import __version__
from ..errors import DependencyError, ExitCode, RedactError
from ..types import SEARCHED, Target
from ..words import Message, say, told, word
from . import options
from .app import HELP
from .terminal import PlainConsole

if TYPE_CHECKING:
    from ..detection import ModelState
    from .trial import Tried


@click.command(context_settings=HELP)
@options.json_option
def doctor(as_json: bool) -> int:
    """`redact doctor`."""
    found = examine()
    if as_json:
        print(json.dumps(found.to_json(), indent=1))
    else:
        _print(found)
    return int(found.exit_code)


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything that `doctor` says.

    Attributes:
        trial: stages that were tried; none where a model or a library is missing.
        problem: what stops a run, the first of all; None if nothing does.
        ready_for: words of the targets that can be hidden.
    """

    models: list[ModelState]
    devices: dict[str, DependencyError | None]
    encoders: dict[str, str | Message]
    libraries: dict[str, str]
    trial: list[Tried]
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
            "trial": {t.stage: "" if t.error is None else t.error.message for t in self.trial},
            "ready": self.problem is None,
            "ready_for": self.ready_for,
            "problem": "" if self.problem is None else self.problem.message,
            "hint": "" if self.problem is None else self.problem.hint,
            "exit_code": int(self.exit_code),
        }


def examine() -> Installation:
    """Look at models, libraries and devices, and try them on a tiny video."""
    from ..detection import describe_devices, describe_models
    from ..media import describe_encoders
    from ..record import library_versions
    from .trial import try_stages

    models = describe_models()
    problems = {target: _problem(target) for target in SEARCHED}
    first = next((p for p in problems.values() if p is not None), None)
    # Without a model or a library there is nothing to try.
    tried = [] if first is not None else list(try_stages())
    failed = next((t for t in tried if t.error is not None), None)
    if failed is not None:
        first = failed.error
    return Installation(
        models,
        describe_devices(),
        describe_encoders(),
        library_versions(),
        tried,
        first,
        [t.word for t, p in problems.items() if p is None and failed is None],
    )


def _problem(target: Target) -> RedactError | None:
    """What stops every run that looks for `target`, None if nothing does."""
    from ..auditing import require_detectors

    try:
        require_detectors((target,))
    except RedactError as error:
        return error
    return None


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
    for tried in found.trial:
        how = say("trial_works") if tried.error is None else told(tried.error)[0]
        console.print(say("trial_is", stage=tried.stage, how=how), soft_wrap=True)
    console.print(say("libraries", names=", ".join(f"{k} {v}" for k, v in found.libraries.items())))
    if found.problem is None:
        console.print(say("ready"))
        return
    message, hint = told(found.problem)
    console.print(say("not_ready", why=message), soft_wrap=True)
    console.print(hint, soft_wrap=True)
