"""Converted sets -> pictures and labels of faces, plates and heads for the eye.

    python -m lab.training.eye.index CONVERTED CACHE [--seen SEEN.jsonl ...] [--only SET ...]

CONVERTED: see `lab.training.convert`. SEEN: what the teachers saw (`lab.training.eye.teacher`).
Heads that were labelled by eye come from `heads_by_eye.json` beside this file. CACHE gets images/
and index.json: [{"file", "key", "source", "known": [faces, plates, heads], "boxes": [[target, x1,
y1, x2, y2, ignore], ...]}], pixels of the stored picture, whose long side is at most 1280.

Unknown targets are ignored and never taken for background:

- the held-out twelfth of every set is left out, as everywhere in `training`;
- faces: the set's own, else the teacher's sure ones; its doubtful ones are ignored;
- heads: the set's own or those labelled by eye; else heads around sure faces, and any place where a
  teacher detects a person, however doubtfully, is ignored. A picture in which people were not
  searched for is ignored completely.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2

from lab.training.prepare import (
    EVALUATION_ONLY,
    FACES_INCOMPLETE,
    PLATES_ABSENT,
    cache_image,
    chosen,
    held_out,
    image_key,
    overlap,
)

BY_EYE = Path(__file__).with_name("heads_by_eye.json")
FACE, PLATE, HEAD = 0, 1, 2
CODE = {"face": FACE, "plate": PLATE, "head": HEAD}
#: Sets in which every head has a box.
HEADS_LABELLED = frozenset({"hardhat_workers"})
#: Sets without people; places where a network detects somebody were checked by eye.
WITHOUT_PEOPLE = frozenset({"grocery_store"})
#: Sets without plates.
NO_PLATES = PLATES_ABSENT | {"hardhat_workers"}
#: A teacher's face counts from the first score; from the second up to the first it is ignored.
SURE, DOUBTFUL = 0.5, 0.1
#: A picture has no people if no detected person reaches this score.
NOBODY = 0.05
#: Margin around a person that is ignored as well, as a share of its box's sides.
AROUND = 0.2
#: Weight of pictures whose heads were labelled by eye, relative to others of their set.
BY_EYE_WEIGHT = 4.0
#: How far a head extends beyond a face's box, in shares of its sides: left and right, up, down.
#: Near the medians of the heads labelled by eye (`lab.training.eye.teacher --compare`).
BESIDE, ABOVE, BELOW = 0.2, 0.42, 0.1

Box = list[float]


def head_of(face: Box) -> Box:
    """Box of the head to which a face's box [x1, y1, x2, y2] belongs."""
    w, h = face[2] - face[0], face[3] - face[1]
    return [
        face[0] - BESIDE * w,
        face[1] - ABOVE * h,
        face[2] + BESIDE * w,
        face[3] + BELOW * h,
    ]


def grown(person: Box) -> Box:
    """A person's box [x1, y1, x2, y2, ...] with its margin."""
    w, h = AROUND * (person[2] - person[0]), AROUND * (person[3] - person[1])
    return [person[0] - w, person[1] - h, person[2] + w, person[3] + h]


def rows_of(
    source: str, kind: str, label: dict[str, Any], seen: dict[str, Any] | None, by_eye: Any
) -> tuple[list[bool], list[list[float]]]:
    """Which targets are known, and the rows of the index, in pixels of the converted picture.

    Args:
        source, kind: set and its folder: faces, plates or people.
        label: of `lab.training.convert`.
        seen: the teachers' detections; None if they did not scan the picture.
        by_eye: {"heads": [box, ...], "ignore": [box, ...]} or None.
    """
    rows: list[list[float]] = []
    for b in label["boxes"]:
        box = [b[c] for c in ("x1", "y1", "x2", "y2")]
        rows.append([CODE[b["cls"]], *box, int(b["ignore"])])
    own_faces = [r[1:5] for r in rows if r[0] == FACE and not r[5]]
    incomplete = kind == "faces" or source in FACES_INCOMPLETE
    sure: list[Box] = list(own_faces)
    if source in WITHOUT_PEOPLE:
        return [True, True, True], rows
    looked = seen["faces"] if seen else None
    for *box, score in looked or ():
        if score < DOUBTFUL or any(overlap(box, have) > 0.5 for have in own_faces):
            continue
        good = score >= SURE and not incomplete
        if good:
            sure.append(box)
        rows.append([FACE, *box, 0 if good else 1])
    plates_known = kind == "plates" or source in NO_PLATES
    faces_known = kind == "faces" or looked is not None
    heads_known = source in HEADS_LABELLED
    if by_eye is not None:
        rows = [r for r in rows if r[0] != HEAD]
        rows += [[HEAD, *b, 0] for b in by_eye["heads"]]
        rows += [[HEAD, *b, 1] for b in by_eye["ignore"]]
        heads_known = True
    elif not heads_known:
        rows += [[HEAD, *head_of(b), 0] for b in sure]
        ignored = [r[1:5] for r in rows if r[0] == FACE and r[5]]
        rows += [[HEAD, *head_of(b), 1] for b in ignored]
        people = seen["people"] if seen else None
        heads_known = people is not None and faces_known
        rows += [[HEAD, *grown(p), 1] for p in people or () if p[4] >= NOBODY]
    return [faces_known, plates_known, heads_known], rows


