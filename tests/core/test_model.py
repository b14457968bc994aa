import numpy as np
import pytest
import torch

from qsovae.batch import Batch
from qsovae.model import Network, NetworkConfig, Waves


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
