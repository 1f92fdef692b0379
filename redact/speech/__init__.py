"""Where in a file’s sound somebody speaks, and what is said."""

from .listen import LISTEN_AGAIN, TO_MUTE, Heard, Listening, speech_in
from .transcribe import has_whisper, known_model, spoken_lines
from .voices import Voices
