"""COCO JSON with video fields: images are frames, annotations carry a track number."""

from __future__ import annotations

import json
from itertools import chain
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ...errors import PlanError
from ...types import ANY_KIND, Box, Target
from ...words import problem
from ..plan import Plan
from .exported import shown_runs
from .imported import ImportedTrack

_Number = Annotated[float, Meta(ge=-1e6, le=1e6)]


class _Image(Struct):
    id: int
    frame_id: Annotated[int, Meta(ge=0)] | None = None


class _Category(Struct):
    id: int
    name: str


class _Annotation(Struct):
    image_id: int
    category_id: int
    bbox: tuple[_Number, _Number, _Number, _Number]
    id: int = 0
    track_id: int | None = None
    attributes: dict[str, Any] = {}


class _Coco(Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category] = []


def read_coco(data: bytes, name: str, target: Target | None) -> list[ImportedTrack]:
    """Tracks of a COCO file; an annotation without track number is a track of one frame.

    Raises:
        PlanError: names the file and the field.
    """
    try:
        coco = msgspec.json.decode(data, type=_Coco)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problem(PlanError, "coco_malformed", name=name, error=error) from None
    frames = _frames(coco, name)
    targets = _targets(coco)
    tracks: dict[tuple[str, Target], ImportedTrack] = {}
    for i, annotation in enumerate(coco.annotations):
        where = f"{name}: $.annotations[{i}]"
        if annotation.image_id not in frames:
            raise problem(PlanError, "coco_no_image", where=where, image_id=annotation.image_id)
        kind = target or targets.get(annotation.category_id)
        if kind is None:
            number = annotation.category_id
            raise problem(PlanError, "coco_category", where=where, number=number, kinds=ANY_KIND)
        key = f"annotation {i}" if _track_id(annotation) is None else str(_track_id(annotation))
        x, y, width, height = annotation.bbox
        track = tracks.setdefault((key, kind), ImportedTrack(key, kind))
        track.put(frames[annotation.image_id], Box(x, y, x + width, y + height), where)
        # CVAT writes it here, beside the box as it was before it was turned.
        track.turned |= annotation.attributes.get("rotation") not in (None, 0)
    return list(tracks.values())


def _frames(coco: _Coco, name: str) -> dict[int, int]:
    """Frame index by image number."""
    frames: dict[int, int] = {}
    for i, image in enumerate(coco.images):
        if image.id in frames:
            raise problem(PlanError, "coco_twice", name=name, i=i, id=image.id)
        # Without frame_id the order of the images is the only order there is.
        frames[image.id] = i if image.frame_id is None else image.frame_id
    return frames


def _targets(coco: _Coco) -> dict[int, Target]:
    targets = {}
    for category in coco.categories:
        try:
            targets[category.id] = Target.from_word(category.name.strip())
        except ValueError:
            continue
    return targets


def _track_id(annotation: _Annotation) -> object:
    """Where tools put it: beside the box, or (CVAT) among the attributes."""
    if annotation.track_id is not None:
        return annotation.track_id
    return annotation.attributes.get("track_id")


def _corners(box: Box) -> tuple[float, ...]:
    """The box as a polygon, which many readers of COCO want: x and y of each corner."""
    return box.x1, box.y1, box.x2, box.y1, box.x2, box.y2, box.x1, box.y2


def export_coco(plan: Plan) -> bytes:
    """One image per frame, one annotation per track and frame in which it lies in the picture."""
    annotations: list[dict[str, Any]] = []
    for track in plan.tracks:
        for key in chain.from_iterable(shown_runs(plan, track)):
            box, shape = key.box, track.silhouette(key)
            polygons = [list(_corners(box))] if shape is None else shape.outline(box)
            area = box.area if shape is None else shape.common(box, box)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": key.frame + 1,
                    "category_id": track.target.spec.category,
                    "bbox": [round(v, 4) for v in (box.x1, box.y1, box.width, box.height)],
                    "segmentation": [[round(v, 4) for v in corners] for corners in polygons],
                    "area": round(area, 4),
                    "iscrowd": 0,
                    "track_id": track.id,
                    "attributes": {"state": key.state.value, "action": track.action.value},
                }
            )
    source = plan.source
    images = [
        {
            "id": frame + 1,
            "frame_id": frame,
            "file_name": f"{source.name}#{frame}",
            "width": source.width,
            "height": source.height,
        }
        for frame in range(len(source.timeline))
    ]
    categories = [{"id": t.spec.category, "name": t.word} for t in Target]
    value = {"images": images, "categories": categories, "annotations": annotations}
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8", "replace")
