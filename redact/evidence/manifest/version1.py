"""Records of version 1, which held English words where there are codes with values now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LOOKED = {
    "frames_compared": 0,
    "frames_looked_at": 0,
    "close_looks": 0,
    "detectors": [],
    "targets": [],
}


def from_version_1(value: dict[str, Any]) -> dict[str, Any]:
    """The same record as version 2. Its words stay as they are, and are marked as English.

    What is of no shape that version 1 had stays as well, for the validation to refuse.
    """
    new = {**value, "format_version": 2}
    _each(new, "warnings", _as_written)
    _each(new, "notes", _as_written)
    _each(new, "removed", lambda text: {"stream": None, "kind": "", "what": _as_written(text)})
    if isinstance(run := value.get("run"), dict):
        new["run"] = dict(run)
        _each(new["run"], "steps", _with_detail)
    if isinstance(audit := value.get("audit"), dict):
        new["audit"] = _audit(audit)
    return new


def _audit(audit: dict[str, Any]) -> dict[str, Any]:
    new = {"sensitivity": "", "with_plan": True, "kept_by_decision": [], "looked": {}} | audit
    _each(new, "findings", lambda finding: _with_code(finding, "kind"))
    _each(new, "checks", lambda check: _with_code(_with_detail(check), "name"))
    if isinstance(looked := new["looked"], dict):
        new["looked"] = {name: looked.get(name, default) for name, default in _LOOKED.items()}
    return new


def _each(value: dict[str, Any], name: str, convert: Callable[[Any], Any]) -> None:
    if isinstance(items := value.get(name), list):
        value[name] = [convert(item) for item in items]


def _with_detail(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {**value, "detail": [_as_written(value.get("detail", ""))]}


def _with_code(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return value
    return {**value, name: str(value.get(name, "")).replace(" ", "_")}


def _as_written(text: Any) -> dict[str, Any]:
    return {"code": "as_written", "values": {"text": str(text)}}
