"""Follows a box that a person drew through the frames before and after, until it is lost; and reads
the exact frames that this takes."""

from .follow_box import GoOn, follow, follow_on
from .frames import Frames, PacketIndex, Superseded, bytes_of, index_packets
