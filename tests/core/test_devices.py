"""Where a network computes: the choice, and that nothing is left elsewhere.

Torch's meta device stands for one that is not the processor: it computes no values, but
refuses tensors of another device, and values cannot be read from it.
"""

import numpy as np
import pytest
import torch

from qsovae import VAEClassifier
from qsovae.batch import Measurements, Scaler
from qsovae.devices import choose_device
from qsovae.errors import ConfigError
from qsovae.model import Network, NetworkConfig
from qsovae.training import Plan, Trainer

NO_VALUES = "Cannot copy out of meta tensor"


def _rows(n_rows=200):
    rng = np.random.default_rng(0)
    classes = np.arange(n_rows) % 2
    X = rng.normal(size=(n_rows, 3)) + 3.0 * classes[:, None]
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, np.full(X.shape, 0.1), classes


@pytest.fixture(scope="module")
def elsewhere():
    """Return a fitted model whose network was moved to the meta device."""
    X, sigma, y = _rows()
    model = VAEClassifier(random_state=0, epochs=2).fit(X, y, sigma=sigma)
    model.network_.to("meta")
    return model


def test_the_processor_is_chosen_by_name_and_where_there_is_no_other():
    assert choose_device("cpu") == torch.device("cpu")
    found = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto") == torch.device(found)


@pytest.mark.parametrize("name", ["gpu", "cuda:99", 1.5])
def test_a_device_that_is_not_there_is_refused_in_words(name):
    with pytest.raises(ConfigError, match=r'device is .*Use "auto"'):
        VAEClassifier(device=name).fit(*_rows()[::2])


def test_a_loaded_model_is_where_auto_puts_it(tmp_path):
    model = VAEClassifier(device="cpu", random_state=0, epochs=1)
    model.fit(*_rows()[::2]).save(tmp_path)
    assert VAEClassifier.load(tmp_path).network_.device == choose_device("auto")


@pytest.mark.parametrize("labelled", [200, 20])
def test_training_leaves_nothing_on_another_device(labelled, monkeypatch):
    # AdamW reads values, which the meta device has not; what it is handed matters here.
    monkeypatch.setattr(
        torch.optim, "AdamW",
        lambda groups, lr, fused: torch.optim.SGD(groups, lr=lr, momentum=0.9),
    )  # fmt: skip
    X, sigma, y = _rows()
    y = np.where(np.arange(len(y)) < labelled, y, -1)
    network = Network(NetworkConfig(3, 2)).to("meta")
    held_out = torch.arange(10)
    trainer = Trainer(
        network, Measurements(X, sigma, Scaler.fit(X, sigma)), torch.from_numpy(y),
        held_out, Plan(1, 64),
    )  # fmt: skip
    # The count of averaged steps is the first value read, when a step is done.
    with pytest.raises(RuntimeError, match=r"item\(\) cannot be called on meta"):
        next(trainer.epochs())


@pytest.mark.parametrize(
    "method",
    ["predict_proba", "transform", "reconstruct", "reconstruction_std", "infer",
     "uncertainty"],
)  # fmt: skip
def test_inference_leaves_nothing_on_another_device(elsewhere, method):
    X, sigma, _ = _rows()
    with pytest.raises(NotImplementedError, match=NO_VALUES):
        getattr(elsewhere, method)(X, sigma)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
def test_cuda_and_the_processor_agree():
    X, sigma, y = _rows()
    model = VAEClassifier(random_state=0, device="cuda").fit(X, y, sigma=sigma)
    there = model.infer(X, sigma)
    model.network_.to("cpu")
    for ours, theirs in zip(model.infer(X, sigma), there, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    here = VAEClassifier(random_state=0, device="cpu").fit(X, y, sigma=sigma)
    # Dropout and noise are other draws there.
    np.testing.assert_allclose(
        here.predict_proba(X, sigma), there.probabilities, atol=0.1
    )
