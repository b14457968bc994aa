"""The bound against an oracle that is exact for a linear decoder."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qsovae.batch import Batch
from qsovae.elbo import divergence, elbo_terms, log_likelihood
from qsovae.errors import ShapeError


def gaussian_log_density(x, covariance):
    _, log_det = np.linalg.slogdet(covariance)
    quadratic = x @ np.linalg.solve(covariance, x)
    return -0.5 * (quadratic + log_det + x.size * np.log(2 * np.pi))


def kl_to_exact_posterior(x, weights, variance_x, mean, variance):
    precision = np.eye(mean.size) + (weights.T / variance_x) @ weights
    offset = mean - np.linalg.solve(precision, weights.T @ (x / variance_x))
    trace = np.trace(precision * variance)
    log_det = np.linalg.slogdet(precision)[1] + np.log(variance).sum()
    return 0.5 * (trace + offset @ precision @ offset - mean.size - log_det)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 8))
def test_bound_plus_posterior_gap_is_the_log_evidence(seed, n_latent, n_features):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(n_features, n_latent))
    x = rng.normal(size=(3, n_features))
    sigma = rng.uniform(0.0, 2.0, x.shape)
    scatter = rng.uniform(0.2, 1.0, n_features) ** 2
    observed = rng.random(x.shape) < 0.7  # sometimes nothing at all is observed
    mean = rng.normal(size=(3, n_latent))
    variance = rng.uniform(0.1, 3.0, mean.shape)
    # 2K sigma points integrate the quadratic log-likelihood without noise.
    offsets = np.sqrt(n_latent * variance) * np.eye(n_latent)[:, None, :]
    latent = np.concatenate([mean + offsets, mean - offsets])

    batch = Batch(*map(torch.tensor, (np.where(observed, x, np.nan), sigma, observed)))
    terms = elbo_terms(
        batch,
        *map(torch.tensor, (latent @ weights.T, scatter, mean, np.log(variance))),
    )

    for i, seen in enumerate(observed):
        w, v = weights[seen], (sigma[i] ** 2 + scatter)[seen]
        gap = kl_to_exact_posterior(x[i, seen], w, v, mean[i], variance[i])
        evidence = gaussian_log_density(x[i, seen], w @ w.T + np.diag(v))
        assert terms.bound()[i].item() + gap == pytest.approx(evidence, abs=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_divergence_is_that_of_torch_distributions(seed):
    rng = torch.Generator().manual_seed(seed)
    mean = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    log_variance = torch.randn(5, 3, generator=rng, dtype=torch.float64)
    posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    prior = torch.distributions.Normal(torch.zeros_like(mean), 1.0)
    expected = torch.distributions.kl_divergence(posterior, prior).sum(dim=-1)
    torch.testing.assert_close(divergence(mean, log_variance), expected)


def test_a_divergence_weight_scales_the_divergence_alone():
    batch = Batch(torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(1, 1).bool())
    one = torch.ones(1, 1)
    terms = elbo_terms(batch, one[None], one[0], one, one)
    half = terms.log_likelihood - 0.5 * terms.divergence
    torch.testing.assert_close(terms.bound(0.5), half)


def test_an_unobserved_nan_reaches_neither_value_nor_gradient():
    predicted = torch.zeros(1, 1, 2, requires_grad=True)
    batch = Batch(
        torch.tensor([[1.0, torch.nan]]),
        torch.tensor([[1.0, torch.nan]]),
        torch.tensor([[True, False]]),
    )
    log_likelihood(batch, predicted, torch.tensor([1.0, 1.0])).sum().backward()
    # Variance 1 + 1, residual 1: the slope of the log density is one half.
    torch.testing.assert_close(predicted.grad, torch.tensor([[[0.5, 0.0]]]))


@given(st.integers(0, 2**32 - 1))
def test_gradients_agree_with_finite_differences(seed):
    rng = torch.Generator().manual_seed(seed)
    draw = dict(generator=rng, dtype=torch.float64)
    batch = Batch(
        torch.randn(2, 3, **draw),
        torch.rand(2, 3, **draw),
        torch.rand(2, 3, **draw) < 0.7,
    )
    inputs = [torch.randn(2, 2, 3, **draw), torch.rand(3, **draw) + 0.1]
    inputs += [torch.randn(2, 2, **draw), torch.randn(2, 2, **draw)]
    for tensor in inputs:
        tensor.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda *given: elbo_terms(batch, *given).bound(), inputs
    )


def test_decoder_means_of_another_shape_are_refused():
    batch = Batch(torch.zeros(2, 3), torch.zeros(2, 3), torch.ones(2, 3).bool())
    with pytest.raises(ShapeError, match=r"\(1, 2, 4\)"):
        log_likelihood(batch, torch.zeros(1, 2, 4), torch.ones(4))
