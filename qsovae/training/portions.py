"""Which rows a step takes, and what of them it hides.

Within training: lowest.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from qsovae.batch import Batch

# Share of rows a step hides features of, so that a missing survey is no surprise.
_HIDDEN_ROWS = 0.15


def portions(
    labelled: Tensor, unlabelled: Tensor, batch_size: int, n_portions: int
) -> Iterator[Tensor]:
    """Yield row numbers, at least half of them labelled in each portion."""
    share = len(labelled) / (len(labelled) + len(unlabelled))
    n_labelled = batch_size
    if len(unlabelled):
        n_labelled = math.ceil(batch_size * max(share, 0.5))
    known = _endless(labelled, min(n_labelled, len(labelled)))
    others = _endless(unlabelled, min(batch_size - n_labelled, len(unlabelled)))
    for _ in range(n_portions):
        yield torch.cat([next(known), next(others)])


def _endless(rows: Tensor, size: int) -> Iterator[Tensor]:
    """Yield portions of shuffled rows for ever, shuffling anew when they run out."""
    if not size:
        while True:
            yield rows[:0]
    while True:
        order = rows[torch.randperm(len(rows))]
        parts = torch.split(order, size)
        yield from (p for p in parts if len(p) == size or len(rows) < size)


def hide_features(batch: Batch) -> Batch:
    """Return the batch with random features of some rows marked unobserved."""
    n_rows, n_features = batch.observed.shape
    device = batch.observed.device
    share = torch.rand(n_rows, 1, device=device)
    share = share * (torch.rand(n_rows, 1, device=device) < _HIDDEN_ROWS)
    keep = torch.rand(n_rows, n_features, device=device) >= share
    return batch._replace(observed=batch.observed & keep)
