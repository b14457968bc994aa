"""What each column of a catalog probably is, and why: the guesses a person corrects.

Layer: above columns. Never a feature: redshift, labels, ids, positions, bookkeeping.
"""

from qsovae.recognition.guesses import recognise_columns
from qsovae.recognition.names import band_of, colour_bands
from qsovae.recognition.values import (
    MOST_CLASSES,
    is_number,
    rows_of_codes,
    rows_of_text,
)

__all__ = [
    "MOST_CLASSES",
    "band_of",
    "colour_bands",
    "is_number",
    "recognise_columns",
    "rows_of_codes",
    "rows_of_text",
]
