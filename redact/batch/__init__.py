"""Many videos: finding them, and handling each in its own process, on this machine or a dask
cluster.

`cluster` (`redact run --scheduler`) is the only part of redact that uses a network, and it connects
only to the address that the user names. It sends command lines and receives results in words; each
worker reads and writes videos in a folder that all of them share. dask unpickles what it receives,
so anybody who can talk to a scheduler can run programs on it: redact starts no scheduler, and
accepts only addresses that are protected against that.
"""

from .cluster import Cluster, check_address
from .find import Footage, Found, Inbox, find_footage
from .processes import Command, Done, jobs_that_fit, run_in_parallel, run_in_process
