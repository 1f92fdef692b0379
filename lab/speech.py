"""How much speech stays audible with `--audio mute-speech`, how much of the rest is muted, and what
it costs.

Synthetic clips: eSpeak NG reads sentences in twelve languages, in men's, women's and children's
voices, quietly, fast and shouting, over sound of the shared clips in which nobody speaks, or over
music made by SoX. Their labels are exact: we know where the voice was put.

Mixed clips: the same, with voices cut from five clips of `../shared` in which people speak. What
lies within half a second of speech does not count as rest: the margin is meant to be muted.

Real clips: those of `../shared` with sound. Nobody listened: a window of 32 ms counts as speech
where another detector, TEN VAD, is sure of it for a fifth of a second around, and as none where it
is sure of that; the rest is not counted. Clips in which the two detectors contradict each
other most, which nobody listened to either, are named in `NO_JUDGE` and left out.

    pip install ten-vad
    python -m lab.speech ../shared
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from redact.media import probe
from redact.speech import TO_MUTE, Listening
from redact.speech.listen import heard

RATE: Final = 16000

SENTENCES: Final = {
    "en-us": "Hello, my name is John Miller and I live in number twelve.",
    "en-gb": "Stop right there, put your hands where I can see them!",
    "fr-fr": "Bonjour, je m'appelle Camille Dupont et j'habite rue des Lilas.",
    "de": "Guten Tag, gehen Sie bitte zur Seite, hier ist die Polizei.",
    "es": "Oiga, no tiene derecho a grabarme en la calle.",
    "it": "Signora, mi dica il suo nome e dove abita.",
    "pt-br": "Meu filho estava na porta da escola quando aconteceu.",
    "ru": "Здравствуйте, скажите пожалуйста, где вы живёте.",
    "ar": "السلام عليكم، ما اسمك وأين تسكن",
    "tr": "Merhaba, adınız ne ve nerede oturuyorsunuz?",
    "hi": "नमस्ते, आपका नाम क्या है और आप कहाँ रहते हैं",
    "cmn": "你好，请问你叫什么名字，住在哪里",
}

MANNERS: Final = {
    "talking": ("", ("-s", "160")),
    "woman": ("+f2", ("-s", "150")),
    "child": ("+f5", ("-s", "170", "-p", "85")),
    "fast": ("+m3", ("-s", "230")),
    "shouting": ("+m7", ("-s", "190", "-p", "90", "-a", "200")),
}

SILENT_CLIPS: Final = (
    *("devx96__traffic", "nguyen__walking", "qharryq__people", "abdullah__sound1", "khodor77__bmw"),
    *("andrewendlesss__mask", "abdullah__accident", "FLIR_Thermal", "aiguy__license_plate"),
    "liveportrait__d14",
)
"""Clips without speech, as both detectors say; nobody listened: traffic, wind, rooms, music."""

NO_JUDGE: Final = ("fight_fi022", "nguyen__siu", "MVI_4823", "am0ris__car")


def spoken(language: str, manner: str) -> NDArray[np.float32]:
    """A sentence, float32 [n], without the silence around it, its loudest hundredth at 0.3."""
    voice, options = MANNERS[manner]
    sound = said(language + voice, SENTENCES[language], *options)
    if manner == "shouting":  # a voice that overdrives the microphone
        sound = without_silence(np.tanh(sound * 6))
    return sound / np.percentile(np.abs(sound), 99) * 0.3


def said(voice: str, words: str, *options: str) -> NDArray[np.float32]:
    """What eSpeak says, float32 [n], without the silence around it."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder, "a.wav")
        subprocess.run(["espeak-ng", "-v", voice, *options, "-w", wav, words], check=True)
        return without_silence(samples_of(wav))


