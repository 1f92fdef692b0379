"""Where in a file's sound somebody speaks."""

from .listen import LISTEN_AGAIN, TO_MUTE, Heard, Listening, heard, joined, speech_in
from .voices import Voices
