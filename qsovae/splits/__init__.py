"""Which rows train and which are held out, by a rule that anybody can repeat.

Layer: beside checks and features, below runs. Rows are positions in one catalog;
files and models are other modules' business.
"""

from qsovae.splits.fingerprints import NO_FINGERPRINT, row_fingerprints
from qsovae.splits.stratified import PARTS, Split, stratified_split, with_validation

__all__ = [
    "NO_FINGERPRINT",
    "PARTS",
    "Split",
    "row_fingerprints",
    "stratified_split",
    "with_validation",
]
