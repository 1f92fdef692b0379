"""Lists everything in a file that says who made it, when, where and with what; a release says none
of it."""

from .release import clear_times, is_release, is_release_name, prepare_release, release_path
from .scan import Inspection, inspect_file
