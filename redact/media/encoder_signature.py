"""Taking the encoder's signature out of H.264 packets.

x264 puts a supplemental message with its version and settings before the first picture and
has no switch against it. x265 has one (`info=0`).
"""

from __future__ import annotations

_START = b"\x00\x00\x01"
_SEI = 6
_USER_DATA_UNREGISTERED = 5


def without_user_data(packet: bytes) -> bytes:
    """An H.264 access unit in Annex B form without its unregistered user data (SEI type 5).

    Start codes cannot occur within a unit (emulation prevention, ITU-T H.264 7.4.1), so a
    search for bytes finds the units. The encoder gives each message a unit of its own.
    """
    signature = _START + bytes((_SEI, _USER_DATA_UNREGISTERED))
    begin = packet.find(signature)
    while begin >= 0:
        end = packet.find(_START, begin + 3)
        packet = packet[:begin] + (packet[end:] if end >= 0 else b"")
        begin = packet.find(signature, begin)
    return packet
