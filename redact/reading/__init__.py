"""Reading text in pictures: licence plates, signs, burnt-in captions."""

from .burnt_in import looks_burnt_in
from .number_reader import LEGIBLE, NumberReader, number_in
from .plate_number import is_plate_number, repeats
from .reader import MOST_LINES, Reader, Text
