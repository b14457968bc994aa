"""A mock of four surveys: what DELVE, VHS, CatWISE and Gaia would list of sources.

Layer: beside checks and features. Everything follows from one seed, and everything it
makes says that it was simulated.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
