"""How sound may be coded in each container: codecs, encoders, rates, channels."""

from __future__ import annotations

# What players of each container take. Matroska takes everything that FFmpeg can name.
COPYABLE = {
    "mp4": frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac", "dts")),
    "mov": frozenset(
        (
            "aac",
            "mp3",
            "ac3",
            "eac3",
            "alac",
            "pcm_s16le",
            "pcm_s16be",
            "pcm_s24le",
            "pcm_s24be",
            "pcm_s32le",
            "pcm_s32be",
            "pcm_f32le",
            "pcm_f32be",
            "pcm_u8",
            "pcm_s8",
            "pcm_alaw",
            "pcm_mulaw",
            "amr_nb",
            "amr_wb",
        )
    ),
    "webm": frozenset(("opus", "vorbis")),
}
ENCODERS = {"mp4": "aac", "mov": "aac", "webm": "libopus", "matroska": "aac"}
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
_PLAIN = {
    "aac": ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1"),
    "libopus": ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"),
}
"""Layouts of channels that an encoder has a number for. FFmpeg's AAC describes others, and writes
its name beside the description, whatever it is told; Opus has no others."""
_AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)


def layout_of(channels: int) -> str:
    """The usual layout of so many channels. Raises ValueError where there is none."""
    try:
        return _LAYOUTS[channels]
    except KeyError:
        raise ValueError(f"where the {channels} channels of its sound belong is not said") from None


def plain_layout(layout: str, channels: int, encoder: str) -> str:
    """The layout, or one that the encoder has a number for and that has room for its channels."""
    same = layout.removesuffix("(side)")  # as loud, from loudspeakers a little further behind
    if same in _PLAIN[encoder]:
        return same
    enough = ((1, "mono"), (2, "stereo"), (6, "5.1"))
    return next((name for most, name in enough if channels <= most), "7.1")


def aac_rate(rate: int) -> int:
    """The source's rate where AAC has it, else the next higher one."""
    return min((r for r in _AAC_RATES if r >= rate), default=96000)
