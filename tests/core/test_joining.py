"""Columns of another file, joined to a run's rows by id."""

import numpy as np
import pandas as pd
import pytest

import qsovae


@pytest.fixture(scope="module")
def frame(rows):
    """Return a file with three ids twice, one unknown and one missing."""
    ids = rows["object_id"].iloc[[5, 3, 5, 900]].tolist()
    return pd.DataFrame({
        "id": pd.array([*ids, 7, None], dtype="Int64"),
        "radio_mjy": [1.5, np.nan, 9.0, 4.0, 5.0, 6.0],
        "field": ["a", "b", "c", "d", "e", "f"], "is_radio": [True] * 6,
        "split": ["x"] * 6,
    })  # fmt: skip


def test_lines_go_to_the_rows_of_their_ids_and_all_are_counted(rows, frame):
    found = qsovae.join_columns(rows, frame, "id")
    assert (found.matched, found.unknown, found.repeated) == (3, 1, 1)
    assert found.names == ("radio_mjy", "field", "is_radio", "split_joined")
    assert found.rows["object_id"].tolist() == rows["object_id"].tolist()
    assert found.rows.loc[[5, 3, 900], "field"].tolist() == ["a", "b", "d"]
    assert found.rows["radio_mjy"].notna().sum() == 2
    assert found.rows["split"].tolist() == rows["split"].tolist()
    assert "3 of 1,200 rows have a line" in found.sentence()


def test_joined_columns_are_asked_for_saved_and_explained(run, rows, frame):
    joined = qsovae.join_columns(rows, frame, "id").rows
    told = qsovae.query_mask(run, "radio_mjy > 1 and field in ('a', 'd')", joined)
    assert told.nonzero()[0].tolist() == [5, 900]
    assert qsovae.query_mask(run, "is_radio", joined).sum() == 3
    values = qsovae.formula_values("radio_mjy * 2", joined, len(joined))
    assert values[5] == 3.0
    many = pd.DataFrame({"object_id": rows["object_id"], "w": rows["p_QSO"] * 2})
    joined = qsovae.join_columns(rows, many).rows
    found = qsovae.explain_selection(run, joined, (rows["p_QSO"] > 0.5).to_numpy())
    assert "w" in [line["name"] for line in found["columns"][:6]]


def test_text_ids_and_64_bit_ids_are_compared_as_written():
    rows = pd.DataFrame({"object_id": [2**62 + 1, 2**62 + 2]})
    frame = pd.DataFrame({"object_id": [f" {2**62 + 2} ", "x"], "v": [1, 2]})
    assert qsovae.join_columns(rows, frame).rows["v"].tolist()[1] == 1
    assert qsovae.join_columns(rows, frame).matched == 1


def test_what_cannot_be_joined_is_refused(rows, frame):
    with pytest.raises(qsovae.InputError, match="no column object_id"):
        qsovae.join_columns(rows, frame)
    with pytest.raises(qsovae.InputError, match="no id in radio_mjy"):
        qsovae.join_columns(rows, frame, "radio_mjy")
    with pytest.raises(qsovae.InputError, match="no id in id"):
        qsovae.join_columns(rows, frame[:0], "id")


def test_what_is_called_as_latent_means_moves_no_row(rows):
    frame = pd.DataFrame({
        "object_id": rows["object_id"], "latent_99": np.arange(len(rows)) * 1e3,
        "latent_heat": 1.0, "latent_1": 7.0,
    })  # fmt: skip
    found = qsovae.join_columns(rows, frame)
    assert found.names == ("latent_99_joined", "latent_heat", "latent_1_joined")
    near = [qsovae.nearest_rows(table, 7)["row"].tolist()
            for table in (rows, found.rows)]  # fmt: skip
    assert near[0] == near[1]
