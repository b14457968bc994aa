"""Rows near an object and rows like others: which they are, and what is refused."""

import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

import qsovae
from qsovae.queries import PlacedColumns, Query
from qsovae.workflow.latent_rows import nearest_mask, place_of_id


@pytest.fixture(scope="module")
def other(run, tmp_path_factory):
    """Return another catalog, and what the run says of its rows."""
    path = tmp_path_factory.mktemp("other") / "other.fits"
    qsovae.write_simulation(path, 300, 5)
    found = qsovae.open_catalog(path)
    # Its ids are its own: those of two simulations would be the same.
    table = qsovae.catalog_table(run, found)
    return found, table.assign(object_id=table["object_id"] + 10**9)


def latent(rows):
    """Return latent means, (n_rows, n_latent)."""
    names = [f"latent_{k}" for k in range(1, 100) if f"latent_{k}" in rows]
    return rows[names].to_numpy(np.float64)


def nearest(rows, centre, n_rows):
    """Return the numbers of the nearest rows, by another reckoning."""
    distance = cdist(latent(rows), np.atleast_2d(centre))[:, 0]
    return sorted(np.argsort(distance, kind="stable")[:n_rows].tolist())


def told(run, query, rows, catalog=None):
    """Return the numbers of the rows that a query is true of."""
    return np.flatnonzero(qsovae.query_mask(run, query, rows, catalog)).tolist()


def test_near_is_the_object_and_those_nearest_to_it(run, rows):
    some = rows["object_id"][7]
    found = told(run, f"near('{some}', 50)", rows)
    assert found == nearest(rows, latent(rows)[7], 51)
    assert 7 in found
    assert told(run, f"NEAR({some}, 50)", rows) == found
    neighbours = qsovae.nearest_rows(rows, 7, 50)["row"]
    assert sorted([7, *neighbours]) == found


def test_like_is_nearest_to_the_mean_of_what_a_claim_is_true_of(run, rows, catalog):
    claim = "p_QSO > 0.8 and g_mag_ab < 22"
    chosen = qsovae.query_mask(run, claim, rows, catalog)
    centre = latent(rows)[chosen].mean(axis=0)
    assert told(run, f"like({claim}, 200)", rows, catalog) == nearest(rows, centre, 200)
    everywhere = nearest(rows, latent(rows).mean(axis=0), 3)
    assert told(run, "like(true, 3)", rows) == everywhere


def test_ids_may_have_quotes_and_markup(run, rows):
    named = rows.assign(object_id=[f"it's <b>{k}</b>" for k in range(len(rows))])
    found = told(run, "near('it''s <b>7</b>', 50)", named)
    assert found == nearest(rows, latent(rows)[7], 51)
    assert told(run, 'near("it\'s <b>7</b>", 50)', named) == found
    with pytest.raises(qsovae.QueryError, match="no row has the id it's <b>x</b>"):
        told(run, "near('it''s <b>x</b>', 50)", named)


def test_they_join_as_all_claims_do(run, rows):
    some = rows["object_id"][7]
    near = set(told(run, f"near('{some}', 90)", rows))
    sure = set(told(run, "p_max > 0.9", rows))
    assert 0 < len(near & sure) < len(near)
    for query, wanted in (
        (f"near('{some}', 90) and p_max > 0.9", near & sure),
        (f"p_max > 0.9 or near('{some}', 90)", near | sure),
        (f"not near('{some}', 90)", set(range(len(rows))) - near),
        (f"near('{some}', 90) = false", set(range(len(rows))) - near),
    ):
        assert set(told(run, query, rows)) == wanted


def test_of_more_rows_than_there_are_all_are_told(run, rows):
    some = rows["object_id"][7]
    n_rows = len(rows)
    for query in (f"near('{some}', {n_rows - 1})", f"near('{some}', {10**30})",
                  f"like(p_QSO > 0.5, {n_rows})"):  # fmt: skip
        assert len(told(run, query, rows)) == n_rows
    assert len(told(run, f"near('{some}', {n_rows - 2})", rows)) == n_rows - 1


