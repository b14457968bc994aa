"""VAEClassifier: contract, honesty about what it did not see, saving and loading."""

import json
import subprocess
import sys
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file, save_file
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.utils.estimator_checks import estimator_checks_generator

from qsovae import (
    ConfigError,
    InputError,
    QsovaeError,
    RunError,
    ShapeError,
    VAEClassifier,
)
from qsovae.targets import encode_targets, held_out_rows
from qsovae.training import Plan

QUICK = {"hidden": (16,), "n_latent": 2, "epochs": 30, "random_state": 0}


def quick_checks():
    return estimator_checks_generator(VAEClassifier(**QUICK))


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pytest.param(e, c, id=getattr(c, "func", c).__name__) for e, c in quick_checks()],
)
@pytest.mark.filterwarnings("ignore")  # the checks raise warnings of their own making
def test_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_contract_of_scikit_learn_with_all_defaults():
    from sklearn.utils.estimator_checks import check_estimator

    check_estimator(VAEClassifier())


@pytest.fixture(scope="module")
def blobs():
    X, y = make_blobs(600, centers=3, n_features=4, cluster_std=1.2, random_state=3)
    return X * [1.0, 30.0, 0.01, 5.0], np.array(["GALAXY", "QSO", "STAR"])[y]


@pytest.fixture(scope="module")
def fitted(blobs):
    return VAEClassifier(random_state=0, epochs=60).fit(*blobs)


def test_it_learns_what_is_there_to_learn(blobs):
    X, y = blobs
    model = VAEClassifier(random_state=0, epochs=60).fit(X[:400], y[:400])
    assert (model.predict(X[400:]) == y[400:]).mean() > 0.9
    assert model.classes_.tolist() == ["GALAXY", "QSO", "STAR"]


def test_the_reconstruction_is_in_the_units_of_x(blobs, fitted):
    X, _ = blobs
    residual = X - fitted.reconstruct(X)
    # Means a column explains at least half its variance: a latent that is ignored
    # explains none.
    assert (residual.var(axis=0) < 0.5 * X.var(axis=0)).all()


def test_values_lie_within_one_deviation_of_the_reconstruction_as_often_as_should_be(
    blobs, fitted
):
    X, _ = blobs
    pulls = (X - fitted.reconstruct(X)) / fitted.reconstruction_std(X)
    np.testing.assert_allclose((np.abs(pulls) < 1).mean(axis=0), 0.683, atol=0.03)


def test_the_latent_carries_the_classes(blobs, fitted):
    from sklearn.neighbors import KNeighborsClassifier

    X, y = blobs
    latent = fitted.transform(X)
    known = KNeighborsClassifier(10).fit(latent[:400], y[:400])
    assert known.score(latent[400:], y[400:]) > 0.85


def test_strangers_score_higher(blobs, fitted):
    X, _ = blobs
    strange = X.mean(axis=0) + X.std(axis=0) * [8, -8, 8, -8]
    scores = fitted.outlier_score(np.vstack([X, strange]))
    assert scores[-1] > np.quantile(scores[:-1], 0.999)


def test_one_seed_gives_the_same_result_twice_and_leaves_the_callers_alone(blobs):
    import torch

    X, y = blobs
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one = clone(VAEClassifier(**QUICK)).fit(X, y)
    assert torch.rand(1) == expected
    two = clone(VAEClassifier(**QUICK)).fit(X, y)
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    other = VAEClassifier(**(QUICK | {"random_state": 1})).fit(X, y)
    assert (other.predict_proba(X) != one.predict_proba(X)).any()


def test_rows_held_out_for_early_stopping_do_not_touch_the_scaling(blobs):
    X, y = blobs
    model = VAEClassifier(**QUICK).fit(X, y)
    trained = np.setdiff1d(np.arange(len(X)), model.validation_rows_)
    np.testing.assert_allclose(model.scaler_.centre, np.median(X[trained], axis=0))
    assert len(model.validation_rows_) == int(0.15 * len(X))


def test_unlabelled_rows_are_used_and_are_no_class(blobs):
    X, y = blobs
    partly = y.astype(object)
    partly[50:] = -1
    model = VAEClassifier(**QUICK).fit(X, partly)
    assert model.classes_.tolist() == ["GALAXY", "QSO", "STAR"]
    assert set(model.validation_rows_) <= set(range(50))
    alone = VAEClassifier(**QUICK).fit(X[:50], y[:50])
    assert model.scaler_.centre.tolist() != alone.scaler_.centre.tolist()


def test_a_missing_column_at_inference_is_no_surprise(blobs, fitted):
    X, y = blobs
    holes = X.copy()
    holes[:, 1] = np.nan
    assert np.isfinite(fitted.predict_proba(holes)).all()
    assert (fitted.predict(holes) == y).mean() > 0.5