def without_silence(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    loud = np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


def samples_of(path: Path) -> NDArray[np.float32]:
    """All sound of a file's first track, mono."""
    mixer = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    with av.open(str(path)) as file:
        parts = [part for frame in file.decode(audio=0) for part in mixer.resample(frame)]
    return np.concatenate([np.zeros(0, np.float32), *(part.to_ndarray()[0] for part in parts)])


def music(seconds: float, seed: int) -> NDArray[np.float32]:
    """Plucked chords with a beat, float32 [n]."""
    random = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE), np.float32)
    for beat in range(int(seconds * 2)):
        root = 110 * 2 ** (random.choice([0, 3, 5, 7, 10]) / 12)
        ticks = np.arange(RATE) / RATE
        chord = sum(
            np.sin(2 * np.pi * root * step * k * ticks) / k * np.exp(-3 * ticks)
            for step in (1, 1.26, 1.5)
            for k in range(1, 6)
        )
        at = beat * RATE // 2
        room = min(len(chord), len(out) - at)
        out[at : at + room] += np.asarray(chord[:room], np.float32)
        out[at : at + 800] += random.normal(0, 0.5, 800)[: len(out) - at].astype(np.float32)
    return out / np.percentile(np.abs(out), 99) * 0.3


def echo(sound: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """The sound in a room that echoes for 0.4 s."""
    random = np.random.default_rng(seed)
    tail = random.normal(0, 1, int(0.4 * RATE)) * np.exp(-np.arange(int(0.4 * RATE)) / RATE * 14)
    tail[0] = 30  # as loud as all echoes together
    wet = np.convolve(sound, tail)[: len(sound) + len(tail)]
    return np.asarray(wet / np.abs(wet).max() * np.abs(sound).max(), np.float32)


VOICES: Final = (
    "short_hamilton",
    "nasa_13013",
    "liveportrait__d20",
    "rajiv__car3",
    "mmaction2__test",
)
"""Clips in which somebody speaks without much else: put over other sound, and labelled there."""


def recorded(clip: Path, random: np.random.Generator) -> NDArray[np.float32]:
    """Two to four seconds of speech from a clip, from the first sure moment to the last."""
    sound, (yes, _) = samples_of(clip), judged(clip)
    lasts = int(random.uniform(200, 400))
    starts = [n for n in np.flatnonzero(yes) if yes[n : n + lasts].mean() > 0.8]
    at = int(random.choice(starts))
    there = np.flatnonzero(yes[at : at + lasts])
    part = sound[(at + there[0]) * 160 : (at + there[-1]) * 160]
    return part / np.percentile(np.abs(part), 99) * 0.3


LOUDER: Final = (12, 6, 0)
"""Decibels by which a voice is louder (rms) than what else is heard."""


def synthetic(
    number: int, quiet: Sequence[Path], voices: Sequence[Path] = ()
) -> tuple[str, int, NDArray[np.float32], list[tuple[float, float]]]:
    """A clip of 40 s with three spans of speech: its kind, decibels, samples, and the spans in
    seconds."""
    random = np.random.default_rng(number)
    if number % 4 == 3:
        ground, kind = music(40, number), "music"
    else:
        one = samples_of(quiet[number % len(quiet)])
        ground = np.resize(one / np.percentile(np.abs(one), 99) * 0.3, 40 * RATE)
        kind = ("street", "room", "street")[number % 4]
    languages, manners = list(SENTENCES), list(MANNERS)
    decibels = LOUDER[number % 3]
    spans, out = [], ground * 0.5
    for n in range(3):
        if voices:
            voice = recorded(voices[(number + n) % len(voices)], random)
        else:
            voice = spoken(languages[(number * 3 + n) % 12], manners[(number + 2 * n) % 5])
        if kind == "room":
            voice = echo(voice, number)
        at = round((2 + 13 * n + random.uniform(0, 3)) * RATE)
        voice = voice[: 40 * RATE - at]
        below = np.sqrt((out[at : at + len(voice)] ** 2).mean())
        level = below * 10 ** (decibels / 20)
        out[at : at + len(voice)] += voice / np.sqrt((voice**2).mean()) * level
        spans.append((at / RATE, (at + len(voice)) / RATE))
    level = 10 ** (random.choice([0, -12, -24]) / 20)
    out *= 0.5 * level / np.abs(out).max()
    return kind, decibels, np.asarray(out, np.float32), spans


def write_wav(path: Path, samples: NDArray[np.float32]) -> None:
    """A picture and this sound: probe() wants a video."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("ffv1", rate=1, width=64, height=64, pix_fmt="yuv420p")
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for n in range(max(1, len(samples) // RATE)):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts, picture.time_base = n, Fraction(1)
            out.mux(video.encode(picture))
        whole = (samples * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(whole, "s16", "mono")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
        out.mux([*video.encode(None), *stream.encode(frame), *stream.encode(None)])


def overlap(spans: Iterable[tuple[Any, Any]], truth: NDArray[np.bool_]) -> float:
    """Seconds of `truth`, one value each hundredth of a second, that lie in the spans."""
    inside = np.zeros(len(truth), bool)
    for a, b in spans:
        inside[max(0, int(float(a) * 100)) : max(0, int(np.ceil(float(b) * 100)))] = True
    return float((inside & truth).sum() / 100)


def judged(path: Path) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where TEN VAD is sure of speech and of none, one value each hundredth of a second."""
    from ten_vad import TenVad

    sound = samples_of(path)
    whole = np.asarray(sound / max(np.percentile(np.abs(sound), 99), 1e-4) * 0.3).clip(-1, 1)
    vad, pcm = TenVad(160, 0.5), (whole * 32767).astype(np.int16)
    likely = np.array(
        [vad.process(pcm[i * 160 : (i + 1) * 160])[0] for i in range(len(pcm) // 160)]
    )
    wide = np.convolve(likely, np.ones(21) / 21, "same")
    return wide > 0.75, wide < 0.1


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("shared", type=Path)
    words.add_argument("--sweep", action="store_true", help="try other thresholds")
    words.add_argument("--clips", type=int, default=20)
    given = words.parse_args()
    real = sorted(
        path
        for folder in ("clips", "footage2/clips", "footage3/clips")
        for path in (given.shared / folder).iterdir()
    )
    quiet = [next(path for path in real if name in path.name) for name in SILENT_CLIPS]
    voices = [next(path for path in real if name in path.name) for name in VOICES]
    hows = [TO_MUTE]
    if given.sweep:
        hows += [replace(TO_MUTE, begins=b, goes_on=g) for b, g in ((0.2, 0.1), (0.25, 0.15))]
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for number in range(2 * given.clips):
            from_clips = number >= given.clips
            kind, decibels, samples, spans = synthetic(number, quiet, voices if from_clips else ())
            path = Path(folder, f"{number}.mkv")
            write_wav(path, samples)
            truth, near = np.zeros((2, 4000), bool)
            for a, b in spans:
                truth[int(a * 100) : int(b * 100)] = True
                near[max(0, int(a * 100) - 50) : int(b * 100) + 50] = True
            whose = "mixed" if from_clips else "eSpeak"
            made.append((f"{whose} {kind},{whose} {decibels:2} dB,{whose}", path, truth, ~near))
        for path in real:
            try:
                info = probe(path)
                if not info.audio or any(name in path.name for name in NO_JUDGE):
                    continue
                yes, no = judged(path)
            except Exception as error:  # a clip that is no video here
                print(path.name, error)
                continue
            if len(yes):
                made.append(("real", path, yes, no))
        for how in hows:
            table(how, made)


def table(how: Listening, made: Sequence[Any]) -> None:
    print(f"\nbegins {how.begins} goes on {how.goes_on} beyond {float(how.beyond)}")
    begun = time.process_time()
    totals: dict[str, NDArray[np.float64]] = {}
    lasted = 0.0
    for kind, path, yes, no in made:
        info = probe(path)
        lasted += len(yes) / 100
        # What is judged is the first track, mixed.
        spans = heard(info, info.audio[0].index, (), how)
        row = [yes.sum() / 100, overlap(spans, yes), no.sum() / 100, overlap(spans, no)]
        for name in kind.split(","):
            totals[name] = totals.get(name, np.zeros(4)) + row
        if kind == "real" and how is TO_MUTE and (row[0] > row[1] + 0.1 or row[3] > 0.5):
            print(f"  {path.name}: speech {row[0]:.1f}, muted {row[1]:.1f}", end="; ")
            print(f"rest {row[2]:.1f}, muted {row[3]:.1f}")
    for name, (said, out, rest, lost) in sorted(totals.items()):
        print(
            f"{name:18} speech {said:6.1f} s, audible {1 - out / said if said else 0:6.1%};"
            f" rest {rest:6.1f} s, muted {lost / rest if rest else 0:6.1%}"
        )
    print(f"{time.process_time() - begun:.1f} s of processor for {lasted:.0f} s of sound")


if __name__ == "__main__":
    main()