@given(
    st.lists(
        st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=12
    ),
    st.integers(1, 14), st.booleans(), st.data(),
)  # fmt: skip
def test_of_rows_as_near_the_earlier_are_taken(points, n_rows, has_itself, draw):
    rows = pd.DataFrame(points, columns=["latent_1", "latent_2"], dtype="float32")
    itself = draw.draw(st.integers(0, len(points) - 1)) if has_itself else None
    centre = np.zeros(2) if itself is None else rows.iloc[itself].to_numpy()
    found = np.flatnonzero(nearest_mask(rows, centre, n_rows, itself)).tolist()
    others = [
        (np.hypot(*(point - centre)), place)
        for place, point in enumerate(rows.to_numpy()) if place != itself
    ]  # fmt: skip
    wanted = [place for _, place in sorted(others)[:n_rows]]
    assert found == sorted(wanted if itself is None else [itself, *wanted])


def test_a_saved_selection_tells_what_is_like_it_and_is_cited(runs, tmp_path, rows):
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    run = qsovae.open_run("tiny", tmp_path)
    box = ((5.0, -50.0), (50.0, -50.0), (50.0, 50.0), (5.0, 50.0))
    saved = qsovae.save_selection(run, "left", rows, outlines=[box])
    inside = qsovae.selection_mask(run, saved, rows)
    wanted = nearest(rows, latent(rows)[inside].mean(axis=0), 40)
    assert told(run, "like(sel_left, 40)", rows) == wanted
    qsovae.save_selection(run, "sure", rows, query="p_QSO > 0.9")
    kin = qsovae.save_selection(run, "kin", rows, query="like(sel_sure, 30)")
    assert kin.rows == 30
    cited = qsovae.cited_query(run, "sel_kin and p_max > 0.5")
    assert cited.text == "(like((p_QSO > 0.9), 30)) and p_max > 0.5"
    assert told(run, cited, rows) == told(run, "sel_kin and p_max > 0.5", rows)


def test_rows_of_another_catalog_are_near_to_the_runs_own(run, rows, other):
    catalog, table = other
    some = rows["object_id"][7]
    found = told(run, f"near('{some}', 20)", table, catalog)
    assert found == nearest(table, latent(rows)[7], 20)
    chosen = qsovae.query_mask(run, "p_QSO > 0.8 and split = 'train'", rows)
    centre = latent(rows)[chosen].mean(axis=0)
    like = told(run, "like(p_QSO > 0.8 and split = 'train', 20)", table, catalog)
    assert like == nearest(table, centre, 20)
    # A magnitude in the claim is one of the run's own catalog.
    bright = qsovae.query_mask(run, "g_mag_ab < 20", rows, qsovae.run_catalog(run))
    like = told(run, "like(g_mag_ab < 20, 20)", table, catalog)
    assert like == nearest(table, latent(rows)[bright].mean(axis=0), 20)
    with pytest.raises(qsovae.QueryError, match="no row has the id") as caught:
        told(run, f"near('{table['object_id'][0]}', 5)", table, catalog)
    assert "one of the run's own rows" in str(caught.value)


def test_a_joined_split_does_not_make_rows_the_runs_own(run, rows, other):
    catalog, table = other
    extra = pd.DataFrame({"object_id": table["object_id"], "split": "north"})
    joined = qsovae.join_columns(table, extra).rows
    query = f"near('{rows['object_id'][7]}', 20) and split = 'north'"
    assert told(run, query, joined, catalog) == nearest(table, latent(rows)[7], 20)


