"""Filters by quality bits: they count rows, and know every bit by its name."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae import ConfigError

BITS = np.array([0, 1, 2, 3, 64], dtype=np.int32)


@pytest.mark.parametrize(
    ("choice", "names", "shown"),
    [
        ("without", [], [0, 1, 2, 3, 4]),
        ("with", [], [0, 1, 2, 3, 4]),
        ("without", ["SENTINEL"], [0, 2, 4]),
        ("with", ["SENTINEL"], [1, 3]),
        ("with", ["SENTINEL", "NON_FINITE", "SENTINEL"], [1, 2, 3]),
        ("without", list(qsovae.Quality.__members__), [0]),
    ],
)
def test_rows_with_any_of_the_bits_are_told_from_those_without(choice, names, shown):
    table = pd.DataFrame({"row": range(5), "quality": BITS})
    assert qsovae.with_quality(table, choice, names)["row"].tolist() == shown


@pytest.mark.parametrize(
    ("choice", "names", "words"),
    [("without", ["SPOILT"], "no quality bit SPOILT"), ("maybe", [], "rows 'maybe'")],
)
def test_a_bit_that_there_is_not_is_refused_with_those_there_are(choice, names, words):
    with pytest.raises(ConfigError, match=words) as caught:
        qsovae.quality_mask(BITS, choice, names)
    assert "NOTHING_OBSERVED" in str(caught.value)
