"""Lists everything in a file that reveals who made it, when, where and with what; a release
contains none of it."""

from .release import clear_times, is_release, looks_released, prepare_release, release_path
from .scan import Inspection, inspect_file
