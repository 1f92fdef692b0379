"""Sheets for labelling heads by eye: frames with ticks along their sides and numbered proposals.

    python -m lab.training.eye.sheets CONVERTED SEEN.jsonl OUT --sets camera_clips --count 100 \\
        [--eye average-001000.pt --centerface centerface.onnx]

OUT gets sheet-NNN.png of four frames each and proposals.json: {key: {"size", "boxes"}} in pixels
of the converted picture, as the numbers on the sheets count them. Proposals are heads around the
teachers' faces, or what an eye sees. Pictures in which no teacher saw anybody are left out, and so
are those of `heads_by_eye.json`, into which goes what was decided.
"""

from __future__ import annotations

import argparse
import json
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.training.eye.index import BY_EYE, DOUBTFUL, NOBODY, head_of, read_seen
from lab.training.prepare import chosen, held_out, image_key

WIDE, HIGH = 960, 540
#: An eye's heads are shown from this score on.
PROPOSED = 0.3
COLOURS = ((0, 255, 0), (0, 220, 255), (255, 120, 255), (255, 200, 0))


def drawn(picture: NDArray[Any], boxes: list[list[float]], key: str) -> NDArray[Any]:
    """A frame of a sheet: numbers of proposals, ticks every 50 pixels of the picture."""
    h, w = picture.shape[:2]
    k = min((WIDE - 40) / w, (HIGH - 30) / h)
    out = np.full((HIGH, WIDE, 3), 30, np.uint8)
    small = cv2.resize(picture, (round(w * k), round(h * k)), interpolation=cv2.INTER_AREA)
    out[30 : 30 + small.shape[0], 40 : 40 + small.shape[1]] = small
    for t in range(0, w, 50):
        x = 40 + round(t * k)
        cv2.line(out, (x, 22), (x, 30 + (5 if t % 100 else 12)), (255, 255, 255), 1)
        if t % 100 == 0:
            cv2.putText(out, str(t), (x - 10, 18), 0, 0.4, (255, 255, 255), 1)
    for t in range(0, h, 50):
        y = 30 + round(t * k)
        cv2.line(out, (32, y), (40 + (5 if t % 100 else 12), y), (255, 255, 255), 1)
        if t % 100 == 0:
            cv2.putText(out, str(t), (2, y + 4), 0, 0.4, (255, 255, 255), 1)
    for number, b in enumerate(boxes):
        colour = COLOURS[number % len(COLOURS)]
        p = [40 + round(b[0] * k), 30 + round(b[1] * k), 40 + round(b[2] * k), 30 + round(b[3] * k)]
        cv2.rectangle(out, (p[0], p[1]), (p[2], p[3]), colour, 1)
        cv2.putText(out, str(number), (p[0], max(12, p[1] - 3)), 0, 0.45, colour, 1)
    cv2.putText(out, key, (44, HIGH - 6), 0, 0.45, (0, 255, 255), 1)
    return out


def empty(seen: dict[str, Any]) -> bool:
    """Whether the teachers, all of which looked, saw nobody."""
    people = seen["people"]
    return people is not None and not any(b[4] >= NOBODY for b in [*people, *(seen["faces"] or ())])


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("converted", type=Path)
    ap.add_argument("seen", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--sets", nargs="+", required=True)
    ap.add_argument("--count", type=int, default=60)
    ap.add_argument("--skip", type=int, default=0)
    ap.add_argument("--eye", type=Path)
    ap.add_argument("--centerface", type=Path)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    seen = read_seen([args.seen])
    look = None
    if args.eye:
        from lab.training.eye.look import load_look

        look = load_look(args.eye, args.centerface, (960, 640))
    labelled = json.loads(BY_EYE.read_text())["pictures"]
    tiles: list[NDArray[Any]] = []
    proposals: dict[str, Any] = {}
    for name in args.sets:
        (labels,) = args.converted.glob(f"*/{name}/labels.json")
        files = list(chosen(json.loads(labels.read_text()), name, 0))
        # One frame of every clip before a second one of any.
        turns: dict[str, int] = {}
        order = []
        for f in files:
            clip = f.split("_f0")[0]
            turns[clip] = turns.get(clip, 0) + 1
            order.append((turns[clip], zlib.crc32(f.encode()), f))
        for _, _, f in sorted(order):
            key = image_key(name, f)
            if held_out(key) or key not in seen or key in labelled or empty(seen[key]):
                continue
            if len(proposals) < args.skip:
                proposals[key] = {}
                continue
            picture = cv2.imread(str(labels.parent / "images" / f))
            if look is not None:
                found = look(np.ascontiguousarray(picture[:, :, ::-1]))
                boxes = [b[:4] for b in found["head"] if b[4] >= PROPOSED]
            else:
                boxes = [head_of(b) for *b, s in seen[key]["faces"] or () if s >= DOUBTFUL]
            boxes = [[round(v, 1) for v in b] for b in boxes]
            proposals[key] = {"size": [picture.shape[1], picture.shape[0]], "boxes": boxes}
            tiles.append(drawn(picture, boxes, key))
            if len(tiles) == 4:
                write(args.out, tiles, proposals)
            if len(proposals) >= args.skip + args.count:
                break
    if tiles:
        write(args.out, tiles, proposals)


def write(out: Path, tiles: list[NDArray[Any]], proposals: dict[str, Any]) -> None:
    """The next sheet, of up to four frames, which are forgotten then; and all proposals so far."""
    tiles += [np.zeros((HIGH, WIDE, 3), np.uint8)] * (4 - len(tiles))
    sheet = np.vstack([np.hstack(tiles[:2]), np.hstack(tiles[2:])])
    cv2.imwrite(str(out / f"sheet-{(len(proposals) - 1) // 4:03d}.png"), sheet)
    (out / "proposals.json").write_text(json.dumps(proposals))
    tiles.clear()


if __name__ == "__main__":
    main()
