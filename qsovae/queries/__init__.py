"""Queries: rows told by a formula, read by a grammar and never run as a program.

Layer: above errors.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
