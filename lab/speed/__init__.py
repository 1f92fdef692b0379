"""The cost of a whole run, relative to a plain transcode."""
