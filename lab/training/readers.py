"""Readers of the training sets' labels, one per layout."""

from __future__ import annotations

import json
import math
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

#: class, x1, y1, x2, y2, ignore
Row = tuple[str, float, float, float, float, bool]
IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})


@dataclass
class Labelled:
    """An image and its boxes, in its own pixels, in pixels of `size`, or relative (0 to 1)."""

    file: Path
    boxes: list[Row]
    name: str
    size: tuple[int, int] | None = None
    relative: bool = False


def voc(path: Path) -> tuple[str, tuple[int, int] | None, list[Row]]:
    """File name, declared size and boxes of a PASCAL VOC annotation."""
    root = ET.parse(path).getroot()
    size, declared = root.find("size"), None
    if size is not None and size.findtext("width"):
        declared = (
            int(float(size.findtext("width") or 0)),
            int(float(size.findtext("height") or 0)),
        )
    rows: list[Row] = []
    for ob in root.findall("object"):
        box = ob.find("bndbox")
        assert box is not None
        x1, y1, x2, y2 = (float(box.findtext(k) or 0) for k in ("xmin", "ymin", "xmax", "ymax"))
        rows.append((ob.findtext("name") or "", x1, y1, x2, y2, ob.findtext("difficult") == "1"))
    return root.findtext("filename") or "", declared, rows


def as_class(rows: list[Row], kind: str, keep_ignore: bool = False) -> list[Row]:
    return [(kind, *r[1:5], r[5] and keep_ignore) for r in rows]


def yolo(path: Path, classes: dict[int, str]) -> list[Row] | None:
    """Relative boxes of a YOLO text file (boxes or polygons); None if it is absent."""
    if not path.exists():
        return None
    rows: list[Row] = []
    for line in path.read_text().splitlines():
        parts = line.split()
        if len(parts) < 5 or int(float(parts[0])) not in classes:
            continue
        v = [float(p) for p in parts[1:]]
        if len(v) > 4 and len(v) % 2 == 0:
            box = (min(v[0::2]), min(v[1::2]), max(v[0::2]), max(v[1::2]))
        else:
            x, y, w, h = v[:4]
            box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        rows.append((classes[int(float(parts[0]))], *box, False))
    return rows


def yolo_splits(
    base: str, splits: tuple[str, ...], classes: dict[int, str]
) -> Callable[[Path], Iterator[Labelled]]:
    """Reader of base/SPLIT/images and base/SPLIT/labels."""

    def read(raw: Path) -> Iterator[Labelled]:
        for split in splits:
            folder = raw / base / split
            for file in sorted((folder / "images").glob("*")):
                if file.suffix.lower() not in IMAGES:
                    continue
                rows = yolo(folder / "labels" / f"{file.stem}.txt", classes)
                if rows is not None:
                    yield Labelled(file, rows, f"{split}_{file.name}", relative=True)

    return read


def openlpr(raw: Path) -> Iterator[Labelled]:
    query = "select filename, imheight, imwidth, isreviewed, isdeleted, imgareas from annotations"
    for split in ("train", "val"):
        for fn, h, w, reviewed, deleted, areas in sqlite3.connect(raw / f"{split}.db").execute(
            query
        ):
            file = raw / split / fn
            if deleted or not reviewed or not file.exists():
                continue
            rows: list[Row] = [
                ("plate", r["x"], r["y"], r["x"] + r["width"], r["y"] + r["height"], False)
                for r in json.loads(areas or "[]")
            ]
            yield Labelled(file, rows, f"{split}_{fn}", (w, h))


def robertlucian(raw: Path) -> Iterator[Labelled]:
    for split in ("train", "valid"):
        base = raw / "dataset" / split
        for xml in sorted((base / "annots").glob("*.xml")):
            file = base / "images" / f"{xml.stem}.jpg"
            if file.exists():
                _, size, rows = voc(xml)
                yield Labelled(file, as_class(rows, "plate"), f"{split}_{file.name}", size)


def oid(raw: Path) -> Iterator[Labelled]:
    base = raw / "LP_Detection"
    for split in ("train", "valid"):
        for xml in sorted((base / f"{split}labels").glob("*.xml")):
            name, size, rows = voc(xml)
            places = (
                base / split / f"{xml.stem}.jpg",
                base / split / name,
                base / f"{split}lps" / f"{xml.stem}.jpg",
            )
            file = next((p for p in places if p.is_file()), None)
            if file is not None:
                stem = xml.stem.split("_jpg.rf")[0]
                yield Labelled(file, as_class(rows, "plate"), f"{split}_{stem}.jpg", size)


def kaggle433(raw: Path) -> Iterator[Labelled]:
    for file in sorted((raw / "data" / "images").glob("Cars*.png")):
        xml = raw / "data" / "labels" / f"{file.stem}.xml"
        if xml.exists():
            _, size, rows = voc(xml)
            yield Labelled(file, as_class(rows, "plate"), file.name, size)


def easypr(raw: Path) -> Iterator[Labelled]:
    base = raw / "resources" / "image" / "general_test"
    text = (base / "GroundTruth_others.xml").read_bytes().decode("utf-8", "replace")
    number = 0
    for im in ET.fromstring(re.sub(r"<\?xml.*?\?>", "", text)).findall("image"):
        file = base / f"{im.findtext('imageName')}.jpg"
        if not file.exists():
            continue
        rows: list[Row] = []
        for tag in im.iter("taggedRectangle"):
            x, y, w, h, turn = (
                float(tag.get(k) or 0) for k in ("x", "y", "width", "height", "rotation")
            )
            p = cv2.boxPoints(((x, y), (w, h), turn))
            rows.append(
                (
                    "plate",
                    float(p[:, 0].min()),
                    float(p[:, 1].min()),
                    float(p[:, 0].max()),
                    float(p[:, 1].max()),
                    False,
                )
            )
        yield Labelled(file, rows, f"easypr_{number:03d}.jpg")
        number += 1


def iwpod(raw: Path) -> Iterator[Labelled]:
    for text in sorted((raw / "train_dir").glob("*.txt")):
        file = text.with_suffix(".jpg")
        if not file.exists():
            continue
        quads = [
            [float(v) for v in line.split(",")[1:9]]
            for line in text.read_text().splitlines()
            if line.count(",") >= 8
        ]
        rows: list[Row] = [
            ("plate", min(q[:4]), min(q[4:]), max(q[:4]), max(q[4:]), False) for q in quads
        ]
        if all(math.isfinite(v) for q in quads for v in q):
            yield Labelled(file, rows, file.name, relative=True)


def mask853(raw: Path) -> Iterator[Labelled]:
    base = raw / "archive"
    for xml in sorted((base / "annotations").glob("*.xml")):
        file = base / "images" / f"{xml.stem}.png"
        _, size, rows = voc(xml)
        yield Labelled(file, as_class(rows, "face", keep_ignore=True), file.name, size)
