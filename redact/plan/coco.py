"""Exports the tracks of a plan as COCO JSON: images are frames, and annotations have track numbers.

As in plans, coordinates are upright source pixels, with corners from 0, and frames count from 0.
"""

from __future__ import annotations

import json
from typing import Any, Final

from ..types import Box, Target
from .plan import Plan, SourceRef

_SEEN: Final = 0.1
"""Pixels by which a box must reach into the picture to be exported: other programs reject boxes
outside it, or with no area after rounding."""


def export_coco(plan: Plan) -> bytes:
    """COCO JSON in UTF-8, with one image per frame, and one annotation per track and frame in which
    its box lies in the picture."""
    annotations: list[dict[str, Any]] = []
    for track in plan.tracks:
        for frame in range(track.first, track.last + 1):
            key = track.at(frame)
            # Tracks go on beyond the border for a moment after the object has left.
            if key is None or not _shown(key.box, plan.source):
                continue
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


def _corners(box: Box) -> tuple[float, ...]:
    """The box as a polygon, which many readers of COCO need: x and y of each corner."""
    return box.x1, box.y1, box.x2, box.y1, box.x2, box.y2, box.x1, box.y2


def _shown(box: Box, source: SourceRef) -> bool:
    right, bottom = source.width - _SEEN, source.height - _SEEN
    return box.x1 < right and box.y1 < bottom and box.x2 > _SEEN and box.y2 > _SEEN
