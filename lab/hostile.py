"""`python -m lab.hostile`: whole runs on damaged and forged videos. What breaks?

Each case is a small generated video of one of many kinds (container × codec), damaged at random:
one bit, a few, a stretch, a header field, the end cut off, a piece removed or duplicated. It goes
through a whole `redact run` at the fastest settings, in its own process. A case fails with:

- a traceback, or an exit code that redact does not know (`crash`);
- a run of more than 120 s (`hang`), not counting waits for a processor, or one that takes more than
  4 GB of memory (`memory`);
- a result with fewer pictures than the undamaged video, announced neither by exit code 10 or 13 nor
  by a warning (`lost`);
- a face that OpenCV's detector, which redact does not use, finds in the source and again in a
  published result, at the same place and time (`face`). That detector has many false positives, so
  only places count at which it finds a face in half of the pictures of the undamaged video.

Cases are numbered and reproducible, except where an encoder, as x264 sometimes does, decides
otherwise on another machine. Results are appended to `--out`, one line a case; cases that are
already there are skipped, so that a large count can be reached in slices:

    python -m lab.hostile --out hostile.jsonl --count 2000 --minutes 20

With `--read` a case is only decoded, which finds unannounced losses in a hundredth of the time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np

from redact.errors import RedactError
from redact.media import Decode, probe
from redact.media.encoders import priority_kept

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "street.mp4"
SKIPPED, PICTURES, WIDTH = 70, 10, 320
"""Of the sample: pictures skipped at the beginning, pictures taken, and their width in pixels."""
LEFT, TOP, ACROSS, DOWN = 66, 36, 192, 136
"""The part of them that is used, in pixels: it shows two faces and two plates."""

_SERVER = multiprocessing.get_context("forkserver")
"""Forks each run from a process that has already imported what a run needs (`lab.loaded`)."""

HANG: Final = 120.0
MEMORY: Final = 4 << 30
CODES: Final = frozenset((0, 2, 3, 4, 5, 6, 10, 11, 12, 13))
SAID: Final = ("lost", "missing", "damage", "could not be", "cut off", "incomplete", "moved")
"""Every warning about missing or incomplete pictures contains one of these words."""

UNTOLD: Final = "for this format, redact cannot tell whether the end of the file is missing"

_H264 = {"preset": "veryfast", "g": "5"}
_HEVC = {"preset": "ultrafast", "x265-params": "log-level=none"}
# Below 0, or how it encodes depends on how fast the machine is.
_VPX = {"deadline": "realtime", "cpu-used": "-8"}
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}

KINDS: Final[dict[str, tuple[str, str, dict[str, str], dict[str, str]]]] = {
    "h264.mp4": ("mp4", "libx264", _H264, {}),
    "h264_frag.mp4": ("mp4", "libx264", _H264, _FRAGMENTS),
    "h264.mkv": ("matroska", "libx264", {"preset": "veryfast", "bf": "2"}, {}),
    "h264.mts": ("mpegts", "libx264", _H264, {}),
    "h264.h264": ("h264", "libx264", _H264, {}),
    "hevc.mp4": ("mp4", "libx265", _HEVC, {}),
    "hevc.mkv": ("matroska", "libx265", _HEVC, {}),
    "hevc.h265": ("hevc", "libx265", _HEVC, {}),
    "vp8.webm": ("webm", "libvpx", _VPX, {}),
    "vp9.webm": ("webm", "libvpx-vp9", _VPX, {}),
    "av1.mkv": ("matroska", "libsvtav1", {"preset": "12"}, {}),
    "mjpeg.avi": ("avi", "mjpeg", {}, {}),
    "mpeg4.avi": ("avi", "mpeg4", {"b": "800k"}, {}),
    "mpeg2.mpg": ("mpeg", "mpeg2video", {"b": "1500k"}, {}),
    "h264.mov": ("mov", "libx264", _H264, {}),
    "h264.flv": ("flv", "libx264", _H264, {}),
    "wmv2.wmv": ("asf", "wmv2", {"b": "800k"}, {}),
    "mpeg2.mxf": ("mxf", "mpeg2video", {"b": "1500k"}, {}),
    "gif.gif": ("gif", "gif", {}, {}),
    "vp8.ogg": ("ogg", "libvpx", _VPX, {}),
    "mpeg4.nut": ("nut", "mpeg4", {"b": "800k"}, {}),
    "plain.y4m": ("yuv4mpegpipe", "wrapped_avframe", {}, {}),
}


@dataclass(frozen=True)
class Case:
    """The outcome of one case.

    Attributes:
        number: of the case.
        kind, change: the video's container and codec, and how it was damaged.
        code: exit code of the run; negative: the signal that ended it.
        seconds, memory: of the run, without waits for a processor; peak in bytes.
        pictures: in the result, None if there is none.
        broke: how the case failed, see above; "" if it did not.
        said: the last line that the run printed.
    """

    number: int
    kind: str
    change: str
    code: int
    seconds: float
    memory: int
    pictures: int | None
    broke: str
    said: str


def make_all(folder: Path) -> list[Path]:
    """An undamaged video of every kind that this machine can write."""
    made = []
    pictures = list(_pictures())
    for name, (muxer, codec, options, container) in KINDS.items():
        path = folder / name
        try:
            with priority_kept():  # or SVT-AV1 would slow down everything that follows
                _make(path, pictures, muxer, codec, options, container)
        except (av.FFmpegError, ValueError) as error:
            print(f"{name}: cannot be made here ({error})", file=sys.stderr)
            continue
        made.append(path)
    return made


def _pictures() -> Any:
    """RGB, uint8 [DOWN, ACROSS, 3]."""
    with av.open(str(SAMPLE)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= SKIPPED + PICTURES:
                return
            if number >= SKIPPED:
                height = round(frame.height * WIDTH / frame.width / 2) * 2
                rgb = frame.reformat(WIDTH, height).to_ndarray(format="rgb24")
                yield np.ascontiguousarray(rgb[TOP : TOP + DOWN, LEFT : LEFT + ACROSS])


def _make(
    path: Path,
    pictures: list[np.ndarray],
    muxer: str,
    codec: str,
    options: dict[str, str],
    container: dict[str, str],
) -> None:
    same = {"fflags": "+bitexact"}  # or Matroska writes new random numbers each time
    with av.open(str(path), "w", format=muxer, container_options=container | same) as output:
        stream: Any = output.add_stream(codec, rate=25, options=options)
        stream.width, stream.height = ACROSS, DOWN
        stream.pix_fmt = {"mjpeg": "yuvj420p", "gif": "rgb8"}.get(codec, "yuv420p")
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture).reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def changed(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A damaged or forged copy, and a description of the damage."""
    out, size = bytearray(data), len(data)
    what = rng.choice(("bit", "bits", "bits", "stretch", "head", "field", "cut", "gone", "twice"))
    if what == "bit":
        out[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif what == "bits":
        for _ in range(rng.randint(2, 12)):
            out[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif what == "stretch":
        length, at = rng.choice((4, 32, 256)), rng.randrange(size)
        out[at : at + length] = rng.choice((bytes(length), rng.randbytes(length)))
    elif what == "head":
        for _ in range(rng.randint(1, 4)):
            out[rng.randrange(min(size, 1200))] = rng.randrange(256)
    elif what == "field":
        at = rng.randrange(max(1, min(size, 4000) - 4)) if rng.random() < 0.5 else size - 5
        at = rng.randrange(max(1, size - 1600), size - 4) if rng.random() < 0.4 else at
        value = rng.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 1 << 24))
        out[at : at + 4] = value.to_bytes(4, "big")
    elif what == "cut":
        del out[rng.randrange(size // 20, size) :]
    else:
        at, length = rng.randrange(size), rng.randint(1, max(2, size // 8))
        piece = out[at : at + length]
        if what == "gone":
            del out[at : at + length]
            what = "gone" if at + length < size else "cut"
        else:
            out[at:at] = piece
    return bytes(out), what


class Faces:
    """OpenCV's frontal faces (Viola and Jones), which no part of redact uses.

    Args:
        sound: the undamaged video.

    Attributes:
        places: boxes of its faces that reappear in half of its pictures.
    """

    def __init__(self, sound: Path) -> None:
        folder = Path(cv2.data.haarcascades)
        self._cascade = cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt2.xml"))
        found = [self._all_in(picture) for _, picture in _grey(sound)]
        self.places = [
            box
            for boxes in found
            for box in boxes
            if sum(any(_overlap(box, b) > 0.3 for b in others) for others in found) * 2
            >= len(found)
        ]
        left, top = (min(place[axis] for place in self.places) for axis in (0, 1))
        right, low = (max(p[axis] + p[axis + 2] for p in self.places) for axis in (0, 1))
        self._part = slice(max(0, top - 20), low + 20), slice(max(0, left - 20), right + 20)

    def _all_in(self, grey: np.ndarray) -> list[tuple[int, ...]]:
        large = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        boxes = self._cascade.detectMultiScale(large, 1.05, 5, minSize=(24, 24))
        return [tuple(int(v) // 2 for v in box) for box in boxes]

    def _at_places(self, grey: np.ndarray) -> list[tuple[int, ...]]:
        rows, columns = self._part
        if min((part := grey[rows, columns]).shape) < 24:
            return []
        moved = [(b[0] + columns.start, b[1] + rows.start, *b[2:]) for b in self._all_in(part)]
        return [b for b in moved if any(_overlap(b, place) > 0.3 for place in self.places)]

    def left_open(self, source: Path, result: list[tuple[int, np.ndarray]]) -> bool:
        """Whether a face of the source is still visible in the result, at its place and time."""
        seen = {time: boxes for time, grey in result if (boxes := self._at_places(grey))}
        return bool(seen) and any(
            _overlap(a, b) > 0.3
            for time, grey in _grey(source)
            if time in seen
            for b in self._at_places(grey)
            for a in seen[time]
        )


def _grey(path: Path) -> list[tuple[int, np.ndarray]]:
    """Time in ms and luma of every picture that can be read."""
    found = []
    with (
        contextlib.suppress(av.FFmpegError, ValueError, IndexError, EOFError),
        av.open(str(path)) as container,
    ):
        for number, frame in enumerate(container.decode(video=0)):
            time = number * 40 if frame.time is None else round(frame.time * 1000)
            found.append((time, frame.to_ndarray(format="gray")))
    return found


def _overlap(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def run_one(
    number: int,
    sounds: list[Path],
    seed: int,
    faces: Faces,
    folder: Path,
) -> Case:
    """Make a case, run redact on it, and judge the outcome."""
    rng = random.Random(f"{seed} {number}")
    sound = sounds[number % len(sounds)]
    data, change = changed(sound.read_bytes(), rng)
    source, result = folder / f"in{sound.suffix}", folder / "out"
    source.write_bytes(data)
    preset = "8" if sound.suffix == ".webm" else "ultrafast"
    arguments = ["run", str(source), "-o", f"{result}/", "--json"]
    code, seconds, memory, out, err = _measured([*arguments, "--preset", preset], folder)
    told = next(iter(_json(out)), {})
    output = Path(told["output"]) if told.get("output") else None
    published = code in (0, 13) and output is not None and output.exists()
    shown = _grey(output) if published and output is not None else []
    pictures = len(shown) if published else None
    broke = []
    if "Traceback" in err or "internal error" in err or code not in CODES:
        broke.append("crash" if code != -signal.SIGKILL or memory > MEMORY else "hang")
    if memory > MEMORY:
        broke.append("memory")
    fewer = published and (pictures or 0) < PICTURES and code == 0
    if fewer and not is_said(" ".join([*told.get("warnings", ()), err]), change):
        broke.append("lost")
    if faces.left_open(source, shown):
        broke.append("face")
    lines = err.strip().splitlines()
    last = lines[-1][:200] if lines else ""
    return Case(
        number, sound.name, change, code, round(seconds, 2), memory, pictures, " ".join(broke), last
    )


def read_one(number: int, sounds: list[Path], seed: int, folder: Path) -> Case:
    """Make a case and only decode it, as both passes of a run do: are lost pictures announced?"""
    sound = sounds[number % len(sounds)]
    data, change = changed(sound.read_bytes(), random.Random(f"{seed} {number}"))
    source = folder / f"in{sound.suffix}"
    source.write_bytes(data)
    began, code, pictures, broke, said = time.monotonic(), 0, None, "", ""
    try:
        decode = Decode(probe(source))
        pictures = sum(1 for _ in decode)
        found = decode.found()
        said = " ".join(map(str, (*found.warnings, *decode.warnings)))
        incomplete = found.torn or found.missing or (found.video.shown or 0) > pictures
        if pictures < PICTURES and not incomplete and not is_said(said, change):
            broke = "lost"
    except RedactError as error:
        code, said = int(error.exit_code), error.message
    except Exception as error:
        broke, said = "crash", f"{type(error).__name__}: {error}"
    seconds = round(time.monotonic() - began, 2)
    memory = _memory_of(os.getpid())
    return Case(number, sound.name, change, code, seconds, memory, pictures, broke, said[:200])


def is_said(said: str, change: str) -> bool:
    """Whether a run announced that pictures are missing. "The end may be missing" counts only if
    the end was cut off."""
    words = said.lower()
    if change != "cut":
        words = words.replace(UNTOLD, "")
    return any(word in words for word in SAID)


def _json(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) else [found]


def _measured(arguments: list[str], folder: Path) -> tuple[int, float, int, str, str]:
    """Exit code, seconds, peak memory and output; a run that takes too long is killed."""
    process = _SERVER.Process(target=_redact, args=(arguments, folder))
    began, most, waited = time.monotonic(), 0, 0.0
    process.start()
    while process.exitcode is None:
        process.join(0.05)
        most = max(most, _memory_of(process.pid or 0))
        waited = max(waited, _waited(process.pid or 0))
        if time.monotonic() - began - waited > HANG or most > MEMORY:
            process.kill()
            process.join()
    seconds, code = time.monotonic() - began - waited, process.exitcode or 0
    out, err = (_text(folder / name) for name in ("stdout", "stderr"))
    return code, seconds, most, out, err


def _redact(arguments: list[str], folder: Path) -> None:
    from lab import loaded

    loaded.run(arguments, folder)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""


def _memory_of(pid: int) -> int:
    """Peak memory of a process in bytes until now; 0 if it has ended."""
    with contextlib.suppress(OSError, TypeError):  # it may end at any moment
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    return 0


def _waited(pid: int) -> float:
    """The longest time in seconds that a thread of the process waited for a processor."""
    waits = [0.0]
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, IndexError):
            waits.append(int(path.read_text().split()[1]) / 1e9)
    return max(waits)


def told(cases: list[dict[str, Any]]) -> str:
    """A sentence with the counts."""
    codes = Counter(case["code"] for case in cases)
    broke = Counter(word for case in cases for word in case["broke"].split())
    lines = [f"{len(cases)} cases of {len({c['kind'] for c in cases})} kinds"]
    lines += [f"  exit code {code}: {n}" for code, n in sorted(codes.items())]
    for word in ("crash", "hang", "memory", "lost", "face"):
        numbers = [c["number"] for c in cases if word in c["broke"].split()]
        lines.append(f"  {word}: {broke[word]}" + (f"  cases {numbers[:12]}" if numbers else ""))
    if cases:
        lines.append(f"  slowest run: {max(c['seconds'] for c in cases):.0f} s")
        lines.append(f"  most memory: {max(c['memory'] for c in cases) / 1e9:.2f} GB")
    return "\n".join(lines)


def main() -> int:
    """Run the cases that are missing, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("hostile.jsonl"))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many")
    parser.add_argument("--only", type=int, nargs="*", help="cases, by number, whatever is done")
    parser.add_argument("--read", action="store_true", help="only decode each, seconds a hundred")
    parser.add_argument("--keep", type=Path, help="folder for the inputs that broke something")
    options = parser.parse_args()
    lines = options.out.read_text().splitlines() if options.out.exists() else []
    cases: dict[int, dict[str, Any]] = {c["number"]: c for c in map(json.loads, lines)}
    wanted = options.only or [n for n in range(options.count) if n not in cases]
    end = time.monotonic() + options.minutes * 60
    _SERVER.set_forkserver_preload(["lab.loaded"])
    with tempfile.TemporaryDirectory() as home:
        sounds = make_all(Path(home))
        faces = Faces(sounds[0])
        for number in wanted:
            if time.monotonic() > end:
                break
            with tempfile.TemporaryDirectory(dir=home) as folder:
                place = Path(folder)
                case = (
                    read_one(number, sounds, options.seed, place)
                    if options.read
                    else run_one(number, sounds, options.seed, faces, place)
                )
                if case.broke:
                    print(json.dumps(asdict(case)), flush=True)
                if case.broke and options.keep:
                    options.keep.mkdir(exist_ok=True)
                    source = next(Path(folder).glob("in.*"))
                    (options.keep / f"{number}_{case.kind}").write_bytes(source.read_bytes())
            cases[number] = asdict(case)
            with options.out.open("a") as file:
                file.write(json.dumps(asdict(case)) + "\n")
    print(told([cases[n] for n in sorted(cases)]))
    return int(any(case["broke"] for case in cases.values()))


if __name__ == "__main__":
    sys.exit(main())
