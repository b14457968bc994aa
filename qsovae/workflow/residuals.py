"""How far magnitudes lie from those that a run decodes, in standard deviations.

Within workflow: above catalogs.
"""

from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

from qsovae.catalog import Catalog, band_depth
from qsovae.features import (
    BandValues,
    Feature,
    band_spreads,
    band_values,
    build_features,
    magnitude_feature,
)
from qsovae.progress import Progress, Teller
from qsovae.runs import Run, weights_digest
from qsovae.workflow.catalogs import part_of

if TYPE_CHECKING:
    from torch import Tensor

Residuals = dict[str, NDArray[np.float32]]
Floats = NDArray[np.float64]
Measured = NDArray[np.floating]

_ROWS_AT_ONCE = 32_768  # in half a second: so soon a stop is heard
_DECODED_AT_ONCE = 512  # whose draws fit a processor's cache: thrice as fast
_WAIT_S = 0.5
_MOST_RUNS = 2
# Those of a catalog by the runs that were asked for last, as long as it is held: they
# take seconds, and every query that names one asks anew.
_KEPT: "WeakKeyDictionary[Catalog, dict[str, _Work]]" = WeakKeyDictionary()
_LOCK = Lock()


def residual_bands(run: Run, catalog: Catalog) -> tuple[str, ...]:
    """Return the bands of a catalog in which a run decodes a magnitude."""
    decoded = band_values(run.features, np.zeros((1, len(run.features))))
    return tuple(band for band in decoded if band in catalog.bands)


def band_residuals(
    run: Run, catalog: Catalog, *, on_progress: Progress | None = None
) -> Residuals:
    """Return how far magnitudes lie from decoded ones, in standard deviations.

    The observed magnitude minus the decoded one, over the root of the summed squares of
    the stated error and of the spread of the decoded one (see ``decoded_mag_ab_low`` of
    ``describe_object``: 68 % of sources without noise are within). Positive is fainter
    than decoded. Magnitudes are AB and, where the run has a softening for the band,
    asinh ones; a band that was looked for and not seen then has one, too, as the run
    takes it. The decoder has seen the magnitude itself.

    A million rows take ten seconds and more. They are kept as long as the catalog is
    held, also in part: asked again after a stop, it goes on from there.

    Parameters
    ----------
    run : Run
    catalog : Catalog
        With the bands of the run.
    on_progress : callable, optional
        As of ``Teller``; what it raises stops the work.

    Returns
    -------
    dict of ndarray of float32, (n_rows,)
        By band, those of ``residual_bands``. NaN where the band was not observed. An
        unknown error counts as none.

    Raises
    ------
    CatalogError
        If the catalog lacks a band or column that the run needs.
    """
    work = _kept(run, catalog)
    if work.share < 1.0:
        tell = Teller("residuals", 1, on_progress, None)
        tell.step("residuals", "decoding all rows")
        while work.share < 1.0:
            work.go_on(run, catalog)
            tell.share(work.share)
        _kept(run, catalog, work)
    return work.found


