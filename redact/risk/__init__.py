"""Places where somebody may be unmasked, each with one probability. The review page ranks its
moments by it, and the audit chooses what to scan by it."""

from .moments import (
    LIKELY,
    SECONDS_BETWEEN_MOMENTS,
    WORTH_A_LOOK,
    Moment,
    clip_moments,
    follows_to,
    moments_worth_a_look,
    rated_places,
    risky_moments,
    subject_moments,
    told,
)
from .places import (
    LEAST_HEIGHTS,
    Gap,
    Place,
    all_places,
    bare_heads,
    gaps_of,
    heads_in_view,
)
from .probability import Weights, chance_of
