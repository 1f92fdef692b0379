"""How well a name that is said is found in a transcript, and how wide a margin its mute span needs.

eSpeak NG says sentences in English and French with a name in their midst, over sound of the shared
clips in which nobody speaks, 24, 12 and 6 dB louder. Where the name begins and ends is exact: what
is before and after it was spoken apart. A synthetic voice is no voice of a person.

    python -m lab.words ../shared MODEL --half dev
"""

from __future__ import annotations

import argparse
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from redact.media import probe
from redact.plan import said_in
from redact.progress import Silent
from redact.speech import spoken_lines

from .speech import RATE, SILENT_CLIPS, said, samples_of, write_wav

SENTENCES: Final = {
    "en-us": ("Excuse me, I am looking for", "and I was told to ask here."),
    "en-gb": ("This morning the neighbours saw", "leave the house in a hurry."),
    "fr-fr": ("Bonjour, je cherche", "et on m'a dit de demander ici."),
    "fr-be": ("Hier soir, les voisins ont vu", "sortir de la maison en courant."),
}
NAMES: Final = {
    "dev": {
        "en": ("Miller", "Michael", "Charlotte", "Peterson", "Robert", "Elizabeth"),
        "fr": ("Michel", "Marseille", "Charlotte", "Robert", "Martin", "Isabelle"),
    },
    "test": {
        "en": ("Johnson", "Margaret", "Thompson", "Richard", "Caroline", "Anderson"),
        "fr": ("Bernard", "Nicolas", "Catherine", "Bordeaux", "Caroline", "Philippe"),
    },
}
VOICES: Final = ("", "+f2", "+m3")
LOUDER: Final = (24, 12, 6)
MARGINS: Final = (0, 100, 200, 300, 400, 500)


def clip(
    voice: str, name: str, ground: NDArray[np.float32], decibels: int
) -> tuple[NDArray[np.float32], float, float]:
    """Ten seconds of sound, and when the name is said in it."""
    before, after = SENTENCES[voice.split("+")[0]]
    parts = [said(voice, words, "-s", "150") for words in (before, name, after)]
    sound = np.concatenate(parts)
    out, at = ground[: 10 * RATE] * 0.3, 2 * RATE
    below = np.sqrt((out[at : at + len(sound)] ** 2).mean())
    out[at : at + len(sound)] += sound / np.sqrt((sound**2).mean()) * below * 10 ** (decibels / 20)
    start = at + len(parts[0])
    return out / np.abs(out).max() * 0.5, start / RATE, (start + len(parts[1])) / RATE


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m lab.words")
    words.add_argument("shared", type=Path)
    words.add_argument("model", type=Path)
    words.add_argument("--half", choices=tuple(NAMES), default="dev")
    given = words.parse_args()
    clips = [
        path
        for f in ("clips", "footage2/clips", "footage3/clips")
        for path in (given.shared / f).iterdir()
    ]
    quiet = [next(path for path in sorted(clips) if name in path.name) for name in SILENT_CLIPS]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.mkv")
        names = [(v, n) for v in SENTENCES for n in NAMES[given.half][v[:2]]]
        for number, (language, name) in enumerate(names):
            ground = np.resize(samples_of(quiet[number % len(quiet)]), 10 * RATE)
            ground = ground / max(1e-6, float(np.percentile(np.abs(ground), 99)))
            decibels = LOUDER[number % 3]
            sound, start, end = clip(language + VOICES[number % 3], name, ground, decibels)
            write_wav(path, sound)
            found = [
                (line.words[a][0] / 1000, line.words[b][1] / 1000)
                for line in spoken_lines(probe(path), Fraction(), given.model, Silent())
                for a, b in said_in(line, name)
            ]
            rows.append((decibels, start, end, found))
            print(
                decibels,
                language,
                name,
                f"{start:.2f} {end:.2f}",
                [tuple(round(t, 2) for t in f) for f in found],
                flush=True,
            )
    for decibels in LOUDER:
        these = [bool(found) for db, _, _, found in rows if db == decibels]
        print(f"{decibels} dB louder: {sum(these)} of {len(these)} names found")
    for margin in MARGINS:
        audible, beside = [], []
        for _, start, end, found in rows:
            near = [(a - margin / 1000, b + margin / 1000) for a, b in found]
            near = [(a, b) for a, b in near if a < end and b > start]
            if near:
                a, b = min(a for a, _ in near), max(b for _, b in near)
                audible.append(max(0.0, a - start) + max(0.0, end - b))
                beside.append(max(0.0, start - a) + max(0.0, b - end))
        silent = f"{sum(seconds == 0 for seconds in audible)} of {len(audible)} silent throughout"
        print(
            f"margin {margin} ms: {silent}, at most {1000 * max(audible):.0f} ms audible,"
            f" {np.mean(beside):.2f} s beside them silent on average"
        )


if __name__ == "__main__":
    main()
