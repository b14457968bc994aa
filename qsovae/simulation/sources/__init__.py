"""True sources: class, redshift or type, and true magnitudes in every band.

Within simulation: above reference. Recipe: counts by class, magnitude and redshift;
spectra of quasars through filter curves, templates of galaxies, the locus of stars; and
scatter about them. docs/simulator.md says what each number is.
"""

from qsovae.simulation.sources.counts import class_counts_per_deg2
from qsovae.simulation.sources.galaxies import draw_galaxies
from qsovae.simulation.sources.quasars import (
    QuasarTraits,
    draw_quasars,
    draw_traits,
    quasar_magnitudes,
)
from qsovae.simulation.sources.stars import draw_stars
from qsovae.simulation.sources.table import R_RANGE, Sources, join

__all__ = [
    "R_RANGE",
    "QuasarTraits",
    "Sources",
    "class_counts_per_deg2",
    "draw_galaxies",
    "draw_quasars",
    "draw_stars",
    "draw_traits",
    "join",
    "quasar_magnitudes",
]
