"""Which rows train and which are held out, by a rule that anybody can repeat.

Layer: beside checks and features, below runs. Rows are positions in one catalog;
files and models are other modules' business.
"""

from qsovae.splits.cutting import split_folds, split_rows
from qsovae.splits.fingerprints import NO_FINGERPRINT, row_fingerprints
from qsovae.splits.plans import SPLIT_KINDS, RowPlaces, SplitPlan, parse_split
from qsovae.splits.repeats import repeat_groups
from qsovae.splits.split import PARTS, Split, with_validation
from qsovae.splits.stratified import stratified_folds, stratified_split
from qsovae.splits.words import split_words

__all__ = [
    "NO_FINGERPRINT",
    "PARTS",
    "SPLIT_KINDS",
    "RowPlaces",
    "Split",
    "SplitPlan",
    "parse_split",
    "repeat_groups",
    "row_fingerprints",
    "split_folds",
    "split_rows",
    "split_words",
    "stratified_folds",
    "stratified_split",
    "with_validation",
]
