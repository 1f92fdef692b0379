"""What the server of `tests.program` does before it forks: all that starts no thread."""

import av
import cv2
import scipy.ndimage
import scipy.optimize

import redact.api
import redact.cli.apply
import redact.cli.check
import redact.cli.detect
import redact.cli.doctor
import redact.cli.fix
import redact.cli.inspect
import redact.cli.key
import redact.cli.log
import redact.cli.mask
import redact.cli.plan
import redact.cli.probe
import redact.cli.report
import redact.cli.review
import redact.cli.run
import redact.cli.still
import redact.cli.verify
import redact.cli.watch
from redact.words.catalogue import words_of

from .open_once import open_for_children

__all__ = ["av", "cv2", "redact", "scipy"]

words_of("en")  # reads the catalogues
open_for_children()
