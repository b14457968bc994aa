from .guesses import recognise_columns as recognise_columns
from .names import band_of as band_of
from .names import colour_bands as colour_bands
from .values import MOST_CLASSES as MOST_CLASSES
from .values import is_number as is_number
from .values import rows_of_codes as rows_of_codes
from .values import rows_of_text as rows_of_text
