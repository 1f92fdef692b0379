"""What the server of `tests.program` imports before it forks: all that starts no thread."""

import av
import cv2
import scipy.ndimage
import scipy.optimize

import redact.api
import redact.cli.check_key_log
import redact.cli.detect_review_apply
import redact.cli.outline_still_mask
import redact.cli.plan
import redact.cli.probe_inspect_doctor
import redact.cli.report
import redact.cli.run
import redact.cli.verify_fix
import redact.cli.watch

__all__ = ["av", "cv2", "redact", "scipy"]
