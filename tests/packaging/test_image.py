"""The page of review can be reached from outside of a container, and only as its own address."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from redact.safe_python import START_COMMAND

from .conftest import ROOT

OUTSIDE = "127.0.0.2"
"""Stands for the address that Docker gives a container."""


def asked(port: int, host: str) -> int:
    """Status of the page's answer at the address outside, or 0 while nothing listens there."""
    try:
        connection = http.client.HTTPConnection(OUTSIDE, port, timeout=10)
        connection.request("GET", "/", headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    except OSError:
        return 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("socat") is None, reason="the relay of the image is socat")
def test_the_relay_of_the_image_reaches_the_page(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, does in {
        "hostname": f"echo {OUTSIDE}",
        "redact": f'exec {" ".join(START_COMMAND)} "$@"',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    shutil.copy(ROOT / "samples" / "street.mp4", tmp_path / "cam.mp4")
    given = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "REDACT_PORT": str(port),
        "HOME": str(tmp_path),
    }
    opened = subprocess.Popen(
        [ROOT / "docker-entrypoint.sh", "review", "cam.mp4", "--no-open"],
        cwd=tmp_path,
        env=given,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert opened.stdout is not None
        assert opened.stdout.readline().startswith(f"http://127.0.0.1:{port}/#")
        until = time.monotonic() + 30
        while asked(port, "127.0.0.1") == 0 and time.monotonic() < until:
            time.sleep(0.1)
        assert asked(port, "127.0.0.1") == 200
        assert asked(port, OUTSIDE) == 421
    finally:
        os.killpg(opened.pid, 15)
        opened.wait(30)


@pytest.mark.slow
def test_a_port_that_is_none_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [*START_COMMAND, "review", str(ROOT / "samples" / "street.mp4"), "--no-open"],
        env={**os.environ, "REDACT_PORT": "many", "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "REDACT_PORT" in done.stderr and "many" in done.stderr
