"""A run is a folder: written whole or not at all, opened only if nothing disagrees.

Layer: above estimator and features, below inference.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
