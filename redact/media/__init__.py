"""Reading and writing video files: exact times, upright pictures, nothing but what is allowed."""

from .copies import Copied, Copies, choose_copies, stretches_of
from .decode import Decode
from .encoders import Encoding, choose_encoding, describe_encoders
from .frame_planes import copy_tags, plane_array, upright
from .info import (
    AudioInfo,
    Colour,
    ContentLight,
    Dropped,
    Mastering,
    Orientation,
    SourceInfo,
    VideoInfo,
)
from .output_formats import CODECS, container_for, default_output, default_output_name, presets_of
from .probe import probe
from .pyav import tags_of
from .read_ahead import read_ahead
from .seek import copy_of, decode_from, part_of
from .silence import quietly, read_sound
from .source import coded_pictures, opened, packets_of, sha256_of, sha256_of_bytes
from .writer import VideoWriter

__all__ = [
    "CODECS",
    "AudioInfo",
    "Colour",
    "ContentLight",
    "Copied",
    "Copies",
    "Decode",
    "Dropped",
    "Encoding",
    "Mastering",
    "Orientation",
    "SourceInfo",
    "VideoInfo",
    "VideoWriter",
    "choose_copies",
    "choose_encoding",
    "coded_pictures",
    "container_for",
    "copy_of",
    "copy_tags",
    "decode_from",
    "default_output",
    "default_output_name",
    "describe_encoders",
    "opened",
    "packets_of",
    "part_of",
    "plane_array",
    "presets_of",
    "probe",
    "quietly",
    "read_ahead",
    "read_sound",
    "sha256_of",
    "sha256_of_bytes",
    "stretches_of",
    "tags_of",
    "upright",
]
