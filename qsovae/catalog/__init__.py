"""A catalog: a table, what its columns are, and its values with doubt taken out.

Layer: above recognition. No row is dropped: a bad value becomes unobserved and the
row's quality says why.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
