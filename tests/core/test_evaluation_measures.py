"""Measures against independent implementations, and intervals against repetition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn import metrics

from qsovae.errors import ConfigError, InputError, ShapeError
from qsovae.evaluation import (
    Predictions,
    Temperature,
    calibration_error,
    differences,
    mcnemar,
    reliability_table,
    resampled_intervals,
    share_interval,
    sky_mix,
    threshold_table,
)
from qsovae.evaluation import measures as of
from qsovae.evaluation.curves import (
    average_precision,
    counts_between,
    exact_areas,
    group_edges,
    ranked_counts,
    roc_area,
)
from qsovae.reference import read_reference
from qsovae.simulation.sources.luminosity import quasar_counts

CLASSES = ("GALAXY", "QSO", "STAR")


def drawn(n_rows=600, seed=0, sharpness=2.0, mix=(0.5, 0.2, 0.3)):
    """Return rows whose probabilities are true: classes are drawn from them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n_rows, 3)) * sharpness + np.log(mix)
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    true = (shares.cumsum(axis=1) < rng.random(n_rows)[:, None]).sum(axis=1)
    return Predictions(true, shares, CLASSES)


def some_of(rows, n_rows, seed):
    """Return about so many rows, the same share of each class, as splits hold out."""
    rng = np.random.default_rng(seed)
    chosen = []
    for k in range(3):
        own = np.flatnonzero(rows.true == k)
        n_own = round(n_rows * own.size / rows.true.size)
        chosen.append(rng.choice(own, n_own, replace=False))
    taken = np.concatenate(chosen)
    return Predictions(rows.true[taken], rows.probabilities[taken], rows.classes)


MATRICES = st.lists(st.integers(0, 40), min_size=9, max_size=9).map(
    lambda cells: np.array(cells).reshape(3, 3)
)


@pytest.mark.filterwarnings("ignore:A single label")
@pytest.mark.filterwarnings("ignore:y_pred contains classes")
@settings(deadline=None, max_examples=60)
@given(MATRICES)
def test_scores_of_a_matrix_are_those_of_scikit_learn(confusion):
    pairs = [(i, j) for i in range(3) for j in range(3)]
    true, predicted = (
        np.repeat([pair[side] for pair in pairs], confusion.ravel()) for side in (0, 1)
    )
    if not true.size:
        assert np.isnan([of.accuracies(confusion), of.matthews(confusion)]).all()
        return
    present = np.unique(true)
    assert of.accuracies(confusion) == pytest.approx(
        metrics.accuracy_score(true, predicted)
    )
    assert of.matthews(confusion) == pytest.approx(
        metrics.matthews_corrcoef(true, predicted)
    )
    by_class = metrics.precision_recall_fscore_support(
        true, predicted, labels=[0, 1, 2], zero_division=np.nan
    )
    np.testing.assert_allclose(of.completenesses(confusion), by_class[1])
    np.testing.assert_allclose(of.purities(confusion)[present], by_class[0][present])
    f1 = metrics.f1_score(
        true, predicted, labels=[0, 1, 2], average=None, zero_division=0.0
    )
    np.testing.assert_allclose(of.f1_scores(confusion)[present], f1[present])
    assert np.isnan(of.f1_scores(confusion)[np.setdiff1d([0, 1, 2], present)]).all()
    assert of.balanced_accuracies(confusion) == pytest.approx(
        by_class[1][present].mean()
    )


def test_many_matrices_are_scored_at_once():
    matrices = np.random.default_rng(0).integers(0, 30, size=(5, 7, 3, 3))
    for measure in (of.accuracies, of.matthews, of.f1_scores, of.balanced_accuracies):
        one_by_one = [[measure(m) for m in row] for row in matrices]
        np.testing.assert_allclose(measure(matrices), one_by_one)


def test_losses_of_rows_are_those_of_scikit_learn():
    rows = drawn()
    labels = [0, 1, 2]
    assert rows.log_losses().mean() == pytest.approx(
        metrics.log_loss(rows.true, rows.probabilities, labels=labels)
    )
    brier = metrics.brier_score_loss(rows.true, rows.probabilities, labels=labels)
    assert rows.brier_losses().mean() == pytest.approx(brier)


