"""Files handed to an existing dask.distributed cluster, one file a task (`redact run --scheduler`).

A worker for which no file is left looks ahead in a long one (`redact.running.helping`).

The only part of redact that speaks over a network, and only to the address that the user names.
What goes there are command lines and results in words; videos are read and written by each worker
in a folder that all see. dask unpickles what it gets, so whoever can talk to a scheduler can run
programs on it: redact starts none, and accepts only addresses at which that is settled.
"""

from .connect import Cluster, check_address
from .work import Order

__all__ = ["Cluster", "Order", "check_address"]
