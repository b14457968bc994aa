"""Features: from a catalog's columns to X, sigma and names.

Layer: above catalog. Features are named by band or quantity, not by column, so that a
catalog of another survey with the same bands fits a run.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