@pytest.mark.parametrize("n_groups", [10_000, 64])
def test_areas_are_those_of_scikit_learn(n_groups):
    rows = drawn()
    # Equal probabilities, as trees give them.
    rows = Predictions(rows.true, rows.probabilities.round(2), CLASSES)
    for k in range(3):
        counts = ranked_counts(rows, k, n_groups)
        assert counts.sum(axis=1).tolist() == np.bincount(rows.true).tolist()
        others = np.delete(counts, k, axis=0).sum(axis=0)
        is_class, p = rows.true == k, rows.probabilities[:, k]
        loose = 1e-9 if n_groups > 600 else 0.01
        for area, exact in (
            (roc_area, metrics.roc_auc_score),
            (average_precision, metrics.average_precision_score),
        ):
            expected = exact(is_class, p)
            assert area(counts[k], others) == pytest.approx(expected, abs=loose)
            found = exact_areas(rows, k)[area.__name__]
            assert found == pytest.approx(expected, rel=1e-12)
    assert np.isnan(roc_area([1, 2], [0, 0]))
    assert np.isnan(average_precision([0, 0], [1, 1]))


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=80),
    st.integers(1, 100),
)
def test_groups_hold_every_row_once_and_part_no_equal_ones(values, n_groups):
    p = np.array(values)
    rows = Predictions(
        np.zeros(p.size, dtype=np.int64), np.column_stack([p, 1 - p]), ("a", "b")
    )
    edges = group_edges(p, n_groups)
    assert (np.diff(edges) < 0).all()
    counts = counts_between(rows, 0, edges)[0]
    expected = [
        np.count_nonzero((p >= low) & (p < high))
        for low, high in zip(edges, [np.inf, *edges[:-1]], strict=True)
    ]
    assert counts.tolist() == expected
    assert counts.sum() == p.size


def test_wilson_is_that_worked_by_hand():
    # 7 of 10, z^2 = 3.84146: (7 + z^2 / 2 -+ z sqrt(2.1 + z^2 / 4)) / (10 + z^2).
    low, high = share_interval([7, 0, 0], [10, 5, 0])
    assert (low[0], high[0]) == pytest.approx((0.396774, 0.892209), abs=1e-5)
    assert low[1] == pytest.approx(0.0, abs=1e-9)
    assert high[1] == pytest.approx(3.84146 / 8.84146, abs=1e-5)
    assert np.isnan([low[2], high[2]]).all()


def test_wilsons_interval_holds_the_truth_as_often_as_it_says():
    hits = np.arange(41)
    low, high = share_interval(hits, np.full(41, 40))
    shares = np.linspace(0.05, 0.95, 91)
    inside = (low <= shares[:, None]) & (shares[:, None] <= high)
    coverage = (binom.pmf(hits, 40, shares[:, None]) * inside).sum(axis=1)
    assert coverage.min() > 0.91
    assert coverage.mean() == pytest.approx(0.95, abs=0.01)


# Hundreds of samples with intervals of their own: ten seconds.
@pytest.mark.slow
def test_resampled_intervals_hold_the_truth_as_often_as_they_say():
    """Score 200 small samples of the 200,000 rows that are the truth."""
    large = drawn(200_000, seed=999)
    truth = {
        "accuracy": float(of.accuracies(large.confusion())),
        "mcc": float(of.matthews(large.confusion())),
        "log_loss": float(large.log_losses().mean()),
        "brier": float(large.brier_losses().mean()),
        "f1 QSO": float(of.f1_scores(large.confusion())[1]),
        "roc_area QSO": exact_areas(large, 1)["roc_area"],
        "average_precision QSO": exact_areas(large, 1)["average_precision"],
    }
    hits = dict.fromkeys(truth, 0)
    for seed in range(200):
        rows = some_of(large, 400, seed)
        found = resampled_intervals(rows, seed=seed, n_resamples=300)
        for name, value in truth.items():
            hits[name] += found[name].low <= value <= found[name].high
    # 190 expected of each, with an s.d. of 3.1.
    for name, count in hits.items():
        assert 179 <= count <= 199, (name, count)


