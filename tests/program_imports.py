"""What the server of `tests.program` does before it forks: all that starts no thread."""

import av
import cv2

import redact.api
import redact.cli.apply
import redact.cli.check
import redact.cli.detect
import redact.cli.doctor
import redact.cli.fix
import redact.cli.inspect
import redact.cli.key
import redact.cli.log
import redact.cli.plan
import redact.cli.report
import redact.cli.review
import redact.cli.run
import redact.cli.verify
from redact.detection.device import open_network
from redact.detection.networks import CENTERFACE, EYE, FACE_PLATE, NANODET, READER, VERIFIER
from redact.detection.weights import read_weights
from redact.detection.weights_for_processor import read_network
from redact.memory import keep_small
from redact.words.catalogue import words_of

__all__ = ["av", "cv2", "redact"]

words_of("en")  # reads the catalogues
keep_small()
# With one thread, for others are not there any more in a forked process.
for row in (FACE_PLATE, CENTERFACE, EYE, NANODET, VERIFIER):
    open_network(read_network(row.file), 1, row.name)
for file in READER.files:
    open_network(read_weights(file), 1, READER.name)
