"""Purity of the most probable rows, against counting and against chance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsovae.evaluation import Predictions, top_table


def predictions(probability, is_quasar):
    share = np.asarray(probability, dtype=float)
    labels = np.where(is_quasar, "QSO", "STAR").astype(object)
    both = np.stack([share, 1 - share], axis=1)
    return Predictions.checked(labels, both, ("QSO", "STAR"))


def wilson(hits, rows, quantile=1.959963984540054):
    """Return the interval as Wilson (1927) writes it."""
    share, extra = hits / rows, quantile**2 / rows
    half = quantile * np.sqrt(share * (1 - share) / rows + extra / (4 * rows))
    centre = share + extra / 2
    return (centre - half) / (1 + extra), (centre + half) / (1 + extra)


@given(st.integers(0, 2**32 - 1))
def test_purity_is_that_of_counting_the_rows_on_top(seed):
    rng = np.random.default_rng(seed)
    share = rng.random(300)
    is_quasar = rng.random(300) < share
    table = top_table(predictions(share, is_quasar), "QSO")
    assert table["rows"].tolist() == [10, 20, 50, 100, 200, 300]
    ranked = is_quasar[np.argsort(-share)]
    expected = [ranked[:k].mean() for k in table["rows"]]
    assert table["purity"].to_numpy() == pytest.approx(expected)
    found = [ranked[:k].sum() / ranked.sum() for k in table["rows"]]
    assert table["completeness"].to_numpy() == pytest.approx(found)
    for line in table.to_dict("records"):
        low, high = wilson(line["hits"], line["rows"])
        assert line["purity_low"] == pytest.approx(low, abs=1e-9)
        assert line["purity_high"] == pytest.approx(high, abs=1e-9)


def test_rows_of_one_probability_come_in_no_order():
    is_quasar = np.arange(40) < 10  # the quasars happen to come first in the file
    table = top_table(predictions(np.full(40, 0.3), is_quasar), "QSO")
    assert table["purity"].to_numpy() == pytest.approx(0.25)
    half = np.where(np.arange(40) < 20, 0.9, 0.1)
    table = top_table(predictions(half, is_quasar), "QSO").set_index("rows")
    assert table.loc[10, "hits"] == pytest.approx(5.0)
    assert table.loc[20, "hits"] == pytest.approx(10.0)


def test_without_rows_there_is_no_line_and_without_the_class_no_completeness():
    none = predictions([], np.zeros(0, dtype=bool))
    assert top_table(none, "QSO").empty
    table = top_table(predictions(np.full(15, 0.5), np.zeros(15, dtype=bool)), "QSO")
    assert table["purity"].tolist() == [0.0, 0.0]
    assert pd.isna(table["completeness"]).all()
