"""What the decoder and the classifier make of places in the latent space.

Within workflow: lowest.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qsovae.features import BandValues, band_values
from qsovae.runs import Run

if TYPE_CHECKING:
    from torch import Tensor

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

    points = _points(run, latent)
    with torch.inference_mode(), np.errstate(over="ignore"):
        values = model.scaler_.invert(model.network_.decode(points).mean)
        shares = model.network_.classify(points).softmax(dim=-1)
    return values, shares.cpu().double().numpy()


def decoded_spread(run: Run, latent: Floats) -> Floats:
    """Return how features without noise scatter about ``decode``, one s.d.

    It is what the latent does not tell, (n_places, n_features): where an object lies
    is known here. The scale is that of the run's intervals.
    """
    model = run.estimator
    import torch

    points = _points(run, latent)
    still = torch.zeros((1, *points.shape), device=points.device)
    with torch.inference_mode(), np.errstate(over="ignore", divide="ignore"):
        told = model.network_.predict(points, torch.zeros_like(points), still)
        return model.scaler_.invert_sigma(told.mean, told.from_scatter.sqrt())


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


def _points(run: Run, latent: Floats) -> "Tensor":
    """Return places as the network takes them."""
    import torch

    network = run.estimator.network_
    return torch.from_numpy(latent.astype(np.float32)).to(network.device)
