"""The latent map: two coordinates for each row, and what lies inside an outline on it.

Layer: beside runs and evaluation, above estimator. Takes latent means, gives
coordinates; a fitted map is kept as tables only (latent means beside coordinates),
from which the projector for new rows is built again.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
