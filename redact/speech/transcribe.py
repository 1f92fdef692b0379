"""What is said in a file: transcribed by a Whisper model that the user has, or read from a
transcript that another program made."""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from ..errors import DependencyError, ModelError, PlanError
from ..files import read_file
from ..media import SourceInfo, mixed_sound, probe
from ..plan import MOST_CHARACTERS, SpokenLine
from ..progress import About, Stages
from ..types import joined_spans, one_line
from ..words import problem, reason_of
from .listen import speech_in
from .voices import SPEECH_RATE

TOGETHER: Final = Fraction(5)
"""Seconds: across a shorter pause, speech is transcribed as one. A model hears 30 s at once, and
takes as long for less."""

SURE_OF_LANGUAGE: Final = 0.8
"""Probability of a language from which a piece of speech is transcribed in it (a judgement)."""

MODEL_FILES: Final = ("config.json", "model.bin", "tokenizer.json")
"""Without the last, faster-whisper would ask a server for it."""

_Seconds = Annotated[float, Meta(ge=0, le=1e7)]


class _Word(Struct):
    word: str
    start: _Seconds | None = None
    end: _Seconds | None = None


class _Segment(Struct):
    """As faster-whisper gives it, and transcripts have it."""

    start: _Seconds
    end: _Seconds
    text: str
    words: list[_Word] | None = None


class _Transcript(Struct):
    segments: list[_Segment]


def has_whisper() -> bool:
    """Whether faster-whisper is installed."""
    return find_spec("faster_whisper") is not None


def known_model() -> Path | None:
    """The largest Whisper model that other programs keep where faster-whisper keeps its own."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    cache = Path(os.environ.get("HF_HUB_CACHE") or Path(home, "hub"))
    found = list(cache.glob("models--*whisper*/snapshots/*/model.bin"))
    return max(found, key=lambda file: file.stat().st_size).parent if found else None


def spoken_lines(
    info: SourceInfo, zero: Fraction, given: Path, progress: Stages
) -> tuple[SpokenLine, ...]:
    """What is said in a file, in order of time.

    Args:
        info: of the file.
        zero: time of its first picture, in seconds.
        given: folder of a model, or a transcript of the whole file: the JSON of Whisper and
            programs like it, whose times count from the beginning of the sound.
        progress: receives the stages "listen" and "transcribe".

    Raises:
        ModelError: the folder holds no model for faster-whisper, or the model fails.
        DependencyError: faster-whisper is not installed.
        PlanError: the transcript is none.
        InputError: the file cannot be read.
    """
    if given.is_dir():
        engine = _engine(given)
        said = _transcribed(info, engine, given, progress)
    else:
        begins = (info if info.part is None else probe(info.path)).sound[0]
        begins = zero if begins is None else begins - info.begins
        said = ((begins, segment) for segment in _stored(given))
    lines = [line for begin, segment in said if (line := _line(segment, begin - zero))]
    if info.part is not None and info.duration is not None:
        lines = [line for line in lines if line.end > 0 and line.start < 1000 * info.duration]
    return tuple(sorted(lines, key=lambda line: line.start))


def _stored(path: Path) -> list[_Segment]:
    try:
        return msgspec.json.decode(read_file(path), type=_Transcript).segments
    except (OSError, msgspec.DecodeError) as error:
        text = reason_of(error) if isinstance(error, OSError) else error
        raise problem(PlanError, "no_transcript", path=path, text=text) from error


def _engine(folder: Path) -> Any:
    """The model in a folder. Raises ModelError, DependencyError."""
    missing = [name for name in MODEL_FILES if not (folder / name).is_file()]
    if missing:
        raise problem(ModelError, "no_whisper_model", path=folder, missing=", ".join(missing))
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing here asks for a file; should a release, it fails
    try:
        library = importlib.import_module("faster_whisper")
    except (ImportError, OSError) as error:
        raise problem(DependencyError, "no_whisper", error=error) from error
    try:
        return library.WhisperModel(
            str(folder), device="cpu", compute_type="int8", local_files_only=True
        )
    except Exception as error:  # its tokenizer raises nothing more precise
        raise problem(ModelError, "whisper_fails", path=folder, text=error) from error


def _transcribed(
    info: SourceInfo, engine: Any, folder: Path, progress: Stages
) -> Iterator[tuple[Fraction, _Segment]]:
    """Yield where each piece of speech begins, in seconds on the clock of the file, and what is
    said in it, in times from there on."""
    lasts = len(info.audio) * float(info.duration or 0)
    with progress.stage("listen", About(lasts) if lasts else None, "seconds") as stage:
        found = speech_in(info, listened=lambda seconds: stage.advance(round(seconds)))
    pieces = [
        (start, round((end - start) * SPEECH_RATE)) for start, end in joined_spans(found, TOGETHER)
    ]
    lasts = sum(count for _, count in pieces) / SPEECH_RATE
    with progress.stage("transcribe", round(2 * lasts), "seconds") as stage:
        try:
            guesses = []
            for start, count in pieces if engine.model.is_multilingual else ():
                guesses.append(engine.detect_language(mixed_sound(info, SPEECH_RATE, start, count)))
                stage.advance(count // SPEECH_RATE)
            languages = spoken_languages(guesses, [count for _, count in pieces])
            for (start, count), language in zip_longest(pieces, languages):
                segments, _ = engine.transcribe(
                    mixed_sound(info, SPEECH_RATE, start, count),
                    language=language,
                    word_timestamps=True,
                    condition_on_previous_text=False,
                )
                for segment in segments:
                    yield start, segment
                    stage.advance(0)  # so that it can be stopped here
                stage.advance(count // SPEECH_RATE)
        except (RuntimeError, ValueError) as error:
            raise problem(ModelError, "whisper_fails", path=folder, text=error) from error


def spoken_languages(
    guesses: Sequence[tuple[str, float, Sequence[tuple[str, float]]]], lengths: Sequence[int]
) -> list[str]:
    """The language of each piece: where the model is unsure, the one that is most
    probably spoken in all of them. Of a few words in noise it may guess any of a hundred.

    Args:
        guesses: for each piece, the likeliest language, its probability, and those of all.
        lengths: of the pieces, in any unit.
    """
    in_all: Counter[str] = Counter()
    for (_, _, every), length in zip(guesses, lengths, strict=False):
        in_all.update({language: share * length for language, share in every})
    usual = max(in_all, key=lambda language: in_all[language], default="")
    return [best if share >= SURE_OF_LANGUAGE else usual for best, share, _ in guesses]


def _line(segment: _Segment, begin: Fraction) -> SpokenLine | None:
    """What is said in a segment that was transcribed, if anything.

    A segment without words counts as one, and a word without times lasts as long as its segment:
    then more is muted.

    Args:
        segment: with times from `begin` on.
        begin: seconds after the first picture.
    """
    whole = _Word(segment.text, segment.start, segment.end)
    found = list[tuple[int, int, str]]()
    for word in segment.words or [whole]:
        text = one_line(word.word).strip()[:MOST_CHARACTERS]
        start = segment.start if word.start is None else word.start
        end = segment.end if word.end is None else word.end
        if text:
            both = float(begin) + start, float(begin) + max(start, end)
            first, last = (round(1000 * at) for at in both)
            found.append((first, last, text))
    return SpokenLine(tuple(found)) if found else None