class _Work:
    """Residuals of a catalog, computed a portion of the rows at a time."""

    def __init__(self, run: Run, catalog: Catalog) -> None:
        # It is kept while the catalog is held by others, and must not hold it itself.
        bands = residual_bands(run, catalog)
        self.found = {
            band: np.full(catalog.n_rows, np.nan, np.float32) for band in bands
        }
        self._features = _magnitude_features(run, bands)
        # What portions ask of the whole takes as long as a few of them.
        steps: list[str | slice] = [
            band
            for band, feature in zip(bands, self._features, strict=True)
            if feature.softening_njy
        ]
        steps += [
            slice(start, min(start + _ROWS_AT_ONCE, catalog.n_rows))
            for start in range(0, catalog.n_rows, _ROWS_AT_ONCE)
        ]
        self._steps = steps if bands else []
        self._n_done = 0
        self._lock = Lock()

    @property
    def share(self) -> float:
        """Return the share that is done."""
        return self._n_done / len(self._steps) if self._steps else 1.0

    def go_on(self, run: Run, catalog: Catalog) -> None:
        """Do another step, or wait a little while somebody else does."""
        if not self._lock.acquire(timeout=_WAIT_S):
            return
        try:
            if self._n_done == len(self._steps):  # somebody else did the last one
                return
            step = self._steps[self._n_done]
            if isinstance(step, str):
                band_depth(catalog.whole, step)
            else:
                self._compute(run, catalog, step)
            self._n_done += 1
        finally:
            self._lock.release()

    def _compute(self, run: Run, catalog: Catalog, rows: slice) -> None:
        # Built together, since both rest on the same magnitudes.
        features = (*run.features, *self._features)
        n_own = len(run.features)
        part = part_of(catalog, np.arange(rows.start, rows.stop))
        table = build_features(part, features)
        sigma = table.sigma
        errors = np.full_like(table.values, np.nan) if sigma is None else sigma
        decoded, spread = _decoded(run, table.values[:, :n_own], errors[:, :n_own])
        for k, (band, found) in enumerate(self.found.items(), start=n_own):
            off = table.values[:, k] - decoded[band].magnitude
            error = np.where(np.isfinite(errors[:, k]), errors[:, k], 0.0)
            found[rows] = off / np.hypot(error, spread[band])


def _kept(run: Run, catalog: Catalog, work: _Work | None = None) -> _Work:
    """Return work, or what there is, kept as that which was asked for last."""
    key = weights_digest(run)
    with _LOCK:  # those who ask at once share the work
        kept = _KEPT.setdefault(catalog, {})
        before = kept.pop(key, None)
        kept[key] = work = work or before or _Work(run, catalog)
        while len(kept) > _MOST_RUNS:
            del kept[next(iter(kept))]
    return work


def _magnitude_features(run: Run, bands: Iterable[str]) -> list[Feature]:
    """Return the magnitude in each band as a feature, softened as the run has it."""
    known = band_values(run.features, np.zeros((1, len(run.features))))
    softening = {band: known[band].softening_njy for band in bands}
    return [
        replace(magnitude_feature(band), softening_njy=() if soft is None else (soft,))
        for band, soft in softening.items()
    ]


def _decoded(
    run: Run, values: Measured, sigma: Measured
) -> tuple[dict[str, BandValues], dict[str, Floats]]:
    """Return decoded magnitudes in each band, and their spread in mag."""
    # Here, so that what names no residual need not wait for it to load.
    import torch

    from qsovae.batch import Batch

    scaler, network = run.estimator.scaler_, run.estimator.network_
    signs = _signs(run)
    whole = scaler.apply(values, sigma).to(network.device)
    # Far from every row decoded values have no bounds.
    with torch.inference_mode(), np.errstate(over="ignore", invalid="ignore"):
        fields = (torch.split(field, _DECODED_AT_ONCE) for field in whole)
        told = [
            network.predict(*network.encode(Batch(*part)), signs)
            for part in zip(*fields, strict=True)
        ]
        expected = torch.cat([part.mean for part in told])
        variance = torch.cat([part.from_latent + part.from_scatter for part in told])
        mean = scaler.invert(expected)
        spread = scaler.invert_sigma(expected, variance.sqrt())
        return band_values(run.features, mean), band_spreads(run.features, spread)


def _signs(run: Run) -> "Tensor":
    """Return draws of the latent, one standard deviation off in each dimension.

    Columns of a Hadamard matrix are at right angles, so that to first order these few
    give the variance of what is decoded exactly, where random draws would scatter.
    """
    import torch

    network = run.estimator.network_
    n_latent = network.config.n_latent
    order = 1 << (n_latent - 1).bit_length()
    signs = hadamard(order, dtype=np.float32)[:, None, :n_latent]
    return torch.from_numpy(signs.copy()).to(network.device)
