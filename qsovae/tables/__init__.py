"""Files to tables and back: FITS, VOTable, ECSV, CSV and Parquet.

Layer: above errors. A table leaves as it came: every row, in order, integers still
integers; what could not be kept is named in ``RawTable.notes``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
