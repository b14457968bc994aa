"""Features: from a catalog's columns to X, sigma and names.

Layer: above catalog. Features are named by band or quantity, not by column, so that a
catalog of another survey with the same bands fits a run.
"""

from qsovae.features.building import build_features, missing_sources
from qsovae.features.choosing import default_features, parse_features
from qsovae.features.feature import (
    Feature,
    FeatureTable,
    colour_feature,
    features_from_json,
    features_to_json,
    magnitude_feature,
    quantity_feature,
)
from qsovae.features.groups import FeatureGroup, feature_groups
from qsovae.features.seds import LEAST_DETECTED, band_magnitudes

__all__ = [
    "LEAST_DETECTED",
    "Feature",
    "FeatureGroup",
    "FeatureTable",
    "band_magnitudes",
    "build_features",
    "colour_feature",
    "default_features",
    "feature_groups",
    "features_from_json",
    "features_to_json",
    "magnitude_feature",
    "missing_sources",
    "parse_features",
    "quantity_feature",
]
