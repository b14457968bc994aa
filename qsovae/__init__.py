"""qsovae: from raw survey catalogs to a vetted quasar sample.

Each public name loads its module when first used, so that importing the package, and
asking the command line for help, need not wait for torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
