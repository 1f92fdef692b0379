"""Memory used for a picture is reused for the next one, and given back after a stage."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from pathlib import Path
from redact.memory import give_back, keep_small

keep_small()
size = 80_000_000  # more than glibc's heap takes by itself

def use():
    bytearray(size)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

before = resident()
use()
after_one = faults()
for _ in range(10):
    use()
again = faults() - after_one
give_back()
print(again * resource.getpagesize() / size, (resident() - before) / size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told what to do")
def test_memory_of_a_picture_is_reused_and_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    cleared, left = map(float, done.stdout.split())
    assert cleared < 1, "ten pictures need no more fresh pages than one"
    assert left < 0.2


NETWORK = """
import resource
from pathlib import Path
import numpy as np
from redact.detection import CENTERFACE, OpenNetwork
from redact.detection.weights_for_processor import read_network
from redact.memory import give_back, keep_small

keep_small()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

weights = read_network(CENTERFACE.file)
network = OpenNetwork(weights, 1, CENTERFACE.name, keep_memory=True)
network.run(np.zeros((1, 3, 32, 32), np.uint8))
before = resident()
network.run(np.zeros((1, 3, 704, 1280), np.uint8))
give_back()
print((resident() - before) / 1e6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told what to do")
def test_a_network_keeps_no_memory_for_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NETWORK], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 30, "MB; a stock of its own takes hundreds"
