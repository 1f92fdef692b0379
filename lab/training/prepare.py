"""Second step: converted sets -> one cache of bounded JPEGs and one index.json.

    python -m lab.training.prepare CONVERTED CACHE --teacher teacher_faces.json

CONVERTED holds faces/NAME and plates/NAME as `lab.training.convert` writes them. Images go to
CACHE/images with a long side of at most 1280 pixels, so that training decodes little. The held-out
twelfth (crc32(key) % 12 == 0) is left out here, once, so that no later step can train on it.

index.json: [{"file", "key", "source", "w", "h", "known": [faces, plates],
              "boxes": [[target, x1, y1, x2, y2, ignore], ...]}], pixels of the cached image.
"""

from __future__ import annotations

import argparse
import json
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2

LONG_SIDE = 1280
#: CenterFace scores from which a detection counts as a face; below it the region is ignored.
TEACHER_FACE = 0.42
#: Classes of the sets that this network learns; heads are for the eye.
LEARNT = {"face": 0, "plate": 1}
#: Sources that only evaluation may, or should, use.
EVALUATION_ONLY = frozenset({"iwpod_train_mix"})
#: Sets whose pictures show no plates, or whose readers mark the areas where one could be.
PLATES_ABSENT = frozenset(
    {
        "mask853",
        "mik1i_facedet",
        "hardhat_groups",
        "camera_clips",
        "icdar2015_walk",
        "caltech_things",
        "openmpf_samples",
        "intel_previews",
        "falls_at_home",
        "webcam_students",
        "roads_from_above",
    }
)
#: Face sets that leave clear faces without a label: an unlabelled face there may not be a mistake.
FACES_INCOMPLETE = frozenset({"mask853", "mik1i_facedet", "webcam_students"})


def image_key(source: str, name: str) -> str:
    """Key of an image in `held_out` and in the teacher file."""
    return f"{source}__{Path(name).stem}".replace(" ", "_")


def held_out(key: str) -> bool:
    """True for the twelfth of every source which is never trained on."""
    return zlib.crc32(key.encode()) % 12 == 0


def overlap(a: list[float], b: list[float]) -> float:
    """Intersection over the smaller area of two boxes x1, y1, x2, y2."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    small = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return w * h / max(small, 1e-6)


def teacher_boxes(
    found: list[list[float]], labelled: list[list[float]], faces_complete: bool
) -> list[list[float]]:
    """Index rows of the faces that CenterFace detected and the set does not label.

    In plate sets, sure ones become faces. In face sets all of them are ignored, because the labels
    there define what a face is but are incomplete.
    """
    rows = []
    for x1, y1, x2, y2, score in found:
        box = [x1, y1, x2, y2]
        if any(overlap(box, have) > 0.5 for have in labelled):
            continue
        sure = score >= TEACHER_FACE and not faces_complete
        rows.append([0, *box, 0 if sure else 1])
    return rows


def cache_image(src: Path, dst: Path) -> tuple[int, int, float] | None:
    """Write the bounded JPEG; returns its width, height and scale."""
    image = cv2.imread(str(src), cv2.IMREAD_COLOR)
    if image is None:
        return None
    h, w = image.shape[:2]
    scale = min(1.0, LONG_SIDE / max(h, w))
    if scale < 1.0:
        image = cv2.resize(
            image, (round(w * scale), round(h * scale)), interpolation=cv2.INTER_AREA
        )
    cv2.imwrite(str(dst), image, [cv2.IMWRITE_JPEG_QUALITY, 93])
    return image.shape[1], image.shape[0], scale


def one(
    job: tuple[str, str, str, dict[str, Any], list[list[float]] | None],
) -> dict[str, Any] | None:
    """Index entry of one image; `job` is source file, cache folder, source, label, teacher."""
    file, cache, source, label, found = job
    key = image_key(source, Path(file).name)
    size = cache_image(Path(file), Path(cache) / "images" / f"{key}.jpg")
    if size is None:
        return None
    w, h, scale = size
    rows: list[list[float]] = []
    for b in label["boxes"]:
        if b["cls"] not in LEARNT:
            continue
        box = [b[c] for c in ("x1", "y1", "x2", "y2")]
        rows.append([LEARNT[b["cls"]], *box, int(b["ignore"])])
    kind = Path(file).parents[2].name
    has_faces = kind == "faces"
    faces = [r[1:5] for r in rows if r[0] == 0]
    rows += teacher_boxes(found or [], faces, has_faces)
    rows = [[int(r[0]), *(round(v * scale, 1) for v in r[1:5]), int(r[5])] for r in rows]
    known = [has_faces or found is not None, kind == "plates" or source in PLATES_ABSENT]
    return {
        "file": f"{key}.jpg",
        "key": key,
        "source": source,
        "w": w,
        "h": h,
        "known": known,
        "boxes": rows,
    }


def chosen(labels: dict[str, Any], source: str, at_most: int) -> dict[str, Any]:
    """At most `at_most` images of a set, always the same ones, spread over it (0: all)."""
    names = sorted(labels, key=lambda n: zlib.crc32(f"chosen {image_key(source, n)}".encode()))
    return {n: labels[n] for n in (names[:at_most] if at_most else names)}


def jobs(
    converted: Path, cache: Path, teacher: dict[str, Any], only: list[str], at_most: int = 0
) -> list[Any]:
    """One job for every image that may be trained on, of the sets named in `only` if any."""
    todo, seen = [], set()
    for labels in sorted(converted.glob("*/*/labels.json")):
        source = labels.parent.name
        if source in EVALUATION_ONLY or (only and source not in only):
            continue
        every = json.loads(labels.read_text())
        for name, label in chosen(every, source, at_most).items():
            key = image_key(source, name)
            # An image whose name differs only in its ending would share a cache file: keep the
            # first.
            if held_out(key) or key in seen:
                continue
            seen.add(key)
            t = teacher.get(key)
            todo.append(
                (
                    str(labels.parent / "images" / name),
                    str(cache),
                    source,
                    label,
                    None if t is None else t["faces"],
                )
            )
    return todo


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("converted", type=Path)
    ap.add_argument("cache", type=Path)
    ap.add_argument("--teacher", type=Path, nargs="*", default=[])
    ap.add_argument("--only", nargs="*", default=[], help="add or renew these sets only")
    ap.add_argument("--at-most", type=int, default=0, help="images of a set, 0: all")
    ap.add_argument("--workers", type=int, default=2)
    args = ap.parse_args()
    (args.cache / "images").mkdir(parents=True, exist_ok=True)
    teacher: dict[str, Any] = {}
    for path in args.teacher:
        teacher.update(json.loads(path.read_text()))
    cv2.setNumThreads(1)
    with ProcessPoolExecutor(args.workers) as pool:
        entries = [
            e
            for e in pool.map(
                one,
                jobs(args.converted, args.cache, teacher, args.only, args.at_most),
                chunksize=16,
            )
            if e
        ]
    index = args.cache / "index.json"
    if args.only and index.exists():
        entries = [
            e for e in json.loads(index.read_text()) if e["source"] not in args.only
        ] + entries
    tmp = args.cache / "index.json.part"
    tmp.write_text(json.dumps(entries))
    tmp.replace(index)
    count: dict[str, int] = {}
    for e in entries:
        count[e["source"]] = count.get(e["source"], 0) + 1
    print(f"{len(entries)} images", count)


if __name__ == "__main__":
    main()
