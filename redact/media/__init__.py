"""Reads and writes video files: exact times, upright pictures, and only what may be kept."""

from .codecs import (
    CODECS,
    WEB,
    container_for,
    default_output,
    default_output_name,
    named_after,
    presets_of,
)
from .completeness import EARLY_SECONDS, coded_pictures, sound_is_short
from .decode import Decode
from .encoders import choose_encoding, describe_encoders
from .for_web import for_web
from .frame_planes import plane_array, upright
from .glances import MOST_KEY_SECONDS, Glance, glances
from .hdr import HDR_WHITE, hlg_of_scene, light_of_pq, pq_of_light
from .info import (
    Colour,
    Dropped,
    Orientation,
    SourceInfo,
)
from .muting import HERTZ, TONE_AMPLITUDE, mute_samples
from .photographs import ENDINGS as PHOTOGRAPH_ENDINGS
from .photographs import WRITTEN, PhotoWriter, as_stored, exif_fields, is_photograph
from .pixel_formats import WORKING, Layout, layout
from .probe import probe
from .pyav import filtered, graph_for, tags_of
from .read_ahead import read_ahead
from .read_sound import mixed_sound, read_channels, read_sound
from .sample_frames import sample_frames
from .seek import LEAD_SECONDS, copy_of, decode_from, excerpt, probe_excerpt, with_lead
from .source import (
    opened,
    opened_video,
    packets_of,
    refuse_addresses,
    sha256_of,
    sha256_of_bytes,
)
from .writer import VideoWriter
