"""Where in a video something is."""
