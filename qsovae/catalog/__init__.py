"""A catalog: a table, what its columns are, and its values with doubt taken out.

Layer: above recognition. No row is dropped: a bad value becomes unobserved and the
row's quality says why.
"""

from qsovae.catalog.catalog import Catalog, open_catalog, with_morphology
from qsovae.catalog.cleaning import is_sentinel
from qsovae.catalog.filters import QUALITY_CHOICES, quality_mask, with_quality
from qsovae.catalog.labels import Labels, read_labels
from qsovae.catalog.measuring import (
    BAD,
    NONDETECT,
    OK,
    SATURATED,
    STATUSES,
    UNOBSERVED,
    Measured,
    depth_of,
)
from qsovae.catalog.own_flags import doubted_by_survey
from qsovae.catalog.portions import CatalogPortions
from qsovae.catalog.quantities import QUANTITIES, columns_behind, quantity

__all__ = [
    "BAD",
    "NONDETECT",
    "OK",
    "QUALITY_CHOICES",
    "QUANTITIES",
    "SATURATED",
    "STATUSES",
    "UNOBSERVED",
    "Catalog",
    "CatalogPortions",
    "Labels",
    "Measured",
    "columns_behind",
    "depth_of",
    "doubted_by_survey",
    "is_sentinel",
    "open_catalog",
    "quality_mask",
    "quantity",
    "read_labels",
    "with_morphology",
    "with_quality",
]
