"""Reports as blocks of words, tables and figures, and as HTML or Markdown.

Layer: lowest; knows nothing of catalogs and runs. Whatever text is handed in is shown
as it is, never taken for markup. The same blocks give the same bytes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
