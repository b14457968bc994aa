"""Scores by slices against loops and other libraries; the worst slices, and chance."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, fisher_exact
from sklearn import metrics

from qsovae.errors import ConfigError, ShapeError
from qsovae.evaluation import Predictions, SliceColumn, slice_table, worst_slices
from qsovae.evaluation.slice_counts import pair_counts

CLASSES = ("GALAXY", "QSO", "STAR")


def answers(true, predicted):
    """Return rows put in classes with a probability of 0.8."""
    shares = np.full((len(true), 3), 0.1)
    shares[np.arange(len(true)), predicted] = 0.8
    return Predictions(np.asarray(true), shares, CLASSES)


def mistaken(rng, error_rate):
    """Return rows of even classes that are wrong as often as stated, one by one."""
    true = rng.integers(0, 3, len(error_rate))
    wrong = rng.random(len(error_rate)) < error_rate
    return answers(true, np.where(wrong, (true + rng.integers(1, 3)) % 3, true))


def lettered(name, codes):
    """Return a column whose slices are called a, b, … by number."""
    labels = tuple("abcdefghijklmnopqrstuvwxyz"[: max([0, *codes]) + 1])
    return SliceColumn(name, name, labels, np.asarray(codes, dtype=np.int16))


# --- Columns ----------------------------------------------------------------

NUMBERS = st.lists(
    st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=60
)


@given(NUMBERS)
def test_every_number_is_in_the_one_slice_that_says_so(values):
    column = SliceColumn.binned("v", "v", values, [-1.0, 0.0, 2.5])
    assert column.labels == (
        "below -1", "-1 to 0", "0 to 2.5", "2.5 and above", "missing",
    )  # fmt: skip
    v = np.array(values, dtype=float)
    with np.errstate(invalid="ignore"):
        expected = [v < -1, (v >= -1) & (v < 0), (v >= 0) & (v < 2.5), v >= 2.5]
    expected = [np.isfinite(v) & inside for inside in expected] + [~np.isfinite(v)]
    for label, inside in zip(column.labels, expected, strict=True):
        assert column.rows_in(label).tolist() == inside.tolist()


def test_names_that_are_not_told_are_missing():
    shapes = pd.Series(["point", None, "extended", "odd", np.nan], dtype=object)
    column = SliceColumn.named("m", "m", shapes, ["point", "extended"])
    assert [column.labels[code] for code in column.codes] == [
        "point", "missing", "extended", "missing", "missing",
    ]  # fmt: skip
    divided = SliceColumn.divided("s", "s", [True, False], ("present", "missing"))
    assert divided.rows_in("missing").tolist() == [False, True]


def test_slices_without_rows_go_and_rows_stay_in_theirs():
    column = lettered("a", [5, 0, 5, 2])
    kept = column.present()
    assert kept.labels == ("a", "c", "f")
    for label in kept.labels:
        assert kept.rows_in(label).tolist() == column.rows_in(label).tolist()
    assert column.taken([3, 0]).codes.tolist() == [2, 5]
    assert lettered("a", []).present().labels == ()


def test_a_slice_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match=r"no slice 'q'.*Use one of a, b"):
        lettered("a", [0, 1]).rows_in("q")


# --- Tables -----------------------------------------------------------------

ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)), max_size=60
)


@pytest.mark.filterwarnings("ignore:y_pred contains classes")
@settings(max_examples=25)
@given(ROWS)
def test_a_table_is_that_of_groupby_and_scikit_learn(rows):
    frame = pd.DataFrame(rows, columns=["true", "predicted", "code"], dtype=int)
    table = slice_table(
        answers(frame["true"], frame["predicted"]), lettered("c", frame["code"]), 1
    )
    assert len(table) == 3 * frame["code"].nunique()
    for code, own in frame.groupby("code"):
        lines = table[table["slice"] == "abcd"[code]].set_index("class_label")
        assert (lines["rows"] == len(own)).all()
        right = (own["true"] == own["predicted"]).sum()
        accuracy = lines.iloc[0]
        exact = binomtest(int(right), len(own)).proportion_ci(0.95, method="wilson")
        assert tuple(
            accuracy[["accuracy", "accuracy_low", "accuracy_high"]]
        ) == pytest.approx((right / len(own), exact.low, exact.high))
        purity, completeness, _, n = metrics.precision_recall_fscore_support(
            own["true"], own["predicted"], labels=[0, 1, 2], zero_division=np.nan
        )
        f1 = metrics.f1_score(
            own["true"], own["predicted"], labels=[0, 1, 2], average=None,
            zero_division=np.nan,
        )  # fmt: skip
        np.testing.assert_array_equal(lines["class_rows"], n)
        np.testing.assert_allclose(lines["completeness"], completeness)
        np.testing.assert_allclose(lines["purity"], purity)
        np.testing.assert_allclose(lines["f1"], f1)
        for score in ("completeness", "purity", "f1"):
            known = lines[lines[score].notna()]
            assert known[score].ge(known[f"{score}_low"] - 1e-12).all()
            assert known[score].le(known[f"{score}_high"] + 1e-12).all()


def test_few_rows_are_counted_and_not_scored():
    codes = np.array([0] * 30 + [1] + [2] * 9)
    true = np.array([1] * 25 + [2] * 15)
    table = slice_table(answers(true, true), lettered("c", codes))
    by_slice = table.drop_duplicates("slice").set_index("slice")
    assert by_slice["rows"].to_dict() == {"a": 30, "b": 1, "c": 9}
    assert by_slice["accuracy"].notna().to_dict() == {"a": True, "b": False, "c": False}
    few = table[table["slice"] != "a"].drop(
        columns=["slice", "rows", "class_label", "class_rows"]
    )
    assert few.isna().all(axis=None)
    # Of the 30, five are stars: too few for a share of their own.
    stars = table[(table["slice"] == "a") & (table["class_label"] == "STAR")].iloc[0]
    assert stars["class_rows"] == 5
    assert np.isnan(stars["completeness"])


def test_the_interval_of_f1_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(3)
    # 400 samples of 80 rows at once: each is a slice.
    codes = np.repeat(np.arange(400), 80)
    labels = tuple(map(str, range(400)))
    true = rng.choice(3, codes.size, p=[0.5, 0.2, 0.3])
    wrong = rng.random(codes.size) < 0.2
    rows = answers(true, np.where(wrong, (true + 1) % 3, true))
    table = slice_table(rows, SliceColumn("s", "s", labels, codes.astype(np.int16)))
    own = table[table["class_label"] == "QSO"]
    # Found 0.2 * 0.8; missed 0.2 * 0.2; put there wrongly 0.5 * 0.2.
    truth = 2 * 0.16 / (2 * 0.16 + 0.04 + 0.10)
    inside = own["f1_low"].le(truth) & own["f1_high"].ge(truth)
    # 380 expected, with an s.d. of 4.4.
    assert 366 <= inside.sum() <= 394


def test_what_comes_of_the_spectrum_tells_no_purity():
    true = np.array([1] * 40)
    column = SliceColumn.binned(
        "redshift", "redshift", np.ones(40), [0.0, 2.0], is_spectroscopic=True
    )
    table = slice_table(answers(true, true), column).set_index("class_label")
    assert table.loc["QSO", "completeness"] == 1.0
    assert table.filter(regex="purity|f1").isna().all(axis=None)


@pytest.mark.parametrize(
    "score", [slice_table, lambda p, c: worst_slices(p, [c], "QSO")]
)
def test_slices_of_other_rows_are_refused(score):
    with pytest.raises(ShapeError, match="2 rows are in slices, 3 are predicted"):
        score(answers([0, 1, 2], [0, 1, 2]), lettered("c", [0, 1]))


# --- The worst --------------------------------------------------------------


def looked_at(rows, columns, measure, fewest):
    """Return by loops what may be named: names, hits, rows, and Fisher's p-value."""
    true, predicted = rows.true, rows.predicted
    counts = {
        "accuracy": np.ones(true.size, dtype=bool), "completeness": true == 1,
        "purity": predicted == 1,
    }[measure]  # fmt: skip
    right = (true == predicted) & counts
    masks = {
        (c.name, label): c.rows_in(label) & counts
        for c in columns
        for label in c.labels
    }

    def p_value(inside, among):
        cells = [[(right & m).sum(), (~right & m).sum()]
                 for m in (inside, among & ~inside)]  # fmt: skip
        return fisher_exact(cells, alternative="less").pvalue

    pairs = itertools.combinations(masks, 2)
    for names in [(name,) for name in masks] + [p for p in pairs if p[0][0] != p[1][0]]:
        inside = np.logical_and.reduce([masks[name] for name in names])
        amongs = [
            counts,
            *(masks[name] for name in names[: len(names) * (len(names) > 1)]),
        ]
        if all(
            min(inside.sum(), (among & ~inside).sum()) >= fewest for among in amongs
        ):
            yield names, inside.sum(), max(p_value(inside, among) for among in amongs)


