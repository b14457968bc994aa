"""Which rows train and which are held out, by a rule that anybody can repeat.

Layer: beside checks and features, below runs. Rows are positions in one catalog;
files and models are other modules' business.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
