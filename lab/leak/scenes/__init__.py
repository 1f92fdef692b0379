"""Clips with exact truth on every frame, made from annotated pictures by a script.

`stills` holds the pictures, `scene` moves a camera over them, `sprites` puts people and cars on
top, `effects` spoils the light, `catalogue` lists the clips and `build` writes them.
"""