@pytest.mark.parametrize("seed", range(3))
def test_the_worst_slices_are_those_of_loops_and_fishers_test(seed):
    rng = np.random.default_rng(seed)
    a, b, c = (rng.integers(0, n, 1500) for n in (4, 3, 2))
    error_rate = np.where((a == 1) & (b == 2), 0.5, 0.1) + 0.08 * (c == 1)
    rows = mistaken(rng, error_rate)
    columns = [lettered("a", a), lettered("b", b), lettered("c", c)]
    expected = {
        (measure, *names): (n, p)
        for measure in ("accuracy", "completeness", "purity")
        for names, n, p in looked_at(rows, columns, measure, 30)
    }
    found = worst_slices(rows, columns, "QSO")
    assert found.tested == len(expected)
    # Benjamini and Hochberg's steps, one by one.
    ordered = sorted(expected.items(), key=lambda entry: entry[1][1])
    least, wanted = 1.0, {}
    for rank in range(len(ordered), 0, -1):
        key, (n, p) = ordered[rank - 1]
        least = min(least, p * len(ordered) / rank)
        if least <= 0.05:
            wanted[key] = n, least
    assert len(wanted) > 3
    named = {}
    for line in found.table.itertuples():
        names = [(line.column, line.slice)]
        if line.column_2 is not None:
            names.append((line.column_2, line.slice_2))
        named[(line.measure, *names)] = line.rows, line.q_value
    assert named.keys() == wanted.keys()
    for key, (n, p) in wanted.items():
        assert named[key] == (n, pytest.approx(p, rel=1e-6))


