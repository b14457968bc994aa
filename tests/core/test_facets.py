"""Facets: bins hold each row once, are counted right, and are told by their queries."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qsovae
from qsovae import InputError, Query, QueryError, facet_bins, facet_counts, facet_table

NUMBERS = st.one_of(
    st.floats(),
    st.floats(-5e-323, 5e-323),
    st.floats(0, 1).map(lambda share: round(share, 2)),
    st.integers(-40, 40).map(float),
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, -1e308]),
)
WHOLE = st.integers(-(2**63), 2**63 - 1) | st.integers(-40, 40)
UNSIGNED = st.integers(0, 2**64 - 1) | st.integers(2**64 - 60, 2**64 - 1)
TEXTS = st.text(max_size=6) | st.sampled_from(
    ["it's", '"', " a", "a ", "<b>x</b>", "`", "a\nb", "\\", "None", "missing", ""]
)


def series_of(values, dtype, least=0):
    """Return a strategy of columns, often with enough values for a histogram."""
    return st.lists(values, min_size=least, max_size=90).map(
        lambda told: pd.Series(told, dtype=dtype)
    )


COLUMNS = st.one_of(
    series_of(NUMBERS, "float64"),
    series_of(NUMBERS, "float64", least=30),
    series_of(st.floats(width=32), "float32", least=30),
    series_of(WHOLE, "int64"),
    series_of(st.integers(2**62, 2**62 + 99), "int64", least=30),
    series_of(UNSIGNED, "uint64", least=25),
    series_of(st.integers(-90, 90) | st.none(), "Int64", least=25),
    series_of(st.integers(-128, 127), "int8", least=25),
    series_of(st.booleans(), "bool"),
    series_of(st.booleans() | st.none(), "boolean"),
    series_of(TEXTS | st.none(), "object"),
    series_of(st.sampled_from("ab "), "category"),
)


@given(COLUMNS, st.data())
def test_the_query_of_some_bins_is_true_of_just_their_rows(column, draw):
    name = draw.draw(st.sampled_from(["g_mag_ab", "E(B-V)", "missing", "Größe", "1"]))
    bins = facet_bins(name, column)
    every = range(len(bins.bins))
    for place in every:
        told = Query(bins.query([place])).mask({name: column}, len(column))
        assert told.tolist() == (bins.codes == place).tolist()
    chosen = draw.draw(st.sets(st.sampled_from(every)) if every else st.just(set()))
    told = Query(bins.query(chosen)).mask({name: column}, len(column))
    assert told.tolist() == bins.mask(chosen).tolist()
    joined = Query(f"true and {bins.query(chosen)}").mask({name: column}, len(column))
    assert joined.tolist() == told.tolist()


@given(COLUMNS)
def test_every_row_is_in_one_bin_of_few(column):
    bins = facet_bins("x", column)
    assert bins.codes.dtype == np.int16
    assert bins.codes.shape == (len(column),)
    assert set(bins.codes) <= set(range(len(bins.bins)))
    assert len(bins.bins) <= 33
    ranges = [one.label for one in bins.bins if one.kind == "range"]
    assert len(set(ranges)) == len(ranges)


@given(series_of(st.floats(-1e6, 1e6), "float64", least=25))
def test_ranges_are_counted_as_pandas_cuts_them(column):
    bins = facet_bins("x", column)
    if not bins.is_histogram:
        expected = column.value_counts().sort_index()
        assert [one.value for one in bins.bins] == expected.index.tolist()
        assert facet_counts(bins.codes, len(bins.bins)).all.tolist() == list(expected)
        return
    edges = [-np.inf if one.low is None else one.low for one in bins.bins]
    # Without an end: a range that holds its own is the last one.
    cut = pd.cut(column, [*edges, np.inf], right=False, labels=False)
    assert bins.codes.tolist() == cut.tolist()
    highest = bins.bins[-1].high
    assert highest is None or column.max() < highest or bins.bins[-1].is_closed


@given(series_of(TEXTS | st.none(), "object"))
def test_texts_are_counted_as_pandas_counts_them(column):
    bins = facet_bins("x", column)
    stripped = column.astype("string").str.strip()
    expected = stripped.mask(stripped == "").value_counts(dropna=True)
    found = facet_counts(bins.codes, len(bins.bins)).all
    told = {
        one.value: n for one, n in zip(bins.bins, found, strict=True)
        if one.kind == "value"
    }  # fmt: skip
    assert told == {name: expected[name] for name in told}
    assert len(told) == min(len(expected), 20)
    left = expected.drop(list(told))
    assert left.empty or left.max() <= min(told.values())
    kinds = {one.kind: n for one, n in zip(bins.bins, found, strict=True)}
    assert kinds.get("other", 0) == left.sum()
    assert kinds.get("missing", 0) == len(column) - expected.sum()


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(0, 300))
def test_rows_are_counted_by_bin_and_mask(seed, n_bins, n_rows):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_bins, n_rows).astype(np.int16)
    shown, selected = rng.random(n_rows) < 0.6, rng.random(n_rows) < 0.2
    counts = facet_counts(codes, n_bins, shown, selected)
    for place in range(n_bins):
        inside = codes == place
        assert counts.all[place] == inside.sum()
        assert counts.shown[place] == (inside & shown).sum()
        assert counts.selected[place] == (inside & selected).sum()
    bare = facet_counts(codes, n_bins)
    assert bare.shown.tolist() == bare.all.tolist() == counts.all.tolist()
    assert bare.selected.tolist() == [0] * n_bins


def test_magnitudes_lie_in_round_ranges_and_far_ones_beyond():
    rng = np.random.default_rng(1)
    column = pd.Series(rng.uniform(16, 22, 5000))
    column.iloc[:3] = [-99.0, 1e30, np.nan]
    bins = facet_bins("g_mag_ab", column)
    assert bins.is_histogram
    labels = [one.label for one in bins.bins]
    assert labels[:2] == ["below 16", "16 to 16.5"]
    assert labels[-3:] == ["21.5 to 22", "22 or more", "missing"]
    assert bins.query([1, 2, 3]) == "16 <= g_mag_ab < 17.5"
    assert bins.label([1, 2, 3]) == "16 to 17.5"
    last = len(bins.bins) - 1
    assert bins.query([0, 1, 3, last]) == (
        "(g_mag_ab < 16.5 or 17 <= g_mag_ab < 17.5 or g_mag_ab is missing)"
    )
    assert bins.query([last - 2, last - 1]) == "g_mag_ab >= 21.5"
    assert bins.query(range(last)) == "g_mag_ab is not missing"


def test_a_probability_of_one_is_in_the_last_range_and_not_beyond():
    bins = facet_bins("p_QSO", pd.Series(np.linspace(0, 1, 501)))
    assert bins.bins[-1].label == "0.95 to 1"
    assert bins.query([len(bins.bins) - 1]) == "0.95 <= p_QSO <= 1"
    assert bins.mask([len(bins.bins) - 1])[-1]


def test_few_numbers_truths_and_constants_have_a_bin_each():
    whole = facet_bins("n", pd.Series([3, 1, 3, -2]))
    assert [one.label for one in whole.bins] == ["-2", "1", "3"]
    assert not whole.is_histogram
    assert whole.query([0, 2]) == "n in (-2, 3)"
    constant = facet_bins("c", pd.Series([1.5] * 3))
    assert [one.label for one in constant.bins] == ["1.5"]
    truths = facet_bins("has_SENTINEL", pd.Series([True, False]))
    assert [truths.query([n]) for n in (0, 1)] == ["has_SENTINEL", "not has_SENTINEL"]
    assert truths.query([0, 1]) == "has_SENTINEL is not missing"


def test_what_is_all_missing_has_one_bin():
    for values in ([np.nan, np.inf], [None, None], ["", " "]):
        bins = facet_bins("x", pd.Series(values))
        assert [one.kind for one in bins.bins] == ["missing"]
        assert bins.codes.tolist() == [0, 0]
        assert bins.query([0]) == "x is missing"


def test_64_bit_ids_lie_in_ranges_without_rounding():
    column = pd.Series([2**62 + n for n in range(1000)])
    bins = facet_bins("object_id", column)
    for place in range(len(bins.bins)):
        told = Query(bins.query([place])).mask({"object_id": column}, 1000)
        assert told.tolist() == bins.mask([place]).tolist()
        assert 0 < told.sum() <= 50


def test_of_many_texts_the_commonest_are_named():
    column = pd.Series([f"field {n}" for n in range(10_000)] + ["<b>often</b>"] * 3)
    bins = facet_bins("field", column)
    assert bins.bins[0].label == "<b>often</b>"
    assert bins.bins[-1].label == "other (9,981 more)"
    counts = facet_counts(bins.codes, len(bins.bins)).all
    assert counts.tolist() == [3, *[1] * 19, 9981]
    told = Query(bins.query([20])).mask({"field": column}, len(column))
    assert told.sum() == 9981


def test_long_texts_are_not_named_so_that_queries_stay_readable():
    column = pd.Series(["x" * 5000, "x" * 5000, "y" * 300, "b"])
    bins = facet_bins("note", column)
    assert [one.label[:5] for one in bins.bins] == ["yyyyy", "b", "other"]
    for place in range(len(bins.bins)):
        told = Query(bins.query([place])).mask({"note": column}, 4)
        assert told.tolist() == bins.mask([place]).tolist()
    bins = facet_bins("note", pd.Series([f"{n} {'y' * 300}" for n in range(9)]))
    assert [one.kind for one in bins.bins] == ["value"] * 4 + ["other"]
    assert all(len(one.label) <= 60 for one in bins.bins)


def test_what_a_terminal_would_obey_is_not_in_a_label():
    bins = facet_bins("note", pd.Series(["\x1b[2Jgone\nagain"]))
    assert bins.bins[0].label == "\N{REPLACEMENT CHARACTER}[2Jgone again"


def test_what_does_not_fit_is_refused():
    bins = facet_bins("x", pd.Series([1, 2]))
    for chosen in ([2], [-1], [0, 9]):
        with pytest.raises(InputError, match="x has no bin"):
            bins.mask(chosen)
        with pytest.raises(InputError, match="x has no bin"):
            bins.query(chosen)
    assert bins.query([]) == "false"
    for name in ("a`b", ""):
        with pytest.raises(QueryError, match="no query can name"):
            facet_bins(name, pd.Series([1, 2]))
    with pytest.raises(InputError, match="a mask has shape"):
        facet_counts(bins.codes, 2, np.ones(3, bool))


def test_facets_of_a_run_are_those_that_say_most(runs):
    run = qsovae.open_run("tiny", runs)
    rows, catalog = qsovae.run_table(run), qsovae.run_catalog(run)
    columns = qsovae.RunColumns(run, rows, catalog)
    names = qsovae.facet_columns(columns)
    assert names == ("class_predicted", "p_QSO", "i_mag_ab", "z_true", "morphology")
    assert qsovae.facet_columns(qsovae.RunColumns(run, rows)) == (
        "class_predicted", "p_QSO", "morphology",
    )  # fmt: skip
    assert qsovae.facet_columns(["p_max", "Redshift", "u_mag_ab", "g_mag_ab"]) == (
        "p_max", "g_mag_ab", "Redshift",
    )  # fmt: skip
    told = qsovae.query_mask(run, "p_QSO > 0.5", rows, catalog)
    table = facet_table(columns, names, told)
    for name, lines in table.groupby("column"):
        assert lines["rows"].sum() == len(rows), name
        assert lines["rows_told"].sum() == told.sum(), name
    for line in table.itertuples():
        inside = qsovae.query_mask(run, line.query, rows, catalog)
        assert (inside.sum(), (inside & told).sum()) == (line.rows, line.rows_told)
    assert "rows_told" not in facet_table(columns, names[:1])
    with pytest.raises(InputError, match="no column nobody"):
        facet_table(columns, ["nobody"])
