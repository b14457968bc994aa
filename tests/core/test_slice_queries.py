"""Slices as columns of queries: those that Evaluate tells of, by their labels."""

import shutil

import numpy as np
import pytest

import qsovae


def told(run, query, rows, catalog=None):
    """Return which rows a query is true of."""
    return qsovae.query_mask(run, query, rows, catalog).tolist()


def test_every_slice_can_be_said(run, rows):
    names = set(qsovae.RunColumns(run, rows))
    slicing = qsovae.slicing_columns(run, rows)
    assert {f"slice_{column.name}" for column in slicing.columns} <= names
    assert {"slice_magnitude", "slice_survey VHS", "slice_g - r"} <= names
    for column in slicing.columns:
        for label in column.labels:
            query = f"`slice_{column.name}` = '{label}'"
            assert told(run, query, rows) == column.rows_in(label).tolist(), query
    magnitude = next(c for c in slicing.columns if c.name == "magnitude")
    two = magnitude.labels[:2]
    either = magnitude.rows_in(two[0]) | magnitude.rows_in(two[1])
    query = f"slice_magnitude in ('{two[0]}', '{two[1]}')"
    assert told(run, query, rows) == either.tolist()
    # Rows without a magnitude are in a slice of their own, which is a word.
    assert sum(told(run, "slice_magnitude is missing", rows)) == 0
    assert sum(told(run, "slice_magnitude = 'brightest'", rows)) == 0


def test_they_need_no_catalog_and_go_by_the_number_of_the_row(run, rows):
    some = rows.iloc[::7].reset_index(drop=True)
    column = next(
        c for c in qsovae.slicing_columns(run, rows).columns if c.name == "latitude"
    )
    label = column.labels[2]
    wanted = column.rows_in(label)[::7]
    assert told(run, f"slice_latitude = '{label}'", some) == wanted.tolist()


def test_a_saved_slice_is_applied_to_another_catalog(runs, tmp_path, rows):
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    run = qsovae.open_run("tiny", tmp_path)
    query = "slice_magnitude = '19 to 19.5' and `slice_survey VHS` = 'present'"
    saved = qsovae.save_selection(run, "slice", rows, query=query)
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 400, 5)
    other = qsovae.open_catalog(path)
    table = qsovae.catalog_table(run, other)
    magnitude = other.magnitude("r")[0]
    seen = np.any([np.isfinite(other.magnitude(b)[0]) for b in ("y", "j", "h", "ks")],
                  axis=0)  # fmt: skip
    wanted = (magnitude >= 19) & (magnitude < 19.5) & seen
    chosen = qsovae.selection_mask(run, saved, table, other)
    assert 0 < wanted.sum() < 400
    assert chosen.tolist() == wanted.tolist()
    with pytest.raises(qsovae.QueryError, match="no slices by magnitude") as caught:
        qsovae.query_mask(run, "1 < 2 and slice_magnitude = 'x'", table)
    assert caught.value.at == 10
    # What stands in the rows themselves needs no catalog.
    point = (table["morphology"] == "point").tolist()
    assert told(run, "slice_morphology = 'point'", table) == point


def test_slices_do_not_explain(run, rows):
    found = qsovae.explain_selection(run, rows, (rows["p_QSO"] > 0.5).to_numpy())
    assert not [c for c in found["columns"] if c["name"].startswith("slice_")]