def test_a_row_of_which_nothing_is_known_gets_the_prior(blobs, fitted):
    _, y = blobs
    nothing = np.full((1, 4), np.nan)
    shares = [(y == c).mean() for c in fitted.classes_]
    np.testing.assert_allclose(fitted.predict_proba(nothing)[0], shares, atol=1e-6)


def test_a_larger_error_makes_a_row_less_certain(blobs):
    X, y = blobs
    rng = np.random.default_rng(0)
    width = X.std(axis=0)
    factor = rng.choice([0.01, 1.5], size=(len(X), 1))
    sigma = np.broadcast_to(width * factor, X.shape)
    noisy = X + rng.normal(size=X.shape) * sigma
    model = VAEClassifier(random_state=0, epochs=80).fit(noisy, y, sigma=sigma)
    sharp = model.predict_proba(X, 0.01 * np.broadcast_to(width, X.shape)).max(axis=1)
    blurred = model.predict_proba(X, 1.5 * np.broadcast_to(width, X.shape)).max(axis=1)
    assert blurred.mean() < sharp.mean() - 0.05


@pytest.mark.parametrize(
    "spoil",
    [
        lambda X: X.__setitem__((slice(None), 0), np.nan),
        lambda X: X.__setitem__((slice(None), 0), 7.0),
    ],
    ids=["all NaN", "constant"],
)
def test_a_column_without_information_is_carried_along(blobs, spoil):
    X, y = blobs[0].copy(), blobs[1]
    spoil(X)
    model = VAEClassifier(**QUICK).fit(X, y)
    assert np.isfinite(model.predict_proba(X)).all()
    assert np.isfinite(model.outlier_score(X)).all()


def test_a_class_with_one_row_is_kept_and_stays_in_training(blobs):
    X, y = blobs[0].copy(), blobs[1].copy()
    y[17] = "LENS"
    model = VAEClassifier(**QUICK).fit(X, y)
    assert "LENS" in model.classes_
    assert 17 not in model.validation_rows_


def test_wild_values_do_not_stop_the_training(blobs):
    X, y = blobs[0].copy(), blobs[1]
    X[:3, 0] = [1e30, -1e30, 1e12]
    model = VAEClassifier(**QUICK).fit(X, y)
    assert np.isfinite(model.infer(X).outlier_score).all()