@pytest.mark.parametrize(
    ("query", "at", "words"),
    [
        ("1 < 2 and near('nobody', 5)", 15, "no row has the id nobody"),
        ("near('it''s', 5)", 5, "no row has the id it's"),
        ("near(TWICE, 5)", 5, "2 rows have the id"),
        ("near('1', 0)", 10, "a whole number, 1 or more"),
        ("near('1', 2.5)", 10, "a whole number, 1 or more"),
        ("near('1', -2)", 10, "a whole number, 1 or more"),
        ("like(true, p_QSO)", 11, "a whole number, 1 or more"),
        ("near('1')", 0, "near takes an object's id and how many rows"),
        ("like(true, 1, 2)", 0, "like takes a claim and how many rows"),
        ("near(p_QSO, 5)", 5, "this is no id"),
        ("near(1.5, 5)", 5, "this is no id"),
        ("like(sel_nobody, 5)", 5, "no column sel_nobody"),
        ("like(p_QSO, 5)", 5, "a number, where true or false belongs"),
        ("like(p_QSO > 2, 5)", 5, "true of no row"),
        ("near('1', 5) > 2", 0, "true or false is compared with a number"),
        ("nera('1', 5)", 0, "Did you mean near?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_where(run, rows, query, at, words):
    twice = rows.copy()
    twice.loc[9, "object_id"] = twice["object_id"][8]
    some, double = rows["object_id"][7], twice["object_id"][8]
    query = query.replace("'1'", f"'{some}'").replace("TWICE", f"'{double}'")
    at += len(str(some)) - 1 if at == 10 else 0
    with pytest.raises(qsovae.QueryError) as caught:
        qsovae.query_mask(run, query, twice)
    assert words in str(caught.value)
    assert caught.value.at == at


def test_what_is_wrong_in_a_saved_query_points_at_its_name(runs, tmp_path, rows):
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    run = qsovae.open_run("tiny", tmp_path)
    some = rows["object_id"][7]
    qsovae.save_selection(run, "kin", rows, query=f"near('{some}', 5)")
    with pytest.raises(qsovae.QueryError, match="sel_kin: no row has the id") as caught:
        qsovae.query_mask(run, "p_QSO > 0.9 and sel_kin", rows.drop(index=7))
    assert caught.value.at == 16


def test_columns_without_places_and_other_languages_cannot_tell_them():
    for text in ("near('1', 5)", "like(a > 1, 5)"):
        query = Query(f"a > 2 and {text}")
        with pytest.raises(qsovae.QueryError, match="places in a latent space") as lost:
            query.mask({"a": [1.0, 2.0]}, 2)
        assert lost.value.at == 10
        for write in (query.to_adql, query.to_stil):
            with pytest.raises(qsovae.QueryError, match="no latent space") as lost:
                write()
            assert "Export the rows themselves" in str(lost.value)
    assert set(Query("like(sel_a and `b c` > 1, 5)").names) == {"sel_a", "b c"}


def test_the_language_asks_columns_and_knows_no_run():
    class Line(PlacedColumns):
        """Five rows on a line, all of them anchors."""

        def __getitem__(self, name):
            return {"v": np.arange(5.0)}[name]

        def __iter__(self):
            return iter(["v"])

        def __len__(self):
            return 1

        def anchors(self):
            return self

        def near(self, object_id, n_rows):
            return np.abs(np.arange(5) - int(object_id)) <= n_rows

        def like(self, chosen, n_rows):
            return np.roll(chosen, n_rows)

    for text, wanted in (
        ("near('3', 1)", [2, 3, 4]),
        ("like(v = 1, 2) and v > 1", [3]),
        ("like(near(0, 1), 3)", [3, 4]),
    ):
        assert np.flatnonzero(Query(text).mask(Line(), 5)).tolist() == wanted


@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64", "int32"])
def test_ids_are_compared_as_they_are_written(dtype):
    ids = pd.Series([3, 12, 7], dtype=dtype)
    assert place_of_id(ids, "12") == 1
    for unlike in ("012", "12.0", " 12", "1e1", "", "-3", "9" * 20, "9" * 400, "x"):
        with pytest.raises(qsovae.InputError, match="no row has the id"):
            place_of_id(ids, unlike)
    texts = pd.Series(["12", "012", "it's", None, "<b>", "12 "], dtype="string")
    assert [place_of_id(texts, t) for t in ("12", "012", "it's", "<b>", "12 ")] == [
        0, 1, 2, 4, 5
    ]  # fmt: skip
    assert place_of_id(pd.Series([1.5, 2.0]), "2.0") == 1
    long = pd.Series([2**62, 2**62 + 1])
    assert place_of_id(long, str(2**62 + 1)) == 1