def test_a_class_that_is_absent_has_no_interval_and_spoils_no_other():
    rows = drawn()
    kept = rows.true != 1
    rows = Predictions(rows.true[kept], rows.probabilities[kept], CLASSES)
    found = resampled_intervals(rows)
    assert "f1 QSO" not in found
    assert "roc_area QSO" not in found
    assert (
        found["accuracy"].low < of.accuracies(rows.confusion()) < found["accuracy"].high
    )


def test_no_rows_have_no_intervals():
    nothing = Predictions(np.zeros(0, dtype=np.int64), np.zeros((0, 3)), CLASSES)
    assert resampled_intervals(nothing) == {}
    assert reliability_table(nothing, "QSO").empty
    assert np.isnan(calibration_error(nothing, "QSO"))
    with pytest.raises(InputError, match="no labelled row"):
        Temperature.fit(nothing)


def test_a_reliability_table_is_that_worked_by_hand():
    p = np.array([0.1, 0.1, 0.3, 0.3, 0.8, 0.8])
    rows = Predictions(
        np.array([1, 1, 0, 1, 0, 0]), np.column_stack([p, 1 - p]), ("QSO", "STAR")
    )
    table = reliability_table(rows, "QSO", 3)
    assert table["probability"].tolist() == pytest.approx([0.1, 0.3, 0.8])
    assert table["share"].tolist() == [0.0, 0.5, 1.0]
    assert table["rows"].tolist() == [2, 2, 2]
    # More bins than values part no equal ones.
    assert len(reliability_table(rows, "QSO", 50)) == 3


def test_true_probabilities_have_no_calibration_error_and_mixed_ones_theirs():
    rows = drawn(20_000)
    for name in CLASSES:
        assert calibration_error(rows, name) < 0.008
    # Pulled towards even by a known share of the distance.
    even = Predictions(rows.true, 0.8 * rows.probabilities + 0.2 / 3.0, CLASSES)
    for k, name in enumerate(CLASSES):
        expected = np.abs(even.probabilities - rows.probabilities)[:, k].mean()
        assert calibration_error(even, name) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("wrong", [0.4, 1.0, 2.5])
def test_a_temperature_finds_the_one_that_was_applied(wrong):
    rows = drawn(5000)
    heated = Temperature(wrong).apply(rows)
    mended = Temperature.fit(heated)
    assert mended.value * wrong == pytest.approx(1.0, abs=0.05)
    back = mended.apply(heated)
    np.testing.assert_allclose(back.probabilities.sum(axis=1), 1.0)
    assert back.predicted.tolist() == rows.predicted.tolist()
    assert back.log_losses().mean() <= heated.log_losses().mean() + 1e-12


def test_a_threshold_table_is_that_worked_by_hand():
    p = np.array([0.9, 0.6, 0.6, 0.2, 0.8, 0.1, 0.1, 0.1])
    rows = Predictions(
        np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.column_stack([p, 1 - p]), ("QSO", "STAR")
    )
    table = threshold_table(rows, "QSO", density=1000.0)
    assert table["threshold"].tolist() == [0.9, 0.8, 0.6, 0.2, 0.1]
    assert table["completeness"].tolist() == [0.25, 0.25, 0.75, 1.0, 1.0]
    assert table["purity"].tolist() == pytest.approx([1.0, 0.5, 0.75, 0.8, 0.5])
    assert table["rows"].tolist() == [1, 2, 4, 5, 8]
    assert table["per_deg2"].tolist() == [125.0, 250.0, 500.0, 625.0, 1000.0]
    assert table["contaminants_per_deg2"].tolist() == [0.0, 125.0, 125.0, 125.0, 500.0]
    for name in ("completeness", "purity"):
        assert table[name].between(table[f"{name}_low"], table[f"{name}_high"]).all()
        assert (table[f"{name}_low"] < table[f"{name}_high"]).all()


