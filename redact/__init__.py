"""redact: makes footage that can be shared without identifying people.

    import redact

    result = redact.run("a.mp4", "b.mp4")
    print(result.output, result.needs_review)

See `docs/api.md`. Names are loaded when they are first used, so that `import redact` takes no
time. What only some programs need is in `redact.errors`, `redact.render` and `redact.plan`.
"""

import importlib

# `python -m redact` runs this while Python still looks for code in the current folder first, so it
# imports only what Python has already loaded: not even `typing` and `__future__`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import apply as apply
    from .api import audit as audit
    from .api import consequences as consequences
    from .api import detect as detect
    from .api import fix as fix
    from .api import follow as follow
    from .api import read_manifest as read_manifest
    from .api import read_plan as read_plan
    from .api import run as run
    from .api import write_plan as write_plan
    from .auditing import AuditResult as AuditResult
    from .auditing import AuditSettings as AuditSettings
    from .detection import Detector as Detector
    from .errors import RedactError as RedactError
    from .pipeline import Acceptance as Acceptance
    from .pipeline import Delivery as Delivery
    from .pipeline import Result as Result
    from .plan import Decision as Decision
    from .plan import Plan as Plan
    from .progress import Progress as Progress
    from .record import CaseFields as CaseFields
    from .record import EvidenceChoice as EvidenceChoice
    from .record import Manifest as Manifest
    from .settings import Audio as Audio
    from .settings import DetectSettings as DetectSettings
    from .settings import DrawSettings as DrawSettings
    from .settings import EncodeSettings as EncodeSettings
    from .settings import RenderSettings as RenderSettings
    from .settings import Sensitivity as Sensitivity
    from .settings import Settings as Settings
    from .settings import Style as Style
    from .types import Box as Box
    from .types import Detections as Detections
    from .types import Frame as Frame
    from .types import Scope as Scope
    from .types import Target as Target
    from .types import Track as Track

__version__ = "0.2.0"

_HOMES = {
    "api": "apply audit consequences detect fix follow read_manifest read_plan run write_plan",
    "auditing": "AuditResult AuditSettings",
    "detection": "Detector",
    "errors": "RedactError",
    "record": "CaseFields EvidenceChoice Manifest",
    "plan": "Decision Plan",
    "progress": "Progress",
    "pipeline": "Acceptance Delivery Result",
    "settings": (
        "Audio DetectSettings DrawSettings EncodeSettings RenderSettings Sensitivity Settings Style"
    ),
    "types": "Box Detections Frame Scope Target Track",
}
"""Module → the public names that it holds; type checkers read them above."""

_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'redact' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
