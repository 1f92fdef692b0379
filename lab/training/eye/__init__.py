"""One eye: a network that finds faces, heads and plates, trained on from CenterFace's weights."""
