"""Training of redact's face and licence plate detector. Never imported by `redact`."""
