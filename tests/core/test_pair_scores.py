"""Pairs scored against the truth, each count done by hand."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae import CatalogError


@pytest.fixture
def truth():
    """Return 40 sources: 30 of r 20.5, 10 of r 22; VHS lists all but the last 8."""
    return pd.DataFrame({
        "delve_id": pd.array([*range(100, 138), pd.NA, pd.NA], dtype="Int64"),
        "vhs_id": pd.array([*range(900, 932), *[pd.NA] * 8], dtype="Int64"),
        "r_true_mag_ab": np.repeat(np.array([20.5, 22.0], dtype=np.float32), [30, 10]),
    })  # fmt: skip


@pytest.fixture
def combined():
    """Return 38 rows in another order: two have a wrong partner, one lost its own."""
    partner = [str(n) for n in range(900, 932)] + [""] * 6
    partner[0], partner[1], partner[33] = "931", "", "902"
    rows = pd.DataFrame({"object_id": np.arange(100, 138), "vhs_id": partner})
    return rows.sample(frac=1.0, random_state=0)


def test_pairs_are_counted_by_magnitude_and_altogether(combined, truth):
    scores = qsovae.score_pairs(combined, truth)
    assert scores["survey"].tolist() == ["vhs"] * 4
    counts = scores[["r_from", "rows", "true", "found", "right"]].fillna(-1)
    assert counts.to_numpy().tolist() == [
        [20, 30, 30, 29, 28], [21, 0, 0, 0, 0], [22, 8, 2, 3, 2], [-1, 38, 32, 32, 30],
    ]  # fmt: skip
    overall, faint = scores.iloc[-1], scores.iloc[2]
    assert overall["completeness"] == overall["purity"] == 30 / 32
    # Wilson's interval: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).
    assert overall["purity_low"] == pytest.approx(0.7985, abs=1e-4)
    assert overall["purity_high"] == pytest.approx(0.9827, abs=1e-4)
    # Two or three rows say nothing of a share.
    assert np.isnan([faint["completeness"], faint["purity"]]).all()


def test_a_truth_of_something_else_is_refused(combined, truth):
    with pytest.raises(CatalogError, match="ids are not in the truth"):
        qsovae.score_pairs(combined, truth.assign(delve_id=truth["delve_id"] + 50))
    with pytest.raises(CatalogError, match="no column delve_id"):
        qsovae.score_pairs(combined, truth.drop(columns="delve_id"))
    with pytest.raises(CatalogError, match="no survey's partners"):
        qsovae.score_pairs(combined[["object_id"]], truth)
