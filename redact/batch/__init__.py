"""Many videos: finding them, and handling each in its own process, on this machine or a dask
cluster.

`cluster` (`redact run --scheduler`) is the only part of redact that speaks over a network, and only
to the address that the user names. What goes there are command lines and results in words; videos
are read and written by each worker in a folder that all see. dask unpickles what it gets, so
whoever can talk to a scheduler can run programs on it: redact starts none, and accepts only
addresses at which that is settled.
"""

from .cluster import Cluster, check_address
from .find import Footage, Found, Inbox, find_footage
from .processes import Command, Done, jobs_that_fit, run_in_parallel, run_in_process
