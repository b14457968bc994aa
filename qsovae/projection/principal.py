"""Principal components of latent means: the projection that has no choices.

Within projection: lowest.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class PrincipalAxes(NamedTuple):
    """Directions along which latent means vary most.

    Attributes
    ----------
    centre : ndarray, (n_latent,)
        Mean of the rows that the axes are of.
    axes : ndarray, (n_latent, n_axes)
        Unit vectors, the first along the most variance.
    shares : ndarray, (n_axes,)
        Share of the variance along each; zero where nothing varies.
    """

    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    shares: NDArray[np.float64]

    def apply(self, latent: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return each row's components, (n_rows, n_axes)."""
        return (latent.astype(np.float64) - self.centre) @ self.axes


def principal_axes(latent: NDArray[np.floating], n_dimensions: int) -> PrincipalAxes:
    """Return the first principal axes, fewer where the latent has fewer dimensions.

    Parameters
    ----------
    latent : ndarray, (n_rows, n_latent)
        At least one row.
    n_dimensions : int
        Axes that are wanted.
    """
    centre = latent.mean(axis=0, dtype=np.float64)
    centred = latent.astype(np.float64) - centre
    variances, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :n_dimensions]
    # An axis has no sign of its own: its largest loading is made positive.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    variances = np.maximum(variances[::-1], 0.0)
    total = variances.sum()
    shares = variances[:n_dimensions] / (total if total > 0 else 1.0)
    return PrincipalAxes(centre, axes, shares)


def principal_plane(
    latent: NDArray[np.float32], n_dimensions: int = 2
) -> NDArray[np.float64]:
    """Return the first principal components of each row, (n_rows, n_dimensions).

    Those beyond the dimensions of the latent are zero.
    """
    plane = np.zeros((len(latent), n_dimensions))
    if len(latent) > 0:
        found = principal_axes(latent, n_dimensions).apply(latent)
        plane[:, : found.shape[1]] = found
    return plane
