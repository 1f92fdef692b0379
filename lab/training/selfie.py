"""Adds to MediaPipe's selfie segmentation the metadata that MediaPipe's own tasks require.

    python -m lab.training.selfie selfie_segmentation.tflite

The file is that of the npm package `@mediapipe/selfie_segmentation` 0.1.1675465747 (Apache-2.0).
Its weights stay unchanged. The metadata says that pixels are divided by 255 before the network;
`ImageSegmenter` refuses a file without it. Writes `redact/models/mediapipe/`.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import flatbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as notes
from mediapipe.tasks.metadata import schema_py_generated as schema

from lab.training.headroom import MODELS
from redact.detection.networks import SELFIE

PUBLISHED = "8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27"
"""SHA-256 of the file in the package."""


def note() -> bytes:
    """The metadata: pixels 0 to 255 become 0 to 1."""
    scaling = notes.NormalizationOptionsT()
    scaling.mean, scaling.std = [0.0], [255.0]
    step = notes.ProcessUnitT()
    step.optionsType, step.options = notes.ProcessUnitOptions.NormalizationOptions, scaling
    content = notes.ContentT()
    content.contentPropertiesType = notes.ContentProperties.ImageProperties
    content.contentProperties = notes.ImagePropertiesT()
    content.contentProperties.colorSpace = notes.ColorSpaceType.RGB
    image, person = notes.TensorMetadataT(), notes.TensorMetadataT()
    image.name, image.content, image.processUnits = "image", content, [step]
    person.name = "person"
    graph = notes.SubGraphMetadataT()
    graph.inputTensorMetadata, graph.outputTensorMetadata = [image], [person]
    model = notes.ModelMetadataT()
    model.name, model.subgraphMetadata = "selfie segmentation", [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"M001")
    return bytes(builder.Output())


def with_note(data: bytes) -> bytes:
    """The published network with the metadata."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = list(note())
    model.buffers.append(buffer)
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("published", type=Path)
    data = parser.parse_args().published.read_bytes()
    if hashlib.sha256(data).hexdigest() != PUBLISHED:
        raise SystemExit("this is not the file of the package")
    made = with_note(data)
    (MODELS / SELFIE.file).write_bytes(made)
    print(f"{SELFIE.file}: {len(made)} bytes, {hashlib.sha256(made).hexdigest()}")


if __name__ == "__main__":
    main()
