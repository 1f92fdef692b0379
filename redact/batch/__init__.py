"""Many videos: which there are, each in a process of its own, on this machine or a dask cluster.

A worker for which no file is left looks ahead in a long one (`redact.pipeline.helping`).

`connect` (`redact run --scheduler`) is the only part of redact that speaks over a network, and only
to the address that the user names. What goes there are command lines and results in words; videos
are read and written by each worker in a folder that all see. dask unpickles what it gets, so
whoever can talk to a scheduler can run programs on it: redact starts none, and accepts only
addresses at which that is settled.
"""

from .connect import Cluster, check_address
from .find import Footage, Found, Inbox, find_footage
from .process import Done, jobs_that_fit, lost, run_in_process, size_of
from .work import Order

__all__ = [
    "Cluster",
    "Done",
    "Footage",
    "Found",
    "Inbox",
    "Order",
    "check_address",
    "find_footage",
    "jobs_that_fit",
    "lost",
    "run_in_process",
    "size_of",
]
