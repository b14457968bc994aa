"""A catalog scored at another class mix, with rows left undecided."""

import json

import numpy as np
import pytest

import qsovae
from qsovae import ConfigError, score_catalog
from qsovae.class_mix import parse_prior

SHARES = ["entropy_noise", "entropy_model", "entropy_overlap"]


def stated(run):
    """Return a mix of one quasar in fifty, the rest in equal parts."""
    others = [c for c in run.classes if c != "QSO"]
    return {"QSO": 0.02} | dict.fromkeys(others, 0.98 / len(others))


def test_without_a_wish_the_scores_are_those_of_the_run(run, catalog):
    scored = score_catalog(run, catalog)
    plain = qsovae.score_rows(run, catalog)
    assert scored.rows.columns.tolist() == plain.columns.tolist()
    for column in plain:
        assert scored.rows[column].tolist() == plain[column].tolist()
    assert scored.prior_json()["kind"] == "trained"
    np.testing.assert_array_equal(scored.mix.shares, run.estimator.class_prior_)


def test_a_stated_mix_gives_what_the_estimator_gives(run, catalog):
    prior = stated(run)
    scored = score_catalog(run, catalog, prior=prior, abstain=0.8)
    table = qsovae.build_features(catalog, run.features)
    by_number = {k: prior[name] for k, name in enumerate(run.classes)}
    expected = run.estimator.predict_proba(table.values, table.sigma, prior=by_number)
    shares = qsovae.probability_matrix(scored.rows, run.classes)
    np.testing.assert_allclose(shares, expected, atol=1e-6)
    unsure = scored.rows["class_predicted"].isna().to_numpy()
    assert 0 < unsure.sum() < len(unsure)
    np.testing.assert_array_equal(unsure, shares.max(axis=1) < np.float32(0.8))
    best = np.array(run.classes)[shares.argmax(axis=1)]
    named = scored.rows["class_predicted"].to_numpy(dtype=object)
    assert (named[~unsure] == best[~unsure]).all()


def test_an_estimated_mix_is_told_with_its_interval(run, catalog):
    scored = score_catalog(run, catalog, prior="estimate")
    told = json.loads(json.dumps(scored.prior_json()))
    assert told["kind"] == "estimated"
    assert sum(told["shares"].values()) == pytest.approx(1.0)
    for name in run.classes:
        assert told["low"][name] <= told["shares"][name] <= told["high"][name]
    # At the likeliest mix the mean probability of a class is its share.
    means = qsovae.probability_matrix(scored.rows, run.classes).mean(axis=0)
    np.testing.assert_allclose(means, scored.mix.shares, atol=1e-3)


def test_the_header_says_which_mix_was_used_as_it_can_be_stated_again(run, catalog):
    scored = score_catalog(run, catalog, prior=stated(run), abstain=0.9)
    header = scored.header()
    assert (header["prior_is"], header["abstain"]) == ("stated", 0.9)
    assert parse_prior(header["prior"]) == pytest.approx(stated(run), rel=1e-5)


def test_the_parts_of_the_entropy_are_columns(run, catalog):
    prior = stated(run)
    rows = score_catalog(run, catalog, prior=prior, with_uncertainty=True).rows
    assert len(rows) == catalog.n_rows
    np.testing.assert_allclose(rows[SHARES].sum(axis=1), rows["entropy"], atol=1e-5)
    table = qsovae.build_features(catalog, run.features)
    by_number = {k: prior[name] for k, name in enumerate(run.classes)}
    found = run.estimator.uncertainty(table.values, table.sigma, prior=by_number)
    np.testing.assert_allclose(rows["entropy_noise"], found.from_noise, atol=1e-5)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"prior": {"QSO": 1.0}}, "is not stated"),
        ({"prior": {"BLAZAR": 1.0}}, "no class BLAZAR"),
        ({"abstain": 90}, "abstain is 90"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(run, catalog, wish, words):
    with pytest.raises(ConfigError, match=words):
        score_catalog(run, catalog, **wish)