def test_a_planted_pair_is_the_worst_and_a_bad_slice_stands_alone():
    rng = np.random.default_rng(8)
    n = 20_000
    a, b, c = (rng.integers(0, size, n) for size in (6, 5, 2))
    error_rate = np.where((a == 2) & (b == 3), 0.4, 0.04)
    error_rate[a == 5] = 0.15
    columns = [lettered("a", a), lettered("b", b), lettered("c", c)]
    table = worst_slices(mistaken(rng, error_rate), columns, "QSO", ["accuracy"]).table
    first = table.iloc[0]
    assert (first["column"], first["slice"]) == ("a", "c")
    assert (first["column_2"], first["slice_2"]) == ("b", "d")
    assert first["low"] < 0.6 < first["high"]
    assert table["high"].is_monotonic_increasing
    # What goes wrong all over the slice is told of the slice, not of pairs with it.
    of_bad = table[(table["column"] == "a") & (table["slice"] == "f")]
    assert of_bad["column_2"].isna().tolist() == [True]


def test_chance_alone_is_rarely_named():
    named, tested = 0, 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        columns = [lettered(f"c{k}", rng.integers(0, k + 2, 1500)) for k in range(4)]
        found = worst_slices(mistaken(rng, np.full(1500, 0.15)), columns, "QSO")
        named += not found.table.empty
        tested += found.tested
    assert tested / 100 > 100
    # One in twenty is allowed, and that is exceeded once in a thousand.
    assert named <= binom.ppf(0.999, 100, 0.05)


