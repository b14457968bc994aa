"""Prior, abstention and uncertainty of VAEClassifier."""

import numpy as np
import pytest
import torch
from scipy.special import entr
from sklearn.datasets import make_blobs
from sklearn.metrics import log_loss

from qsovae import ConfigError, VAEClassifier, estimate_class_mix
from qsovae.estimator import decide

NAMES = np.array(["GALAXY", "QSO", "STAR"])
SKY = {"GALAXY": 0.08, "QSO": 0.02, "STAR": 0.9}


@pytest.fixture(scope="module")
def blobs():
    X, y = make_blobs([300, 200, 100], n_features=4, cluster_std=2.5, random_state=3)
    return X, NAMES[y], np.full(X.shape, 0.5)


@pytest.fixture(scope="module")
def fitted(blobs):
    X, y, sigma = blobs
    return VAEClassifier(random_state=0, epochs=15).fit(X, y, sigma=sigma)


def test_a_stated_mix_moves_the_odds_by_its_ratio(blobs, fitted):
    X, _, sigma = blobs
    before = fitted.predict_proba(X, sigma).astype(float)
    after = fitted.predict_proba(X, sigma, prior=SKY)
    ratio = np.array([SKY[c] for c in fitted.classes_]) / fitted.class_prior_
    shown = (before > 1e-4).all(axis=1)
    assert shown.sum() > 100
    odds = (after / before)[shown] / ratio
    np.testing.assert_allclose(odds, odds[:, :1] * np.ones(3), rtol=1e-3)
    assert after.dtype == np.float32
    nothing = np.full((1, 4), np.nan)
    np.testing.assert_allclose(
        fitted.predict_proba(nothing, prior=SKY)[0], list(SKY.values()), atol=1e-6
    )


def test_the_mix_of_the_rows_at_hand_is_estimated_and_helps(blobs, fitted):
    X, y, sigma = blobs
    rng = np.random.default_rng(0)
    rare = np.flatnonzero((y != "QSO") | (rng.random(len(y)) < 0.05))
    mix = estimate_class_mix(
        fitted.predict_proba(X[rare], sigma[rare]), fitted.class_prior_
    )
    truth = [(y[rare] == c).mean() for c in fitted.classes_]
    np.testing.assert_allclose(mix.shares, truth, atol=0.05)
    stated = dict(zip(fitted.classes_, mix.shares, strict=True))
    moved = fitted.predict_proba(X[rare], sigma[rare], prior="estimate")
    np.testing.assert_allclose(
        moved, fitted.predict_proba(X[rare], sigma[rare], prior=stated), atol=1e-6
    )
    as_trained = fitted.predict_proba(X[rare], sigma[rare])
    assert log_loss(y[rare], moved) < log_loss(y[rare], as_trained) - 0.01


def test_unsure_rows_get_the_mark_that_a_fit_reads_as_unlabelled(blobs, fitted):
    X, _, sigma = blobs
    sure = fitted.predict_proba(X, sigma, prior=SKY).max(axis=1) >= 0.9
    predicted = fitted.predict(X, sigma, prior=SKY, abstain=0.9)
    assert 0 < sure.sum() < len(X)
    assert (predicted != None).tolist() == sure.tolist()  # noqa: E711  elementwise
    np.testing.assert_array_equal(predicted[sure], fitted.predict(X, prior=SKY)[sure])
    again = VAEClassifier(hidden=(8,), n_latent=2, epochs=1).fit(X, predicted)
    assert again.classes_.tolist() == sorted(set(predicted[sure]))


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (np.array([3, 7]), [3, -1]),
        (np.array([0.5, 2.0]), [0.5, -1.0]),
        (np.array([-1, 1]), [-1, None]),
        (np.array([False, True]), [False, None]),
        (np.array(["QSO", "STAR"]), ["QSO", None]),
    ],
)
def test_the_mark_is_no_class(classes, expected):
    shares = np.array([[0.9, 0.1], [0.4, 0.6]])
    assert decide(shares, classes, 0.9).tolist() == expected
    assert decide(shares, classes, None).tolist() == classes.tolist()


