"""Follows the object in a box that a person drew, forwards and backwards, and reads exact frames of
a source in any order."""

from .follow_box import GoOn, follow, follow_on
from .frames import Frames, PacketIndex, Superseded, index_packets