def test_intervals_of_the_worst_hold_the_truth_though_they_were_chosen():
    # Slices that are hardly worse: those that are named had bad luck as well.
    rates = np.where(np.arange(24) < 8, 0.22, 0.12)
    held, plain, named = 0, 0, 0
    for seed in range(250):
        rng = np.random.default_rng(seed)
        codes = rng.integers(0, 24, 1600)
        found = worst_slices(
            mistaken(rng, rates[codes]), [lettered("c", codes)], "QSO", ["accuracy"]
        )
        for line in found.table.itertuples():
            truth = 1.0 - rates["abcdefghijklmnopqrstuvwxyz".index(line.slice)]
            hits = round(line.share * line.rows)
            usual = binomtest(hits, line.rows).proportion_ci(0.95, method="wilson")
            held += line.low <= truth <= line.high
            plain += usual.low <= truth <= usual.high
            named += 1
    assert named > 100
    assert held / named >= 0.95 - 3.0 * np.sqrt(0.05 * 0.95 / named)
    # The usual interval does not.
    assert plain / named < 0.9


def test_a_slice_that_leaves_too_few_elsewhere_is_not_tested():
    codes = np.repeat([0, 1], [990, 10])
    rows = mistaken(np.random.default_rng(0), np.where(codes, 0.0, 0.3))
    asked = {"sought": "QSO", "measures": ["accuracy"]}
    assert worst_slices(rows, [lettered("c", codes)], **asked).tested == 0
    assert worst_slices(rows, [lettered("c", codes)], **asked, fewest=10).tested == 2
    # Of the halves of another column each is tested, but not within all but ten rows.
    halves = lettered("h", np.arange(1000) % 2)
    assert worst_slices(rows, [lettered("c", codes), halves], **asked).tested == 2


@settings(max_examples=25)
@given(st.lists(st.integers(1, 19), max_size=7), st.integers(0, 2**32 - 1))
def test_each_two_columns_are_counted_once_however_many_there_are(sizes, seed):
    rng = np.random.default_rng(seed)
    columns = [
        lettered(f"c{k}", np.r_[np.arange(n), rng.integers(0, n, 150)][:150])
        for k, n in enumerate(sizes)
    ]
    outcomes = rng.integers(0, 5, 150)
    seen = set()
    for i, j, counts in pair_counts(columns, outcomes):
        seen.add((min(i, j), max(i, j)))
        expected = np.zeros(counts.shape, dtype=int)
        for row in range(150):
            places = [columns[k].codes[row] for k in dict.fromkeys((i, j))]
            expected[(*places, outcomes[row])] += 1
        assert (counts == expected).all()
    n = len(sizes)
    assert seen == {(i, j) for i in range(n) for j in range(i, n)}


def test_purity_is_not_looked_at_by_what_comes_of_the_spectrum():
    rng = np.random.default_rng(0)
    true = np.repeat([0, 1], 1000)
    predicted = np.where(rng.random(2000) < 0.1, 1 - true, true)
    rows = answers(true, predicted)
    redshift = SliceColumn.binned(
        "redshift", "redshift", np.where(true == 1, 2.0, 0.1), [0.0, 1.0],
        is_spectroscopic=True,
    )  # fmt: skip
    assert worst_slices(rows, [redshift], "QSO", ["purity"]).tested == 0
    photometric = SliceColumn.binned(
        "guess", "guess", np.where(true == 1, 2.0, 0.1), [0.0, 1.0]
    )
    assert not worst_slices(rows, [photometric], "QSO", ["purity"]).table.empty


def test_without_rows_or_columns_nothing_is_tested():
    nothing = answers(np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    for columns in ([], [lettered("c", [])]):
        assert slice_table(nothing, lettered("c", [])).empty
        found = worst_slices(nothing, columns, "QSO")
        assert (found.tested, len(found.table)) == (0, 0)


@pytest.mark.parametrize(
    ("sought", "measures", "word"),
    [("BLAZAR", ["accuracy"], "BLAZAR"), ("QSO", ["recall"], "recall")],
)
def test_an_unknown_class_or_measure_is_refused(sought, measures, word):
    with pytest.raises(ConfigError, match=word):
        worst_slices(answers([0], [0]), [lettered("c", [0])], sought, measures)
