"""Class mixes: re-weighting against Bayes' theorem, the estimate against plain EM."""

import numpy as np
import pytest
from scipy.stats import norm

from qsovae import ConfigError, InputError, ShapeError, estimate_class_mix
from qsovae.class_mix import (
    ESTIMATE,
    class_mix,
    likelihood,
    parse_prior,
    with_class_mix,
)

TRAINED = np.array([0.3, 0.5, 0.2])
CENTRES = np.array([0.0, 2.0, 4.0])


def posterior(x, shares, centres=CENTRES):
    """Return what Bayes' theorem says of unit normals with these centres and shares."""
    weighted = norm.pdf(x[:, None], centres) * shares
    return weighted / weighted.sum(axis=1, keepdims=True)


def sample(shares, n_rows, rng, centres=CENTRES):
    return rng.normal(rng.choice(centres, p=shares, size=n_rows))


def test_reweighted_probabilities_are_those_of_the_other_mix():
    x, shares = np.linspace(-3.0, 7.0, 50), np.array([0.9, 0.08, 0.02])
    moved = with_class_mix(posterior(x, TRAINED), TRAINED, shares)
    np.testing.assert_allclose(moved, posterior(x, shares), rtol=1e-12)


def test_a_row_of_which_nothing_is_known_gets_the_shares():
    shares = np.array([0.9, 0.08, 0.02])
    np.testing.assert_allclose(with_class_mix([TRAINED], TRAINED, shares)[0], shares)


@pytest.mark.parametrize("shares", [(0.05, 0.75, 0.2), (0.98, 0.01, 0.01)])
def test_the_estimate_is_what_em_converges_to(shares):
    x = sample(shares, 3000, np.random.default_rng(0))
    probabilities = posterior(x, TRAINED)
    expected = TRAINED
    for _ in range(3000):
        weighted = probabilities * expected / TRAINED
        expected = (weighted / weighted.sum(axis=1, keepdims=True)).mean(axis=0)
    mix = estimate_class_mix(probabilities, TRAINED)
    # A thousandth of a nat is a twentieth of a standard error; these are far below.
    np.testing.assert_allclose(mix.shares, expected, atol=3e-4)
    assert mix.shares.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("share", [0.4, 0.03])
def test_intervals_cover_the_truth_as_often_as_they_say(share):
    rng = np.random.default_rng(5)
    centres, trained = np.array([0.0, 2.5]), np.array([0.5, 0.5])
    covered = 0
    for _ in range(300):
        x = sample([1.0 - share, share], 800, rng, centres)
        mix = estimate_class_mix(posterior(x, trained, centres), trained)
        covered += mix.low[1] <= share <= mix.high[1]
    # 285 are expected, give or take 3.8; and an interval twice as wide covers all.
    assert 270 <= covered <= 296


def test_an_absent_class_is_found_to_be_absent_in_few_passes(monkeypatch):
    x = sample([0.6, 0.4, 0.0], 20_000, np.random.default_rng(1))
    passes = []

    def counted(*arguments):
        passes.append(arguments)
        return step(*arguments)

    step = likelihood._newton_goal
    monkeypatch.setattr(likelihood, "_newton_goal", counted)
    mix = estimate_class_mix(posterior(x, TRAINED).astype(np.float32), TRAINED)
    assert mix.low[2] == 0.0
    assert mix.high[2] < 0.01
    assert len(passes) < 15


def test_rows_of_which_nothing_is_known_say_nothing():
    mix = estimate_class_mix(np.tile(TRAINED, (50, 1)), TRAINED)
    np.testing.assert_allclose(mix.shares, TRAINED)
    assert (mix.low.max(), mix.high.min()) == (0.0, 1.0)
    x = sample(TRAINED, 500, np.random.default_rng(2))
    seen = posterior(x, TRAINED)
    alone = estimate_class_mix(seen, TRAINED)
    among = estimate_class_mix(np.vstack([seen, np.tile(TRAINED, (500, 1))]), TRAINED)
    np.testing.assert_allclose(among, alone, atol=2e-3)


def test_a_stated_mix_is_taken_in_the_order_of_the_classes():
    mix = class_mix({"STAR": 0.9, "QSO": 0.09}, ["QSO", "STAR"], [], [])
    np.testing.assert_allclose(mix.shares, [1 / 11, 10 / 11])
    np.testing.assert_array_equal(mix.low, mix.high)


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        ({"QSO": 0.5}, "the share of STAR is not stated"),
        ({"QSO": 0.5, "STAR": 0.5, "qso": 0.0}, "there is no class qso"),
        ({"QSO": -0.1, "STAR": 1.1}, "the share of QSO is -0.1"),
        ({"QSO": 0.0, "STAR": 1.0}, "the share of QSO is 0"),
        ({"QSO": 0.5, "STAR": np.nan}, "the share of STAR is nan"),
        ({"QSO": 0.5, "STAR": np.inf}, "the share of STAR is inf"),
        ({"QSO": 0.5, "STAR": 0.4}, "sum to 0.9"),
        ("estimated", "the prior is 'estimated'"),
        (0.02, "the prior is 0.02"),
    ],
)
def test_a_prior_that_is_none_is_refused_in_words(prior, words):
    with pytest.raises(ConfigError, match=words):
        class_mix(prior, ["QSO", "STAR"], [[0.5, 0.5]], [0.5, 0.5])


@pytest.mark.parametrize(
    ("probabilities", "trained", "error", "words"),
    [
        ([[0.5, 0.5], [np.nan, 1.0]], [0.5, 0.5], InputError, "row 1 has"),
        ([[0.5, 0.5], [-0.1, 1.1]], [0.5, 0.5], InputError, "row 1 has"),
        ([[0.5, 0.4]], [0.5, 0.5], InputError, "row 0 has"),
        (np.empty((0, 2)), [0.5, 0.5], InputError, "no rows"),
        ([[0.5, 0.5]], [0.5, 0.3, 0.2], ShapeError, "trained shares"),
        ([0.5, 0.5], [0.5, 0.5], ShapeError, "probabilities have shape"),
        ([[0.5, 0.5]], [0.0, 1.0], ConfigError, "the trained shares are"),
    ],
)
def test_probabilities_that_are_none_are_refused(probabilities, trained, error, words):
    with pytest.raises(error, match=words):
        estimate_class_mix(probabilities, trained)


def test_a_prior_is_read_from_text():
    assert parse_prior(" estimate ") == ESTIMATE
    assert parse_prior("a=b=0.1, STAR = 9e-1") == {"a=b": 0.1, "STAR": 0.9}


@pytest.mark.parametrize("text", ["", "QSO", "QSO=", "QSO=a", "QSO=0.1,", "Estimate"])
def test_text_that_is_no_prior_is_refused(text):
    with pytest.raises(ConfigError, match="no share of a class"):
        parse_prior(text)
    with pytest.raises(ConfigError, match="two shares"):
        parse_prior("QSO=0.1,QSO=0.9")
