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

from qsovae.catalog import Catalog
from qsovae.features import (
    BandValues,
    Feature,
    band_spreads,
    band_values,
    build_features,
    magnitude_feature,
)
from qsovae.runs import Run, weights_digest
from qsovae.workflow.catalogs import part_of

if TYPE_CHECKING:
    from torch import Tensor

Residuals = dict[str, NDArray[np.float32]]
Floats = NDArray[np.float64]
Measured = NDArray[np.floating]

_ROWS_AT_ONCE = 131_072  # each portion asks for the depths of the whole catalog
_DECODED_AT_ONCE = 512  # whose draws fit a processor's cache: thrice as fast
_MOST_RUNS = 2
# Those of a catalog by the runs that were asked for last, as long as it is held: they
# take seconds, and every query that names one asks anew.
_KEPT: WeakKeyDictionary[Catalog, dict[str, Residuals]] = WeakKeyDictionary()
_LOCK = Lock()


def residual_bands(run: Run, catalog: Catalog) -> tuple[str, ...]:
    """Return the bands of a catalog in which a run decodes a magnitude."""
    decoded = band_values(run.features, np.zeros((1, len(run.features))))
    return tuple(band for band in decoded if band in catalog.bands)


def band_residuals(run: Run, catalog: Catalog) -> Residuals:
    """Return how far magnitudes lie from decoded ones, in standard deviations.

    The observed magnitude minus the decoded one, over the root of the summed squares of
    the stated error and of the spread of the decoded one (see ``decoded_mag_ab_low`` of
    ``describe_object``: 68 % of sources without noise are within). Positive is fainter
    than decoded. Magnitudes are AB and, where the run has a softening for the band,
    asinh ones; a band that was looked for and not seen then has one, too, as the run
    takes it. The decoder has seen the magnitude itself.

    Parameters
    ----------
    run : Run
    catalog : Catalog
        With the bands of the run.

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
    key = weights_digest(run)
    with _LOCK:  # a second visitor waits rather than computes them as well
        kept = _KEPT.setdefault(catalog, {})
        if key not in kept:
            while len(kept) >= _MOST_RUNS:
                del kept[next(iter(kept))]
            kept[key] = _computed(run, catalog)
        return kept[key]


def _computed(run: Run, catalog: Catalog) -> Residuals:
    """Return the residuals, computed a portion of the rows at a time."""
    bands = residual_bands(run, catalog)
    found = {band: np.empty(catalog.n_rows, np.float32) for band in bands}
    signs = _signs(run)
    # Built together, since both rest on the same magnitudes.
    features = (*run.features, *_magnitude_features(run, bands))
    n_own = len(run.features)
    for start in range(0, catalog.n_rows, _ROWS_AT_ONCE):
        rows = slice(start, min(start + _ROWS_AT_ONCE, catalog.n_rows))
        part = part_of(catalog, np.arange(rows.start, rows.stop))
        table = build_features(part, features)
        sigma = table.sigma
        errors = np.full_like(table.values, np.nan) if sigma is None else sigma
        decoded, spread = _decoded(
            run, table.values[:, :n_own], errors[:, :n_own], signs
        )
        for k, band in enumerate(bands, start=n_own):
            off = table.values[:, k] - decoded[band].magnitude
            error = np.where(np.isfinite(errors[:, k]), errors[:, k], 0.0)
            found[band][rows] = off / np.hypot(error, spread[band])
    return found


def _magnitude_features(run: Run, bands: Iterable[str]) -> list[Feature]:
    """Return the magnitude in each band as a feature, softened as the run has it."""
    known = band_values(run.features, np.zeros((1, len(run.features))))
    softening = {band: known[band].softening_njy for band in bands}
    return [
        replace(magnitude_feature(band), softening_njy=() if soft is None else (soft,))
        for band, soft in softening.items()
    ]


def _decoded(
    run: Run, values: Measured, sigma: Measured, signs: "Tensor"
) -> tuple[dict[str, BandValues], dict[str, Floats]]:
    """Return decoded magnitudes in each band, and their spread in mag."""
    # Here, so that what names no residual need not wait for it to load.
    import torch

    scaler, network = run.estimator.scaler_, run.estimator.network_
    whole = scaler.apply(values, sigma).to(network.device)
    # Far from every row decoded values have no bounds.
    with torch.inference_mode(), np.errstate(over="ignore", invalid="ignore"):
        told = [
            network.predict(*network.encode(whole.take(rows)), signs)
            for rows in torch.split(torch.arange(len(values)), _DECODED_AT_ONCE)
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
