"""A catalog: a table, what its columns are, and its values with doubt taken out.

Layer: above recognition. No row is dropped: a bad value becomes unobserved and the
row's quality says why.
"""

from qsovae.catalog.catalog import Catalog, open_catalog, with_morphology
from qsovae.catalog.cleaning import is_sentinel
from qsovae.catalog.labels import Labels

__all__ = ["Catalog", "Labels", "is_sentinel", "open_catalog", "with_morphology"]