def with_infinities(X):
    spoilt = X.copy()
    spoilt[3, 1], spoilt[9, 0] = np.inf, -np.inf
    return spoilt


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X, y: (with_infinities(X), y), "2 values .* in row 3, column 1"),
        (lambda X, y: (X, np.full(len(y), -1)), "no row is labelled"),
        (lambda X, y: (X, np.full(len(y), None)), "no row is labelled"),
        (lambda X, y: (X, np.full(len(y), "QSO")), "only one class"),
        (lambda X, y: (X[:1], y[:1]), "minimum of 2"),
        (lambda X, y: (X[:0], y[:0]), "0 sample"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_in_words(blobs, change, words):
    with pytest.raises(ValueError, match=words):
        VAEClassifier(**QUICK).fit(*change(*blobs))


def test_a_catalog_in_single_precision_gives_the_same_probabilities(blobs):
    X, y = blobs
    # Many rows of one value, which is a difference, and so not quite that.
    X = np.column_stack([X, (np.where(y == "QSO", 0.1, X[:, 0]) + 20.3) - 20.3])
    model = VAEClassifier(random_state=0, epochs=40).fit(X, y)
    single = model.predict_proba(X.astype(np.float32))
    np.testing.assert_allclose(single, model.predict_proba(X), atol=1e-3)


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_what_cannot_be_used_is_counted_in_portions(blobs, monkeypatch, at_once):
    monkeypatch.setattr("qsovae.batch._ROWS_AT_ONCE", at_once)
    X, y = blobs
    model = VAEClassifier(**QUICK)
    with pytest.raises(InputError, match=r"2 values .* in row 3, column 1"):
        model.fit(with_infinities(X), y)
    sigma = np.where(np.arange(len(X)) % 300 == 7, -1.0, 1.0)[:, None] * np.ones_like(X)
    with pytest.raises(ConfigError, match="8 standard errors are negative"):
        model.fit(X, y, sigma=sigma)


def test_infinities_are_refused_by_name_after_the_fit_as_well(blobs):
    X, y = blobs
    frame = pd.DataFrame(X, columns=["g", "r", "i", "g - r"])
    model = VAEClassifier(**(QUICK | {"epochs": 1})).fit(frame, y)
    frame.loc[5, "g - r"] = np.inf
    for method in (model.predict, model.transform, model.outlier_score):
        with pytest.raises(InputError, match="row 5, column 'g - r'"):
            method(frame)


@pytest.mark.parametrize(
    "shape", [(600,), (600, 3), (500, 4), (700, 4)], ids=lambda shape: f"{shape}"
)
def test_errors_of_another_shape_are_refused(blobs, fitted, shape):
    X, y = blobs
    with pytest.raises(ShapeError, match="sigma has shape"):
        VAEClassifier(**QUICK).fit(X, y, sigma=np.ones(shape))
    with pytest.raises(ShapeError, match="sigma has shape"):
        fitted.predict(X, np.ones(shape))


@pytest.mark.parametrize(
    "parameters",
    [{"epochs": 0}, {"validation_fraction": 1.0}, {"n_latent": 0}, {"hidden": ()}],
)
def test_parameters_out_of_range_are_refused(blobs, parameters):
    with pytest.raises(ConfigError):
        VAEClassifier(**parameters).fit(*blobs)
    with pytest.raises(ConfigError, match="negative"):
        VAEClassifier(**QUICK).fit(*blobs, sigma=np.full(blobs[0].shape, -1.0))


def test_minus_one_is_unlabelled_unless_it_is_half_of_a_pair():
    classes, targets = encode_targets(np.array([3, -1, 5, 3]))
    assert classes.tolist() == [3, 5]
    assert targets.tolist() == [0, -1, 1, 0]
    with pytest.warns(UserWarning, match="two classes"):
        classes, targets = encode_targets(np.array([-1, 1, 1]))
    assert classes.tolist() == [-1, 1]
    assert targets.tolist() == [0, 1, 1]
    classes, targets = encode_targets(np.array(["a", None, -1, "None"], dtype=object))
    assert targets.tolist() == [1, -1, -1, 0]
    with pytest.raises(InputError):
        encode_targets(np.array([-1, -1]))


@pytest.mark.parametrize("dtype", ["str", "string", object])
def test_nulls_of_pandas_mark_unlabelled_rows(blobs, dtype):
    X, y = blobs
    holes = pd.Series(y, dtype=dtype).where(np.arange(len(y)) % 3 > 0)
    model = VAEClassifier(**(QUICK | {"epochs": 1})).fit(X, holes)
    assert model.classes_.tolist() == ["GALAXY", "QSO", "STAR"]
    assert (model.validation_rows_ % 3 > 0).all()


def test_labels_of_different_types_are_refused(blobs):
    X, y = blobs
    mixed = y.astype(object)
    mixed[0] = 7
    with pytest.raises(InputError, match="different types: int, str"):
        VAEClassifier(**QUICK).fit(X, mixed)


def test_held_out_rows_keep_the_shares_of_the_classes():
    targets = np.repeat([0, 1, -1], [400, 100, 300])
    rows = held_out_rows(targets, 0.2, 0)
    assert np.bincount(targets[rows]).tolist() == [80, 20]
    assert held_out_rows(targets[390:410], 0.2, 0).size == 0


def test_a_callback_stops_and_what_was_learnt_stays(blobs):
    X, y = blobs
    reports = []

    def stop_at_five(report):
        reports.append(report)
        return report.epoch == 5

    model = VAEClassifier(random_state=0, epochs=60).fit(X, y, on_epoch=stop_at_five)
    assert model.n_iter_ == 5 == len(reports) == len(model.history_)
    assert reports[-1].n_epochs == 60
    assert (model.predict(X) == y).mean() > 1.2 / 3
    total = reports[-1].train
    weight = (total.total - total.classification) / (total.reconstruction + total.kl)
    assert weight == pytest.approx(0.02, rel=1e-3)


def test_steps_grow_with_the_root_of_the_rows():
    steps = {
        n: (p := Plan.for_size(n)).n_epochs * -(-n // p.batch_size)
        for n in (50, 1400, 7000, 1_000_000)
    }
    assert steps[50] >= 300
    assert steps[1400] == pytest.approx(20 * 1400**0.5, rel=0.05)
    assert steps[7000] == pytest.approx(20 * 7000**0.5, rel=0.05)
    assert 8000 <= steps[1_000_000] < 9000


def test_a_saved_model_gives_the_same_in_a_fresh_process(blobs, fitted, tmp_path):
    X, _ = blobs
    fitted.save(tmp_path / "model")
    np.save(tmp_path / "x.npy", X, allow_pickle=False)
    code = (
        "import sys, numpy as np; from qsovae import VAEClassifier\n"
        "import torch; torch.set_num_threads(1)\n"
        f"X = np.load(r'{tmp_path}/x.npy')\n"
        f"m = VAEClassifier.load(r'{tmp_path}/model')\n"
        f"np.save(r'{tmp_path}/p.npy', m.predict_proba(X)); print(m.predict(X)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == fitted.predict(X)[0]
    again = np.load(tmp_path / "p.npy")
    np.testing.assert_allclose(again, fitted.predict_proba(X), atol=1e-6)
    names = sorted(p.name for p in (tmp_path / "model").iterdir())
    assert names == ["config.json", "scaler.json", "weights.safetensors"]


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def spoil_weights(path):
    weights = load_file(path)
    name = next(iter(weights))
    weights[name] = weights[name] * float("nan")
    save_file(weights, path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda f: (f / "weights.safetensors").unlink(),
        lambda f: (f / "weights.safetensors").write_bytes(b"\x00" * 40),
        lambda f: (f / "config.json").write_text("{"),
        lambda f: (f / "config.json").write_text("{}"),
        lambda f: (f / "scaler.json").write_text(json.dumps({"centre": [0.0]})),
        lambda f: edit(f / "scaler.json", centre=[0.0]),
        lambda f: edit(f / "scaler.json", width=[1.0, 1.0, 1.0, 0.0]),
        lambda f: edit(f / "scaler.json", centre=[float("nan")] * 4),
        lambda f: edit(f / "config.json", classes=["QSO", "STAR"]),
        lambda f: edit(f / "config.json", class_prior=[0.5, 0.5]),
        lambda f: edit(f / "config.json", feature_names=["g"]),
        lambda f: edit(f / "config.json", parameters={"n_latent": 8}),
        lambda f: edit(f / "config.json", parameters={"hidden": [9], "depth": 3}),
        lambda f: edit(f / "config.json", n_iter=None, network={"n_features": 4}),
        lambda f: (f / "config.json").write_text("[]"),
        lambda f: spoil_weights(f / "weights.safetensors"),
    ],
)
def test_a_damaged_model_is_refused_in_one_sentence(fitted, tmp_path, damage):
    fitted.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(RunError) as caught:
        VAEClassifier.load(tmp_path)
    assert isinstance(caught.value, QsovaeError)
    assert "\n" not in str(caught.value)


def test_integer_labels_come_back_as_integers(blobs, tmp_path):
    X, y = blobs
    numbers = np.searchsorted(["GALAXY", "QSO", "STAR"], y) + 10
    model = VAEClassifier(**QUICK).fit(X, numbers)
    model.save(tmp_path)
    again = VAEClassifier.load(tmp_path)
    assert again.predict(X).dtype == numbers.dtype
    assert set(again.predict(X)) <= {10, 11, 12}


@pytest.fixture
def mapped(tmp_path):
    """Return a memory map of float32, and labels that it tells."""
    path, rng = tmp_path / "values.npy", np.random.default_rng(0)
    np.save(path, rng.normal(size=(50_000, 40)).astype(np.float32))
    values = np.load(path, mmap_mode="r")
    return values, (values[:, 0] > 0).astype(int)


def test_a_memory_map_trains_like_the_same_rows_in_memory(mapped):
    X, y = mapped[0][:600], mapped[1][:600]
    sigma = np.abs(X) / 10
    in_memory = VAEClassifier(**QUICK).fit(np.array(X), y, sigma=sigma)
    from_file = VAEClassifier(**QUICK).fit(X, y, sigma=sigma)
    np.testing.assert_array_equal(
        from_file.predict_proba(X, sigma), in_memory.predict_proba(X, sigma)
    )


def test_a_fit_holds_no_second_copy_of_its_input(mapped, monkeypatch):
    # What is drawn to scale and calibrate by does not grow with the rows.
    monkeypatch.setattr("qsovae.batch._MOST_FITTED", 1000)
    monkeypatch.setattr("qsovae.training.trainer._DESCRIBING_ROWS", 1000)
    X, y = mapped
    model = VAEClassifier(hidden=(4,), n_latent=2, epochs=1, validation_fraction=0.0)
    model.fit(X[:600], y[:600])  # libraries are loaded at the first fit
    tracemalloc.start()
    try:
        model.fit(X, y)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < X.nbytes


def test_no_more_rows_are_held_out_than_tell_the_best_epoch():
    targets = np.repeat([0, 1, -1], [150_000, 50_000, 10])
    held_out = held_out_rows(targets, fraction=0.15, seed=0)
    assert np.bincount(targets[held_out]).tolist() == [15_000, 5_000]


def test_one_epoch_of_four_steps_is_a_training(blobs):
    X, y = blobs
    model = VAEClassifier(epochs=1, validation_fraction=0.0, random_state=0)
    model.fit(X[:120], y[:120])
    plan = Plan.for_size(120, 1)
    assert -(-120 // plan.batch_size) == 4
    assert np.isfinite(model.predict_proba(X)).all()
