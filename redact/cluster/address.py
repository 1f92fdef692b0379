"""Which schedulers may be spoken to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from ..errors import UsageError

_LOCAL_NAMES = ("localhost", "ip6-localhost")


def check_address(address: str, insecure: bool) -> str:
    """The address as dask wants it: tls:// to anywhere, tcp:// within this machine.

    Args:
        address: as typed; without a scheme it is tcp, as in dask.
        insecure: the user accepts tcp:// to another machine.

    Raises:
        UsageError: the address is not accepted.
    """
    full = address if "://" in address else f"tcp://{address}"
    try:
        parts = urlsplit(full)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or parts.path not in ("", "/"):
        raise UsageError(
            f"--scheduler {address}: is no address of a scheduler",
            "Write it as the scheduler says it, for example tls://10.0.0.5:8786.",
        )
    if parts.scheme not in ("tls", "tcp"):
        raise UsageError(
            f"--scheduler {address}: {parts.scheme}:// is not accepted", "Use tls://HOST:PORT."
        )
    if parts.scheme == "tcp" and not (insecure or is_loopback(host)):
        raise UsageError(
            f"--scheduler {address}: is another machine, and tcp:// is neither encrypted nor "
            "closed to others: whoever reaches the scheduler can run programs on the workers",
            "Set up TLS in dask and use tls://, or add --insecure-scheduler in a network that you "
            "trust.",
        )
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or number; no name is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOCAL_NAMES
