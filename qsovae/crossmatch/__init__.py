"""Sky positions to pairs, on the sphere.

Layer: above errors. Rows are places in two lists; what they are of is others' business.
Distances are those of unit vectors in space, so poles and the meridian are places like
any other.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
