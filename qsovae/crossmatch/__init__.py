"""Sky positions to pairs, on the sphere.

Layer: above errors. Rows are places in two lists; what they are of is others' business.
Distances are those of unit vectors in space, so poles and the meridian are places like
any other.
"""

from qsovae.crossmatch.matches import (
    Matches,
    NearestFirst,
    best_matches,
    mutual_pairs,
)
from qsovae.crossmatch.motion import moved
from qsovae.crossmatch.pairs import Floats, Pairs, Rows, unit_vectors
from qsovae.crossmatch.zones import LARGEST_RADIUS_ARCSEC, SkyIndex

__all__ = [
    "LARGEST_RADIUS_ARCSEC",
    "Floats",
    "Matches",
    "NearestFirst",
    "Pairs",
    "Rows",
    "SkyIndex",
    "best_matches",
    "moved",
    "mutual_pairs",
    "unit_vectors",
]
