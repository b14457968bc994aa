import numpy as np
import pytest
import torch

from qsovae import VAEClassifier
from qsovae.batch import Measurements, Scaler
from qsovae.training.forest import Guesses, forest_guesses


def rows_of(values):
    values = np.asarray(values)
    return Measurements(values, None, Scaler.fit(values, None))


@pytest.fixture
def two_blobs():
    """Return scaled rows of two classes, the first five of each labelled."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 3)) + np.repeat([[0.0], [4.0]], 100, axis=0)
    values[rng.random(values.shape) < 0.1] = np.nan
    labelled = torch.tensor([*range(5), *range(100, 105)])
    targets = torch.full((200,), -1)
    targets[labelled] = torch.tensor([0] * 5 + [2] * 5)
    unlabelled = torch.nonzero(targets < 0).flatten()
    return rows_of(values), targets, labelled, unlabelled


def test_a_forest_guesses_unlabelled_rows_alone(two_blobs):
    batch, targets, labelled, unlabelled = two_blobs
    guesses = forest_guesses(batch, targets, labelled, unlabelled, n_classes=3)
    shares = guesses.probabilities
    assert shares.shape == (200, 3)
    assert not shares[labelled].any()
    torch.testing.assert_close(shares[unlabelled].sum(dim=-1), torch.ones(190))
    # A class without a labelled row is never guessed.
    assert not shares[:, 1].any()
    truth = torch.tensor([0] * 100 + [2] * 100)[unlabelled]
    assert (shares[unlabelled].argmax(dim=-1) == truth).float().mean() > 0.95
    assert guesses.weight == pytest.approx(300 / 310)


def test_of_many_rows_some_are_guessed(two_blobs, monkeypatch):
    monkeypatch.setattr("qsovae.training.forest._MOST_GUESSED", 50)
    _, _, _, unlabelled = two_blobs
    shares = forest_guesses(*two_blobs, n_classes=3).probabilities
    guessed = torch.nonzero(shares.any(dim=-1)).flatten()
    assert len(guessed) == 50
    assert torch.isin(guessed, unlabelled).all()


def test_a_forest_is_the_same_for_the_same_seed(two_blobs):
    def guess(seed):
        torch.manual_seed(seed)
        return forest_guesses(*two_blobs, n_classes=3).probabilities

    with torch.random.fork_rng(devices=[]):
        assert torch.equal(guess(1), guess(1))
        assert not torch.equal(guess(1), guess(2))


def test_no_forest_where_nothing_is_to_be_guessed_or_labels_are_many(two_blobs):
    batch, targets, labelled, unlabelled = two_blobs
    assert forest_guesses(batch, targets, labelled, unlabelled[:0], 3) is None
    many = torch.arange(3001)
    assert forest_guesses(batch, targets, many, unlabelled, 3) is None


def test_the_loss_is_the_cross_entropy_of_the_guessed_rows():
    guesses = Guesses(torch.tensor([[0.0, 0.0], [0.25, 0.75], [1.0, 0.0]]), weight=0.5)
    logits = torch.tensor([[3.0, 0.0], [0.0, 0.0], [np.log(3.0), 0.0]])
    expected = 0.5 * (np.log(2.0) + np.log(4.0 / 3.0)) / 2
    loss = guesses.loss(torch.tensor([0, 1, 2]), logits)
    assert loss.item() == pytest.approx(expected)
    assert guesses.loss(torch.tensor([0]), logits[:1]).item() == 0.0


def test_unlabelled_rows_help_where_labels_are_few():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 1200)
    X = rng.normal(size=(1200, 6))
    X[:, 0] += 2.5 * truth
    X[:, 1] -= 2.5 * truth
    y = np.where(np.arange(1200) < 24, truth, -1)
    with_others = VAEClassifier(random_state=0).fit(X[:600], y[:600])
    alone = VAEClassifier(random_state=0).fit(X[:24], y[:24])

    def log_loss(model):
        shares = model.predict_proba(X[600:])[np.arange(600), truth[600:]]
        return -np.log(shares).mean()

    assert log_loss(with_others) < log_loss(alone)
