"""What each column of a catalog probably is, and why: the guesses a person corrects.

Layer: above columns. Never a feature: redshift, labels, ids, positions, bookkeeping.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
