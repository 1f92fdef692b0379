"""One function per way of filming; each takes a clip's spec and returns its scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .footage import background
from .paths import Mover
from .scene import Path, Pillars, Scene, Sequence, StillScene
from .sprites import Cast, Sprite, cut_out, cuttable, walk
from .stills import Library, Still, portraits, texture

if TYPE_CHECKING:
    from .catalogue import Spec

Rng = np.random.Generator
Maker = Callable[["Spec", Library, Rng], Scene]


def _still(spec: Spec, library: Library, step: int = 0) -> Still:
    from .catalogue import deck

    return library.still(deck(spec, library)(step))


def _filmed(
    spec: Spec,
    library: Library,
    rng: Rng,
    path: Callable[[Mover], Path],
    step: int = 0,
    shutter: float = 0.0,
) -> StillScene:
    still = _still(spec, library, step)
    mover = Mover(still, spec.target, spec.size, spec.seconds, rng)
    return StillScene(still, path(mover), *spec.size, shutter, f"{step}:")


def _near(spec: Spec) -> float:
    return 2.2 if spec.target == "face" else 2.6


def pan(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _filmed(spec, library, rng, lambda m: m.pan(float(rng.uniform(1.2, 1.6))))


def zoom_in(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _filmed(spec, library, rng, lambda m: m.zoom(_near(spec)))


def zoom_out(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _filmed(spec, library, rng, lambda m: m.zoom(_near(spec), inward=False))


def shake(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _filmed(spec, library, rng, lambda m: m.shake(float(rng.uniform(4, 9))))


def rotate(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _filmed(spec, library, rng, lambda m: m.rotate(float(rng.uniform(8, 14))))


def walk_up(spec: Spec, library: Library, rng: Rng) -> Scene:
    """A phone in a walking hand, coming nearer."""
    return _filmed(spec, library, rng, lambda m: m.shake(5.0, base=m.zoom(1.7)), shutter=1 / 60)


def whip(spec: Spec, library: Library, rng: Rng) -> Scene:
    """There and back so fast that everything smears."""
    return _filmed(spec, library, rng, lambda m: m.pan(1.5, turns=3.0), shutter=1 / 40)


def border(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _filmed(spec, library, rng, lambda m: m.enter(float(rng.uniform(1.6, 2.1))))


def pillars(spec: Spec, library: Library, rng: Rng) -> Scene:
    """Posts pass in front of everything, faster than the picture behind moves."""
    scene = _filmed(spec, library, rng, lambda m: m.shake(3.0, 1.2))
    speed = float(rng.choice([-1, 1]) * rng.uniform(130, 260))
    start = -100.0 if speed > 0 else spec.size[0] + 40.0
    posts = [
        (start - n * np.sign(speed) * 260, float(rng.uniform(40, 95)), speed) for n in range(3)
    ]
    surface = texture(int(rng.integers(1, 3)), *spec.size)
    return Pillars(scene, posts, surface)


def cuts(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _sequence(spec, library, rng, 0.0)


def dissolves(spec: Spec, library: Library, rng: Rng) -> Scene:
    return _sequence(spec, library, rng, 0.4)


def _sequence(spec: Spec, library: Library, rng: Rng, dissolve: float) -> Scene:
    ways: list[Callable[[Mover], Path]] = [
        lambda m: m.pan(1.3),
        lambda m: m.shake(4.0),
        lambda m: m.zoom(1.5),
    ]
    scenes: list[Scene] = [_filmed(spec, library, rng, way, step) for step, way in enumerate(ways)]
    return Sequence(scenes, [spec.seconds / 3, 2 * spec.seconds / 3], dissolve)


def _sprites(
    spec: Spec, library: Library, rng: Rng, walks: list[Any], least: float = 50.0
) -> list[Sprite]:
    """A cut-out for each walk, from stills further on in the deck."""
    from .catalogue import deck

    draw = deck(spec, library)
    sprites: list[Sprite] = []
    step = 1
    while len(sprites) < len(walks):
        if library.shared is None and spec.target == "face":
            still = portraits()[len(sprites) % 2]
        else:
            still = library.still(draw(step))
        fits = [x for x in still.targets(spec.target, least) if cuttable(still, x)]
        step += 1
        if step > 400:
            raise ValueError(f"{spec.name}: no still in the library can be cut out")
        if fits:
            label = fits[int(rng.integers(len(fits)))]
            key = f"sprite{len(sprites)}:{still.name}"
            sprites.append(cut_out(still, label, key, walks[len(sprites)]))
    return sprites


def crossing(spec: Spec, library: Library, rng: Rng) -> Scene:
    """Four people cross each other in front of a real clip without faces."""
    w, h = spec.size
    walks = []
    for n in range(4):
        side = 1 if n % 2 else -1
        start = w / 2 - side * float(rng.uniform(0.25, 0.6)) * w
        size = 30.0 + 14.0 * n + float(rng.uniform(-4, 4))
        walks.append(walk(start, side * float(rng.uniform(110, 240)), h * (0.36 + 0.05 * n), size))
    return Cast(background(library, spec.size, rng), _sprites(spec, library, rng, walks))


def turning(spec: Spec, library: Library, rng: Rng) -> Scene:
    """Two people walk; one turns away, the other turns away later."""
    w, h = spec.size
    walks = [
        walk(w * 0.25, 60, h * 0.42, float(rng.uniform(45, 70)), turn=(0.7, 1.3)),
        walk(w * 0.75, -50, h * 0.45, float(rng.uniform(50, 85)), turn=(1.2, 1.9)),
    ]
    return Cast(background(library, spec.size, rng), _sprites(spec, library, rng, walks))


def approach(spec: Spec, library: Library, rng: Rng) -> Scene:
    """From far to near: the target grows to several times its size."""
    w, h = spec.size
    first = 14.0 if spec.target == "face" else 9.0
    walks = [
        walk(w * 0.3, 15, h * 0.4, first, bob=1.0, growth=0.75),
        walk(w * 0.7, -10, h * 0.45, first * 1.3, bob=1.0, growth=0.6),
    ]
    least = 50.0 if spec.target == "face" else 28.0
    return Cast(background(library, spec.size, rng), _sprites(spec, library, rng, walks, least))


def street(spec: Spec, library: Library, rng: Rng) -> Scene:
    """A person walks in front of a filmed still with people in it."""
    h = spec.size[1]
    base = _filmed(spec, library, rng, lambda m: m.pan(1.25))
    walks = [walk(-40, 260, h * 0.5, float(rng.uniform(60, 90)))]
    return Cast(base, _sprites(spec, library, rng, walks))


def drive_by(spec: Spec, library: Library, rng: Rng) -> Scene:
    """Cars pass in both directions in front of a real clip."""
    w, h = spec.size
    walks = [
        walk(-60, 230, h * 0.45, float(rng.uniform(14, 20)), bob=0.5),
        walk(w + 80, -300, h * 0.68, float(rng.uniform(20, 32)), bob=0.5, growth=0.1),
    ]
    return Cast(background(library, spec.size, rng), _sprites(spec, library, rng, walks, 24.0))
