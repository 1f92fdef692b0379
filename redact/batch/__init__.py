"""Many videos: finding them, and handling each in its own process."""

from .find import Footage, Found, find_footage
from .processes import Command, Done, jobs_that_fit, run_in_parallel, run_in_process
