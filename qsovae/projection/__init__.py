"""The latent map: two coordinates for each row, and what lies inside an outline on it.

Layer: beside runs and evaluation, above estimator. Takes latent means, gives
coordinates; a fitted map is kept as tables only (latent means beside coordinates),
from which the projector for new rows is built again.
"""

from qsovae.projection.maps import MapProgress, MapResult, fit_map
from qsovae.projection.outlines import inside_outline, inside_outline_mask
from qsovae.projection.projector import Projector

__all__ = [
    "MapProgress",
    "MapResult",
    "Projector",
    "fit_map",
    "inside_outline",
    "inside_outline_mask",
]
