"""Films in which a voice speaks at known times.

`sentence.ogg` is eSpeak NG's voice en-us: "Good morning. My name is John Miller, and I live in
number twelve."
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from ..media.footage import picture

Sound = NDArray[np.float32]


def sentence(rate: int) -> Sound:
    """4.7 s of speech, float32 [n]."""
    mixer = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    with av.open(str(Path(__file__).with_name("sentence.ogg"))) as file:
        parts = [part for frame in file.decode(audio=0) for part in mixer.resample(frame)]
    return np.concatenate([part.to_ndarray()[0] for part in parts])


def with_voice(seconds: float, at: float, rate: int = 16000, level: float = 0.3) -> Sound:
    """Noise like that of a street, and the sentence, float32 [n]."""
    random = np.random.default_rng(1)
    rough = random.normal(0, 1, round(seconds * rate))
    noise = np.convolve(rough, np.ones(8) / 8, "same") * 0.02
    voice = sentence(rate)[: len(noise) - round(at * rate)]
    noise[round(at * rate) : round(at * rate) + len(voice)] += voice / np.abs(voice).max() * level
    return noise.astype(np.float32)


def film(
    path: Path,
    channels: list[Sound],
    rate: int = 16000,
    *,
    layout: str = "mono",
    pictures: Path | None = None,
) -> Path:
    """Grey pictures, or those of a file, and this sound, uncompressed."""
    seconds = len(channels[0]) / rate
    with av.open(str(path), "w") as output:
        if pictures is None:
            video = output.add_stream("libx264", rate=5, width=160, height=96, pix_fmt="yuv420p")
        else:
            source = av.open(str(pictures))
            video = output.add_stream_from_template(source.streams.video[0])
        sound = output.add_stream("pcm_f32le", rate=rate, layout=layout)
        if pictures is None:
            for n in range(int(seconds * 5)):
                frame = picture("yuv420p", (160, 96), n)
                frame.pts, frame.time_base = n, Fraction(1, 5)
                output.mux(video.encode(frame))
            output.mux(video.encode(None))
        else:
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = video
                    output.mux(packet)
            source.close()
        whole = np.stack(channels, axis=1).astype(np.float32)
        for at in range(0, len(whole), 4096):
            piece = np.ascontiguousarray(whole[at : at + 4096].reshape(1, -1))
            samples = av.AudioFrame.from_ndarray(piece, "flt", layout)
            samples.sample_rate, samples.time_base, samples.pts = rate, Fraction(1, rate), at
            output.mux(sound.encode(samples))
        output.mux(sound.encode(None))
    return path
