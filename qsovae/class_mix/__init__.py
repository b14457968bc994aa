"""The class mix of some rows: stated, or estimated from their probabilities.

Layer: beside batch. Takes probabilities and shares of classes as arrays; what a model,
a run or a catalog is, it does not know.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
