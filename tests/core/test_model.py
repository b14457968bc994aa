import numpy as np
import pytest
import torch
from scipy.stats import kstest, norm

from qsovae.batch import Batch
from qsovae.inputs import NormalScores, Waves
from qsovae.model import Network, NetworkConfig
from qsovae.training.intervals import calibrate_intervals


def test_waves_of_a_value_depend_on_that_value_alone():
    torch.manual_seed(0)
    waves = Waves(n_features=3, n_frequencies=8)
    values = torch.randn(5, 3)
    moved = values.clone()
    moved[:, 1] += 0.7
    differs = (waves(moved) != waves(values)).any(dim=-1)
    assert differs.any(dim=0).tolist() == [False, True, False]


def test_waves_are_mixtures_of_cosines():
    waves = Waves(n_features=1, n_frequencies=1)
    with torch.no_grad():
        waves.frequency.fill_(0.25)
        waves.phase.fill_(0.0)
        waves.mixing.copy_(torch.tensor([[[1.0, 2.0, 0.0, -1.0]]]))
        waves.offset.copy_(torch.tensor([[0.0, 0.0, 3.0, 0.0]]))
        # A value of 2 is half a turn.
        found = waves(torch.tensor([[0.0], [2.0]]))[:, 0]
    expected = torch.tensor([[1.0, 2.0, 3.0, -1.0], [-1.0, -2.0, 3.0, 1.0]])
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("n_frequencies", [0, 8])
def test_what_was_not_observed_does_not_count(n_frequencies):
    network = Network(NetworkConfig(2, 2, n_frequencies=n_frequencies)).eval()
    observed = torch.tensor([[True, False]])

    def encoded(hidden_value):
        values = torch.tensor([[0.3, hidden_value]])
        return network.encode(Batch(values, torch.zeros(1, 2), observed))[0]

    assert torch.equal(encoded(5.0), encoded(np.nan))


def test_a_network_from_before_the_waves_has_none():
    saved = NetworkConfig(2, 2).to_json()
    assert NetworkConfig.from_json(saved).n_frequencies == 8
    del saved["n_frequencies"]
    old = Network(NetworkConfig.from_json(saved))
    assert not any(name.startswith("waves") for name in old.state_dict())


def scaled(values):
    values = torch.as_tensor(values, dtype=torch.float32)
    return Batch(values, torch.zeros_like(values), ~values.isnan())


def test_normal_scores_of_any_distribution_are_normal():
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.lognormal(size=4000), rng.uniform(size=4000)])
    scores = NormalScores(2, 128)
    scores.fit(scaled(values))
    found = scores(torch.tensor(values, dtype=torch.float32)).numpy()
    for column in found.T:
        assert kstest(column, "norm").statistic < 0.02
    # Ranks are kept, also beyond what was seen.
    assert scores(torch.tensor([[-9.0, -9.0], [1e3, 9.0]])).diff(dim=0).min() > 4


def test_equal_values_have_one_score_and_unseen_features_none():
    values = np.column_stack([np.repeat([0.0, 1.0], 50), np.full(100, np.nan)])
    scores = NormalScores(2, 16)
    scores.fit(scaled(values))
    found = scores(torch.tensor([[0.0, 5.0], [1.0, -5.0]])).numpy()
    assert found[0, 0] == pytest.approx(-found[1, 0])
    assert found[1, 0] == pytest.approx(norm.ppf(0.75), abs=0.05)
    assert not found[:, 1].any()


def test_what_rounding_does_to_equal_values_parts_no_knots():
    # As of a catalog in other types, or of differences of the same magnitudes.
    rounded = np.concatenate([np.full(200, 1.0), 1.0 + 1e-6 * np.arange(200)])
    scores = NormalScores(1, 16)
    scores.fit(scaled(np.concatenate([rounded, np.linspace(2.0, 3.0, 400)])[:, None]))
    found = scores(torch.tensor([[1.0], [1.0 + 1e-6], [1.0 + 2e-4]]))
    assert float(found.max() - found.min()) < 2e-3


def test_calibrated_intervals_hold_what_they_promise():
    torch.manual_seed(0)
    network = Network(NetworkConfig(2, 2)).eval()
    batch = scaled(torch.randn(5000, 2) * torch.tensor([0.5, 2.0]))
    with torch.no_grad():
        mean, log_variance = network.encode(batch)
        before = network.decode(mean).variance
        calibrate_intervals(network, batch)
        noise = torch.randn(64, *mean.shape)
        predicted = network.predict(mean, log_variance, noise)
        after = network.decode(mean).variance
    spread = (predicted.from_latent + predicted.from_scatter).sqrt()
    inside = ((batch.values - predicted.mean).abs() < spread).float().mean(dim=0)
    np.testing.assert_allclose(inside, 0.683, atol=0.02)
    # The likelihood, and with it who is strange, stays what training made it.
    assert torch.equal(before, after)


def test_a_network_from_before_has_one_scatter_for_all_rows():
    saved = NetworkConfig(2, 2).to_json()
    del saved["varies_scatter"], saved["n_knots"]
    old = Network(NetworkConfig.from_json(saved))
    decoded = old.decode(torch.randn(3, 4, 8))
    assert decoded.mean.shape == decoded.variance.shape == (3, 4, 2)
    assert (decoded.variance == decoded.variance[0, 0]).all()
    assert "normal_scores.knots" not in old.state_dict()
