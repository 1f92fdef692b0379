"""The eye: a network that detects faces, heads and plates, trained from CenterFace's weights."""
