"""The loop: steps, validation, and the best weights kept.

Within training: highest.
"""

import math
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from qsovae.batch import Batch, Measurements
from qsovae.elbo import elbo_terms
from qsovae.errors import TrainingDivergedError
from qsovae.model import Network, draw
from qsovae.targets import UNLABELLED
from qsovae.training.forest import forest_guesses
from qsovae.training.intervals import calibrate_intervals
from qsovae.training.portions import hide_features, portions
from qsovae.training.reports import EpochReport, LossTerms, Plan

# Chosen by trial on two real catalogs (docs/decisions); none adapts to one set.
_PEAK_LEARNING_RATE = 4e-3
_WEIGHT_DECAY = 1e-2
_GRADIENT_NORM = 5.0
_AVERAGING = 0.995
# Weight of the bound, in nats a row, beside the cross-entropy: the classifier leads,
# the bound keeps the latent space a description of the data.
_BOUND_WEIGHT = 0.02
# Patience as a share of all epochs; the learning rate must come down before that.
_PATIENCE = 0.4
# Rows of training that tell, once it is over, how wide intervals are and how densely
# rows lie in the latent space.
_DESCRIBING_ROWS = 10_000
# OneCycleLR divides by the steps that it warms up in.
_FEWEST_STEPS = 9


class Trainer:
    """Fits a network to rows of which some carry a class.

    Parameters
    ----------
    network : Network
        Trained in place, where it is; ``finish`` leaves the best weights in it.
    measurements : Measurements
        All rows.
    targets : Tensor, (n_objects,)
        Class numbers, ``UNLABELLED`` where unknown.
    validation_rows : Tensor of int
        Labelled rows held out to choose the best epoch; may be empty.
    plan : Plan
        Epochs and batch size.
    """

    def __init__(
        self,
        network: Network,
        measurements: Measurements,
        targets: Tensor,
        validation_rows: Tensor,
        plan: Plan,
    ) -> None:
        self.network, self.measurements = network, measurements
        self.targets, self.plan = targets.to(network.device), plan
        held_out = torch.zeros(len(targets), dtype=torch.bool)
        held_out[validation_rows] = True
        self.validation_rows = validation_rows
        self.validation = self._rows(validation_rows)
        labelled = targets != UNLABELLED
        self.labelled = torch.nonzero(labelled & ~held_out).flatten()
        self.unlabelled = torch.nonzero(~labelled).flatten()
        guesses = forest_guesses(
            measurements, targets, self.labelled, self.unlabelled,
            network.config.n_classes,
        )  # fmt: skip
        self.guesses = guesses and guesses.to(network.device)
        n_rows = len(self.labelled) + len(self.unlabelled)
        self.steps_per_epoch = math.ceil(n_rows / plan.batch_size)
        self.averaged = AveragedModel(network, multi_avg_fn=_running_average)
        self.best_loss = math.inf
        self.best_weights = deepcopy(network.state_dict())

    def epochs(self) -> Iterator[EpochReport]:
        """Train, yielding after each epoch; ends early when nothing improves.

        Raises
        ------
        TrainingDivergedError
            If the loss becomes non-finite.
        """
        started = time.perf_counter()
        plan = self.plan
        optimiser, schedule = self._optimiser(plan.n_epochs * self.steps_per_epoch)
        last_best = 0
        for epoch in range(1, plan.n_epochs + 1):
            self.network.train()
            steps = [self._step(rows, optimiser, schedule) for rows in self._portions()]
            train = LossTerms(*torch.stack(steps).nanmean(dim=0).tolist())
            if not math.isfinite(train.total):
                raise TrainingDivergedError(
                    f"the loss became {train.total} in epoch {epoch}",
                    "training",
                    "Look for extreme values in the features, or set another seed.",
                )
            validation, accuracy = self._validate()
            is_best = self._keep_best(validation)
            last_best = epoch if is_best else last_best
            seconds = time.perf_counter() - started
            yield EpochReport(
                epoch, plan.n_epochs, seconds, train, validation, accuracy, is_best
            )
            if epoch - last_best > max(20.0, _PATIENCE * plan.n_epochs):
                return

    def finish(self) -> None:
        """Leave the best weights in the network, ready for inference."""
        self.network.load_state_dict(self.best_weights)
        self.network.eval()
        rows = torch.cat([self.labelled, self.unlabelled])
        rows = rows[torch.randperm(len(rows))[:_DESCRIBING_ROWS]]
        batch = self._rows(rows)
        calibrate_intervals(self.network, batch)
        if self.network.latent_density is not None:
            with torch.no_grad():
                self.network.latent_density.fit(self.network.encode(batch)[0])

    def _rows(self, rows: Tensor) -> Batch:
        """Return these rows, where the network is."""
        return self.measurements[rows].to(self.network.device)

    def _portions(self) -> Iterator[Tensor]:
        """Yield the rows of each step of an epoch."""
        return portions(
            self.labelled, self.unlabelled, self.plan.batch_size, self.steps_per_epoch
        )

    def _optimiser(
        self, n_steps: int
    ) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        """Return AdamW that decays matrices alone, and a one-cycle schedule."""
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        vectors = [p for p in self.network.parameters() if p.ndim < 2]
        optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": _WEIGHT_DECAY},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=_PEAK_LEARNING_RATE,
            fused=True,
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, _PEAK_LEARNING_RATE, pct_start=0.2,
            total_steps=max(n_steps, _FEWEST_STEPS) + 1,
        )  # fmt: skip
        return optimiser, schedule

    def _step(
        self,
        rows: Tensor,
        optimiser: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> Tensor:
        """Take one step; return the four loss terms."""
        batch = self._rows(rows)
        _, terms = self._losses(self.network, batch, rows, hide=True)
        optimiser.zero_grad()
        torch.autograd.backward(terms[0])
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _GRADIENT_NORM)
        optimiser.step()
        schedule.step()
        self.averaged.update_parameters(self.network)
        return terms.detach()

    def _losses(
        self, network: Network, batch: Batch, rows: Tensor, *, hide: bool
    ) -> tuple[Tensor, Tensor]:
        """Return class logits, and total, reconstruction, divergence, cross-entropy."""
        seen = hide_features(batch) if hide else batch
        mean, log_variance = network.encode(seen)
        latent = mean
        if network.training:
            latent = draw(mean, log_variance, torch.randn_like(mean))
        # Hidden entries are still predicted: the bound is over what was observed.
        decoded = network.decode(latent[None])
        elbo = elbo_terms(batch, *decoded, mean, log_variance)
        logits = network.classify(latent)
        classification = functional.cross_entropy(
            logits, self.targets[rows], ignore_index=UNLABELLED
        )
        total = classification - _BOUND_WEIGHT * elbo.bound().mean()
        if self.guesses is not None and hide:
            total = total + self.guesses.loss(rows, logits)
        return logits, torch.stack(
            [
                total,
                -elbo.log_likelihood.mean(),
                elbo.divergence.mean(),
                classification,
            ]
        )

    def _validate(self) -> tuple[LossTerms, float]:
        """Return the averaged network's losses and accuracy on the held-out rows."""
        rows = self.validation_rows
        if not len(rows):
            return LossTerms(*[math.nan] * 4), math.nan
        network = self._averaged_network()
        with torch.no_grad():
            logits, terms = self._losses(network, self.validation, rows, hide=False)
        right = logits.argmax(dim=-1) == self.targets[rows]
        return LossTerms(*terms.tolist()), right.double().mean().item()

    def _keep_best(self, validation: LossTerms) -> bool:
        """Keep the averaged weights if they are the best; without rows, the latest."""
        loss = validation.classification
        if len(self.validation_rows) and loss >= self.best_loss:
            return False
        self.best_loss = loss
        self.best_weights = deepcopy(self._averaged_network().state_dict())
        return True

    def _averaged_network(self) -> Network:
        """Return the network with averaged weights, in inference mode."""
        # AveragedModel holds a copy of the network, typed as any module.
        return cast(Network, self.averaged.module).eval()


def _running_average(
    average: Sequence[Tensor], current: Sequence[Tensor], n_averaged: Tensor | int
) -> None:
    """Move the averages on, fast at first so that a brief training counts."""
    decay = min(_AVERAGING, (1 + int(n_averaged)) / (10 + int(n_averaged)))
    torch._foreach_lerp_(list(average), list(current), 1.0 - decay)
