"""CVAT for video 1.1: XML with one element per track and one per box."""

from __future__ import annotations

import math
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from ...errors import PlanError
from ...types import ANY_KIND, Box, Keyframe, Target
from ...words import problem
from ..plan import Plan
from .exported import shown_runs
from .imported import ImportedTrack


def read_cvat(data: bytes, name: str, target: Target | None) -> list[ImportedTrack]:
    """Tracks of a CVAT file; boxes are linear in between, as CVAT itself draws them.

    Raises:
        PlanError: names the file, the track and the attribute.
    """
    # Entities are the way to blow up memory with XML; no annotation file has any.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        raise problem(PlanError, "cvat_doctype", name=name)
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise problem(PlanError, "cvat_no_xml", name=name, error=error) from None
    if root.tag != "annotations":
        raise problem(PlanError, "cvat_root", name=name, tag=root.tag)
    if root.find("image") is not None:
        raise problem(PlanError, "cvat_images", name=name)
    return [
        _track(element, f"{name}: track {element.get('id', number)}", target, str(number))
        for number, element in enumerate(root.iterfind("track"))
    ]


def _track(
    element: ElementTree.Element, where: str, target: Target | None, number: str
) -> ImportedTrack:
    label = element.get("label", "")
    kind = target
    if kind is None:
        try:
            kind = Target.from_word(label.strip())
        except ValueError:
            named = {"where": where, "label": label, "kinds": ANY_KIND}
            raise problem(PlanError, "cvat_label", **named) from None
    track = ImportedTrack(element.get("id", number), kind, lasting=True)
    for i, box in enumerate(element):
        at = f"{where}: box {i}"
        if box.tag != "box":  # what is passed over would stay visible
            raise problem(PlanError, "cvat_shape", where=where, tag=box.tag)
        frame = int(_number(box, "frame", at))
        if box.get("outside") == "1":
            track.ends.add(frame)
            continue
        corners = [_number(box, side, at) for side in ("xtl", "ytl", "xbr", "ybr")]
        track.put(frame, Box(*corners), at)
        track.turned |= "rotation" in box.attrib and _number(box, "rotation", at) != 0
    return track


def _number(box: ElementTree.Element, attribute: str, where: str) -> float:
    text = box.get(attribute)
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise problem(PlanError, "cvat_number", where=where, attribute=attribute, text=text)
    return value


def export_cvat(plan: Plan) -> bytes:
    """Keyframes of every track, and an "outside" box where it ends or leaves the picture."""
    source = plan.source
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<annotations>",
        " <version>1.1</version>",
        f" <meta><source>{_text(source.name)}</source><original_size><width>{source.width}</width>"
        f"<height>{source.height}</height></original_size></meta>",
    ]
    for track in plan.tracks:
        lines.append(f' <track id="{track.id}" label="{track.target.word}" source="manual">')
        for run in shown_runs(plan, track):
            lines += _run(run, {key.frame for key in track.keyframes})
            if run[-1].frame + 1 < len(source.timeline):
                lines.append(_box(run[-1].frame + 1, run[-1].box, 1))
        lines.append(" </track>")
    return "\n".join([*lines, "</annotations>", ""]).encode("utf-8", "replace")


def _run(run: list[Keyframe], known: set[int]) -> list[str]:
    """What a run needs: the track's own keyframes in it, and where it begins and ends."""
    needed = known | {run[0].frame, run[-1].frame}
    return [_box(key.frame, key.box, 0) for key in run if key.frame in needed]


def _box(frame: int, box: Box, outside: int) -> str:
    sides = zip(("xtl", "ytl", "xbr", "ybr"), box, strict=True)
    corners = " ".join(f'{side}="{value:.4f}"' for side, value in sides)
    return (
        f'  <box frame="{frame}" outside="{outside}" occluded="0" keyframe="1" {corners} '
        'z_order="0"></box>'
    )


def _text(text: str) -> str:
    """Escaped text without the control characters that XML cannot hold."""
    return quoteattr("".join(c for c in text if c >= " "))[1:-1].replace("<", "&lt;")
