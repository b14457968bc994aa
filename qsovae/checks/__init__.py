"""What is wrong or doubtful in a catalog: a table by column, findings, bits by row.

Layer: above catalog, beside features. Only looks; nothing is changed. A catalog larger
than memory is gone through in portions.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
