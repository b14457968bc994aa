"""Bands, surveys' column names, quality bits: the definitions, as data in `surveys/`.

Layer: above errors; the only home of survey column names. Definitions of one's own lie
in the folder that ``QSOVAE_SURVEYS`` names.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
