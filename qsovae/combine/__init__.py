"""Four surveys to one catalog: matched on the sky, in one convention, with a report.

Layer: above catalog and crossmatch. No row of the primary is lost, doubled or moved.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