@pytest.mark.parametrize("abstain", [-0.1, 1.1, np.nan])
def test_abstaining_below_no_probability_is_refused(blobs, fitted, abstain):
    with pytest.raises(ConfigError, match="abstain is"):
        fitted.predict(blobs[0], abstain=abstain)


def test_the_parts_of_an_uncertainty_are_its_whole(blobs, fitted):
    X, _, sigma = blobs
    found = fitted.uncertainty(X, sigma)
    assert {part.shape for part in found} == {(600,)}
    for part in found:
        assert (part >= 0).all()
    np.testing.assert_allclose(sum(found[1:]), found.total, atol=1e-5)
    assert found.total.max() <= np.log(3) + 1e-5
    for one, two in zip(found, fitted.uncertainty(X, sigma), strict=True):
        np.testing.assert_array_equal(one, two)


def test_noise_alone_moves_the_part_from_noise(blobs, fitted):
    X, _, sigma = blobs
    # A known error of zero: the measurement would come out the same each time.
    exact = fitted.uncertainty(X, np.zeros_like(sigma))
    np.testing.assert_allclose(exact.from_noise, 0.0, atol=1e-6)
    assert exact.from_model.mean() > 1e-4
    small, large = (fitted.uncertainty(X, sigma * k).from_noise for k in (0.5, 4.0))
    assert large.mean() > 3 * small.mean()
    # An unknown error is the training rows' typical one, here everybody's.
    unknown = fitted.uncertainty(X, np.full_like(sigma, np.nan))
    np.testing.assert_array_equal(unknown.total, fitted.uncertainty(X, sigma).total)


def test_a_posterior_without_width_leaves_no_doubt_from_the_model(blobs, fitted):
    X, _, sigma = blobs

    class Certain:
        """The network with a posterior that has no width."""

        config = fitted.network_.config
        device = fitted.network_.device
        classify = fitted.network_.classify

        @staticmethod
        def encode(batch):
            mean, log_variance = fitted.network_.encode(batch)
            return mean, log_variance - 100.0

    certain = VAEClassifier()
    certain.__dict__.update(fitted.__dict__ | {"network_": Certain})
    found = certain.uncertainty(X, sigma)
    np.testing.assert_allclose(found.from_model, 0.0, atol=1e-6)
    assert found.from_noise.mean() > 1e-3
    # Without noise as well, nothing is left but the entropy of the probabilities.
    exact = np.zeros_like(sigma)
    shares = certain.predict_proba(X, exact, prior=SKY).astype(float)
    found = certain.uncertainty(X, exact, prior=SKY)
    np.testing.assert_allclose(found.total, entr(shares).sum(axis=1), atol=1e-4)


def test_the_part_from_the_model_is_what_draws_of_the_latent_find(blobs, fitted):
    X, sigma = blobs[0][:50], np.zeros((50, 4))
    batch = fitted.scaler_.apply(X, sigma)
    rng = np.random.default_rng(1)
    with torch.inference_mode():
        mean, log_variance = (part.numpy() for part in fitted.network_.encode(batch))
        width = np.exp(log_variance / 2)
        latents = rng.normal(mean, width, size=(4000, *mean.shape))
        logits = fitted.network_.classify(torch.from_numpy(latents).float())
        shares = logits.softmax(dim=-1).double().numpy()
    expected = entr(shares.mean(axis=0)).sum(axis=-1)
    expected = expected - entr(shares).sum(axis=-1).mean(axis=0)
    found = fitted.uncertainty(X, sigma, n_samples=200).from_model
    assert found.mean() == pytest.approx(expected.mean(), rel=0.15)


def test_a_row_of_which_nothing_is_known_has_the_entropy_of_the_mix(fitted):
    found = fitted.uncertainty(np.full((2, 4), np.nan), prior=SKY)
    shares = np.array(list(SKY.values()))
    expected = -(shares * np.log(shares)).sum()
    np.testing.assert_allclose(found.total, expected, rtol=1e-5)
    np.testing.assert_allclose(found.from_overlap, expected, rtol=1e-5)


def test_too_few_draws_are_refused(blobs, fitted):
    with pytest.raises(ConfigError, match="n_samples is 1"):
        fitted.uncertainty(blobs[0], n_samples=1)