@pytest.mark.parametrize(
    ("completeness", "leak", "share", "purity"),
    # The table of the literature: C .95, pi .009; C .90, pi .009.
    [
        (0.95, 0.005, 0.009, 0.63),
        (0.95, 0.001, 0.009, 0.90),
        (0.90, 0.0005, 0.009, 0.94),
    ],
)
def test_purity_on_the_sky_is_that_of_the_literature(completeness, leak, share, purity):
    n = 20_000
    selected = np.arange(n) < completeness * n, np.arange(n) < leak * n
    p = np.where(np.concatenate(selected), 0.7, 0.2)
    rows = Predictions(
        np.repeat([0, 1], n), np.column_stack([p, 1 - p]), ("QSO", "OTHER")
    )
    table = threshold_table(rows, "QSO", {"QSO": share, "OTHER": 1.0 - share})
    assert table["completeness"][0] == pytest.approx(completeness)
    assert table["purity"][0] == pytest.approx(purity, abs=0.005)
    # The threshold is one on probabilities at that mix.
    odds = 0.7 / 0.3 * share / (1.0 - share)
    assert table["threshold"][0] == pytest.approx(odds / (1.0 + odds))


# Hundreds of samples with intervals of their own: ten seconds.
@pytest.mark.slow
def test_intervals_of_purity_on_the_sky_hold_the_truth():
    mix = {"GALAXY": 0.7, "QSO": 0.02, "STAR": 0.28}
    large = drawn(200_000, seed=99)
    truth = _at(threshold_table(large, "QSO", mix, n_thresholds=2000), 0.3)["purity"]
    hits = 0
    for seed in range(100):
        rows = some_of(large, 2000, seed)
        # Both moved from the mix of the large sample.
        found = _at(threshold_table(rows, "QSO", mix, n_thresholds=500), 0.3)
        hits += found["purity_low"] <= truth <= found["purity_high"]
    assert 88 <= hits <= 100


def _at(table, threshold):
    """Return the line of the least threshold from one up."""
    return table[table["threshold"] >= threshold].iloc[-1]


def test_an_impossible_mix_is_refused():
    with pytest.raises(ConfigError):
        threshold_table(drawn(), "QSO", {"QSO": 1.0})


@pytest.mark.parametrize("limit", [20, 21, 22, 23])
def test_the_sky_is_that_of_the_tables_and_of_the_simulator(limit):
    table = read_reference("number_counts")
    table = table[table["r_ab_hi"] <= limit]
    stars = [c for c in table if c.startswith("star_") and c.endswith("_b-60")]
    mix = sky_mix(["QSO", "Galaxies", "stars"], limit)
    counts = {name: share * mix.per_deg2 for name, share in mix.shares.items()}
    assert counts["Galaxies"] == pytest.approx(table["galaxy_all"].sum(), rel=0.01)
    assert counts["stars"] == pytest.approx(table[stars].to_numpy().sum(), rel=0.02)
    _, magnitudes, per_deg2 = quasar_counts()
    simulated = per_deg2[:, magnitudes < limit].sum()
    assert counts["QSO"] == pytest.approx(simulated, rel=0.15)


def test_between_the_limits_counts_grow_evenly_in_their_logarithm():
    low, middle, high = (sky_mix(["QSO"], r).per_deg2 for r in (21.0, 21.5, 22.0))
    assert middle == pytest.approx(np.sqrt(low * high))


@pytest.mark.parametrize(
    ("classes", "limit", "words"),
    [
        (("QSO", "white dwarf"), 22.0, "white dwarf"),
        (("QSO", "quasar"), 22.0, "once each"), (("QSO",), 24.0, "down to r = 24"),
    ],
)  # fmt: skip
def test_a_sky_that_nobody_counted_is_refused(classes, limit, words):
    with pytest.raises(ConfigError, match=words):
        sky_mix(classes, limit)


def answers(true, predicted):
    """Return rows put in classes with a probability of 0.8."""
    shares = np.full((len(true), 3), 0.1)
    shares[np.arange(len(true)), predicted] = 0.8
    return Predictions(np.array(true), shares, CLASSES)


