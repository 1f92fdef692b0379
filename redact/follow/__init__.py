"""What a person drew once, carried on by the pixels; and the exact frames that it takes."""

from .following import GoOn, follow
from .frames import Frames, PacketIndex, Superseded, index_packets, size_of

__all__ = ["Frames", "GoOn", "PacketIndex", "Superseded", "follow", "index_packets", "size_of"]