def one(job: tuple[str, str, str, str, dict[str, Any], Any, Any]) -> dict[str, Any] | None:
    """Index entry of one picture; stores the picture unless it is stored already."""
    file, cache, source, kind, label, seen, by_eye = job
    key = image_key(source, Path(file).name)
    target = Path(cache) / "images" / f"{key}.jpg"
    if target.exists():
        scale = min(1.0, 1280 / max(label["w"], label["h"]))
    else:
        size = cache_image(Path(file), target)
        if size is None:
            return None
        scale = size[2]
    known, rows = rows_of(source, kind, label, seen, by_eye)
    rows = [[int(r[0]), *(round(v * scale, 1) for v in r[1:5]), int(r[5])] for r in rows]
    weight = 1.0 if by_eye is None else BY_EYE_WEIGHT
    entry = {"file": target.name, "key": key, "source": source, "weight": weight}
    return entry | {"known": known, "boxes": rows}


def read_seen(files: list[Path]) -> dict[str, Any]:
    """The teachers' detections by key; the later file replaces those of a picture seen twice.

    A file of `lab.training.teacher` has the ending .json; it has only faces, found at a single
    size. If a later file has only people for a picture, the faces of earlier files are kept.
    """
    found: dict[str, Any] = {}
    for file in files:
        if file.suffix == ".json":
            for key, row in json.loads(file.read_text()).items():
                faces = [f for f in row["faces"] if f[4] >= DOUBTFUL]
                found[key] = {"faces": faces, "people": None}
            continue
        for line in file.read_text().splitlines():
            row = json.loads(line)
            key = row.pop("key")
            if row["faces"] is not None:
                found[key] = row
            elif key in found:
                found[key]["people"] = row["people"]
            else:
                found[key] = {"faces": None, "people": row["people"]}
    return found


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("converted", type=Path)
    ap.add_argument("cache", type=Path)
    ap.add_argument("--seen", type=Path, nargs="*", default=[])
    ap.add_argument("--only", nargs="*", default=[], help="these sets only")
    ap.add_argument("--at-most", type=int, default=0, help="pictures of a set, 0: all")
    ap.add_argument("--workers", type=int, default=1)
    args = ap.parse_args()
    (args.cache / "images").mkdir(parents=True, exist_ok=True)
    seen = read_seen(args.seen)
    by_eye = json.loads(BY_EYE.read_text())["pictures"] if BY_EYE.exists() else {}
    cv2.setNumThreads(1)
    jobs, taken = [], set()
    for labels in sorted(args.converted.glob("*/*/labels.json")):
        source, kind = labels.parent.name, labels.parents[1].name
        if source in EVALUATION_ONLY or (args.only and source not in args.only):
            continue
        every = json.loads(labels.read_text())
        for name, label in chosen(every, source, args.at_most).items():
            key = image_key(source, name)
            if held_out(key) or key in taken:
                continue
            taken.add(key)
            file = labels.parent / "images" / name
            jobs.append(
                (str(file), str(args.cache), source, kind, label, seen.get(key), by_eye.get(key))
            )
    with ProcessPoolExecutor(args.workers) as pool:
        entries = [e for e in pool.map(one, jobs, chunksize=32) if e]
    part = args.cache / "index.json.part"
    part.write_text(json.dumps(entries))
    part.replace(args.cache / "index.json")
    count: dict[str, list[int]] = {}
    for e in entries:
        c = count.setdefault(e["source"], [0, 0, 0, 0])
        c[0] += 1
        for b in e["boxes"]:
            if not b[5]:
                c[1 + int(b[0])] += 1
    print("pictures, faces, plates, heads of each set")
    for source, c in sorted(count.items()):
        print(f"{source:24} {c[0]:6} {c[1]:6} {c[2]:6} {c[3]:6}")


if __name__ == "__main__":
    main()