def test_mcnemar_is_that_worked_by_hand():
    true = [0] * 20
    # One row that the first alone gets right, seven that the second does.
    ours = answers(true, [0] * 11 + [1] * 9)
    rival = answers(true, [0] * 10 + [1] + [0] * 7 + [1] * 2)
    # 2 (C(8,0) + C(8,1)) / 2^8.
    assert mcnemar(ours, rival) == (1, 7, pytest.approx(18 / 256))
    assert mcnemar(ours, ours) == (0, 0, 1.0)
    with pytest.raises(ShapeError, match="not the same rows"):
        mcnemar(ours, answers([1] * 20, [0] * 20))


def test_differences_are_those_of_the_scores_and_none_from_itself():
    ours, rival = drawn(), drawn(seed=1)
    rival = Predictions(ours.true, rival.probabilities, CLASSES)
    found = differences(ours, rival)
    for name, score in (("accuracy", of.accuracies), ("mcc", of.matthews)):
        expected = score(ours.confusion()) - score(rival.confusion())
        assert found[name].value == pytest.approx(float(expected))
    f1 = of.f1_scores(ours.confusion())[1] - of.f1_scores(rival.confusion())[1]
    assert found["f1 QSO"].value == pytest.approx(f1)
    losses = ours.log_losses().mean() - rival.log_losses().mean()
    assert found["log_loss"].value == pytest.approx(losses)
    assert all(d.interval.low < d.value < d.interval.high for d in found.values())
    nothing = differences(ours, ours)
    assert all(d == (0.0, (0.0, 0.0)) for d in nothing.values())


def test_paired_intervals_hold_the_true_difference_as_often_as_they_say():
    """Score 150 samples of rows that two related classifiers answer."""
    large = drawn(100_000, seed=77)
    noise = np.random.default_rng(3).normal(size=large.probabilities.shape)
    worse = large.probabilities * np.exp(0.8 * noise)
    worse /= worse.sum(axis=1, keepdims=True)
    both = np.hstack([large.probabilities, worse])
    beside = differences(large, Predictions(large.true, worse, CLASSES), n_resamples=2)
    truth = {name: difference.value for name, difference in beside.items()}
    hits = dict.fromkeys(("accuracy", "log_loss", "f1 QSO"), 0)
    for seed in range(150):
        some = some_of(Predictions(large.true, both, CLASSES), 500, seed)
        pair = [Predictions(some.true, some.probabilities[:, part], CLASSES)
                for part in (slice(3), slice(3, 6))]  # fmt: skip
        found = differences(*pair, seed=seed, n_resamples=300)
        for name in hits:
            low, high = found[name].interval
            hits[name] += low <= truth[name] <= high
    # 142.5 expected of each, with an s.d. of 2.7.
    for name, count in hits.items():
        assert 133 <= count <= 150, (name, count)


def test_scores_are_those_of_torchmetrics():
    import torch
    from torchmetrics.functional import classification as theirs

    rng = np.random.default_rng(4)
    true = rng.integers(0, 3, 500)
    shares = rng.dirichlet((1.0, 1.0, 1.0), 500) + 0.4 * np.eye(3)[true]
    shares = shares / shares.sum(axis=1, keepdims=True)
    rows = Predictions(true, shares, ("A", "B", "C"))
    confusion = rows.confusion()
    asked = torch.from_numpy(shares), torch.from_numpy(true), 3
    each = {"average": None, "validate_args": False}
    pairs = [
        (of.matthews(confusion), theirs.multiclass_matthews_corrcoef(*asked)),
        (of.balanced_accuracies(confusion),
         theirs.multiclass_accuracy(*asked, average="macro")),
        (of.completenesses(confusion), theirs.multiclass_recall(*asked, **each)),
        (of.purities(confusion), theirs.multiclass_precision(*asked, **each)),
        (of.f1_scores(confusion), theirs.multiclass_f1_score(*asked, **each)),
    ]  # fmt: skip
    areas = [exact_areas(rows, k) for k in range(3)]
    for name, measure in (
        ("roc_area", theirs.multiclass_auroc),
        ("average_precision", theirs.multiclass_average_precision),
    ):
        pairs.append(([area[name] for area in areas], measure(*asked, **each)))
    for ours, other in pairs:
        assert np.asarray(other) == pytest.approx(np.asarray(ours), abs=1e-6)
