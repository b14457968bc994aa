"""What the decoder and the classifier make of places in the latent space.

Within workflow: lowest.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.features import BandValues, band_values
from qsovae.runs import Run

_N_DRAWS = 400
_SPREAD = (15.87, 84.13)  # one standard deviation, of normal scatter

Floats = NDArray[np.float64]


def decode(run: Run, latent: Floats) -> tuple[Floats, Floats]:
    """Return features, in their units, and class probabilities of places.

    Parameters
    ----------
    run : Run
    latent : ndarray, (n_places, n_latent)

    Returns
    -------
    tuple of ndarray, (n_places, n_features) and (n_places, n_classes)
        Infinite features are beyond what the scaler can undo.
    """
    model = run.estimator
    # Here, so that what needs no decoder need not wait for it to load.
    import torch

    network = model.network_
    points = torch.from_numpy(latent.astype(np.float32)).to(network.device)
    with torch.inference_mode(), np.errstate(over="ignore"):
        values = model.scaler_.invert(network.decode(points).mean)
        shares = network.classify(points).softmax(dim=-1)
    return values, shares.cpu().double().numpy()


def decoded_spread(run: Run, values: Floats) -> Floats:
    """Return how features without noise scatter about decoded ones, one s.d.

    A place has no posterior, and what latent means do not tell depends on it. So it is
    that of sources with these very features, measured as the training rows usually
    were: 68 % of the sources there are within (docs/decisions, 0036).

    Parameters
    ----------
    run : Run
    values : ndarray, (n_places, n_features)
        As of ``decode``.

    Returns
    -------
    ndarray, (n_places, n_features)
        NaN of what is not finite.
    """
    seen = np.isfinite(values)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        spread = run.estimator.reconstruction_std(np.where(seen, values, np.nan))
    return np.where(seen, spread, np.nan)


def band_ranges(run: Run, values: Floats, spread: Floats) -> dict[str, BandValues]:
    """Return low, middle and high in each band, (3,): between the outer two lie 68 %.

    Features are drawn as they scatter, each by itself. Low is the bright end.

    Parameters
    ----------
    run : Run
    values, spread : ndarray, (n_features,)
        Of one place or object.
    """
    noise: Floats = np.random.default_rng(0).normal(size=(_N_DRAWS, len(values)))
    # Far from every row decoded values have no bounds.
    with np.errstate(over="ignore", invalid="ignore"):
        drawn = band_values(run.features, values + spread * noise)
        middle = band_values(run.features, values[None, :])
        return {
            band: BandValues(
                np.insert(
                    np.percentile(drawn[band].magnitude, _SPREAD), 1, one.magnitude
                ),
                one.softening_njy,
            )
            for band, one in middle.items()
        }
