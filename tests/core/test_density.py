import numpy as np
import torch
from scipy.stats import multivariate_normal, norm

from qsovae.density import LatentDensity


def test_before_a_fit_it_is_the_prior():
    latent = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    found = LatentDensity(3, 4).log_density(latent)
    np.testing.assert_allclose(found, norm.logpdf(latent).sum(axis=1), rtol=1e-5)


def test_few_rows_are_one_normal_distribution():
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(90, 2)) @ [[2.0, 1.0], [0.0, 0.5]] + 3.0
    density = LatentDensity(2, 16)
    density.fit(torch.from_numpy(latent).float())
    expected = multivariate_normal(
        latent.mean(axis=0), np.cov(latent.T, bias=True) + 1e-3 * np.eye(2)
    )
    found = density.log_density(torch.from_numpy(latent).float())
    np.testing.assert_allclose(found, expected.logpdf(latent), rtol=1e-3)


def test_between_two_heaps_there_is_less_than_within():
    torch.manual_seed(0)
    latent = (
        torch.randn(400, 2)
        + torch.tensor([6.0, 0.0]) * (torch.arange(400) % 2)[:, None]
    )
    density = LatentDensity(2, 16)
    density.fit(latent)
    within, between = density.log_density(torch.tensor([[6.0, 0.0], [3.0, 0.0]]))
    assert within > between + 2


def test_rows_that_are_all_the_same_have_a_density():
    density = LatentDensity(2, 16)
    density.fit(torch.ones(500, 2))
    assert torch.isfinite(density.log_density(torch.zeros(1, 2))).all()
