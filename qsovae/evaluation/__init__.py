"""How well class probabilities match the spectroscopic classes.

Layer: beside runs and projection, above estimator. Takes arrays, gives scores; which
rows are test rows is the caller's business. What a row count leaves undefined is
None, never zero and never NaN.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
