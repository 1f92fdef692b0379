"""Reads the networks' files, and checks that they are the ones that were measured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from ..errors import ModelError
from ..words import problem
from .networks import NETWORKS, Network

TRIAL: Final = "eight-bit-trial.onnx"

IN_7_BITS: Final = {
    TRIAL: "4265ce7ec0740406484948646544342b39766676d9cf7752166f7cf4dedf9a3f",
    "face-plate.int7.onnx": "a691553049203733ed5ed354ecaf1c6e8cbb3cc222b0ec73d0228e31351e03ca",
    "verifier.int7.onnx": "fada87f7ff91f4facc5aa3d20651cc33a8d19f73967e0a41d65e075ee2e8c083",
    "centerface/centerface.int7.onnx": (
        "93ba21baaf6c1e83c66fa6ae2a0bcdc958f10c31d414adf8054b97d0c1c60ef2"
    ),
    "eye/eye.int7.onnx": "ea714a20afe0f5156a56ee4787d5fb81ea86969bec52b641ec0769c998edd07e",
    "nanodet/nanodet-person.int7.onnx": (
        "25ab63f7d11464910885223107304e6f89a5d40d4513a621a1a61da1682973b9"
    ),
}
"""SHA-256 of the same networks for processors without VNNI, by file, made by
`lab.training.headroom`; and of the trial that recognises these processors."""

SHA256: Final = {file: sha256 for n in NETWORKS for file, sha256 in n.files.items()} | IN_7_BITS
"""SHA-256 of every file below `redact/models/` that is run."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """The current state of one model file; see `Network`.

    Attributes:
        file: name below `redact/models/`.
        state: "ok", "missing" or "changed".
    """

    name: str
    file: str
    sha256: str
    state: str
    needed_for: str
    required: bool


def describe_models() -> list[ModelState]:
    """All model files, ours first, each looked up and hashed now. Raises nothing."""
    older = dict.fromkeys(IN_7_BITS, "processors without VNNI")
    return [
        *(
            ModelState(_name_of(n, file), file, sha256, _state(file), n.needed_for, n.required)
            for n in NETWORKS
            for file, sha256 in n.files.items()
        ),
        *(
            ModelState(Path(file).stem, file, SHA256[file], _state(file), use, True)
            for file, use in older.items()
        ),
    ]


def _name_of(network: Network, file: str) -> str:
    return network.name if len(network.files) == 1 else f"{network.name}, {Path(file).stem}"


def is_missing(file: str) -> bool:
    """Whether a file of `SHA256` is missing."""
    return _state(file) == "missing"


def _state(file: str) -> str:
    try:
        digest = hashlib.sha256(weights_file(file).read_bytes()).hexdigest()
    except OSError:
        return "missing"
    return "ok" if digest == SHA256[file] else "changed"


def in_7_bits(name: str) -> str:
    """Name of an 8-bit network's file for older processors."""
    return name.replace(".int8.", ".int7.")


def weights_file(name: str, folder: Path | None = None) -> Traversable:
    """Where a weights file is, or would be; `folder` stands for the installed `models`."""
    root = folder if folder is not None else resources.files("redact.models")
    return root.joinpath(*name.split("/"))


def read_weights(name: str, folder: Path | None = None) -> bytes:
    """Contents of one weights file, checked against its pinned SHA-256.

    Callers pass these bytes on to the engine, so the checked bytes are those that run.

    Args:
        name: a key of `SHA256`.
        folder: where to look instead of the installed package.

    Raises:
        ModelError: if the file is missing or is not the pinned one.
    """
    try:
        data = weights_file(name, folder).read_bytes()
    except OSError as error:
        raise problem(ModelError, "no_model", name=name) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256[name]:
        raise problem(ModelError, "other_model", name=name, digest=digest[:16])
    return data
