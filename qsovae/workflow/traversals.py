"""What the latent dimensions mean: classes' means, and steps from them, decoded.

Within workflow: above details.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.catalog import NONDETECT, OK, Catalog
from qsovae.evaluation import defined
from qsovae.features import band_magnitudes
from qsovae.inference import latent_matrix, latent_names
from qsovae.runs import Run
from qsovae.workflow.decoding import decode
from qsovae.workflow.details import latent_use

_STEPS_SD = (-2.0, -1.0, 1.0, 2.0)
# A magnitude alone is no energy distribution.
_FEWEST_BANDS = 2


class _Line(NamedTuple):
    """A point in latent space: a class's mean, or a step from it along a dimension."""

    class_label: str
    dimension: str | None
    step_sd: float
    latent: NDArray[np.float64]


def latent_traversals(
    run: Run, rows: pd.DataFrame, catalog: Catalog, sought: str
) -> dict[str, Any]:
    """Return the mean latent of each class, and steps from it, decoded.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        Labelled rows with ``class_label`` and latent means.
    catalog : Catalog
        Of these rows alone.
    sought : str
        The class whose probability is told.

    Returns
    -------
    dict
        ``active``, the dimensions that say anything; ``bands``, with ``name``,
        ``label``, ``wavelength_um`` and, by class, ``detected``, the share of the rows
        looked at there that were seen (None of none): where it is low, the mean is of
        limits; empty where features do not decide two; ``features``, names; ``lines``:
        ``class``, ``dimension`` (None of the mean itself), ``step_sd`` (in standard
        deviations of the class's own latent means), ``probability`` of the class
        sought, ``magnitudes`` (AB, of ``bands``; None of what is too faint to have
        one), ``values`` (of ``features``) and ``deviations`` (of these from the
        training rows' medians, in their robust standard deviations).
    """
    active = list(latent_use(run.rows())["active"])
    lines = list(_lines(rows, run.classes, active))
    values, probabilities = decode(run, np.array([line.latent for line in lines]))
    scaler = run.estimator.scaler_
    deviations = (values - scaler.centre) / scaler.width
    magnitudes = band_magnitudes(run.features, values)
    if len(magnitudes) < _FEWEST_BANDS:
        magnitudes = {}
    detected = {
        band: _detected(catalog.status(band), rows["class_label"])
        for band in magnitudes
    }
    k = run.classes.index(sought)
    return {
        "active": active,
        "bands": [
            {"name": band, "label": BANDS[band].label,
             "wavelength_um": BANDS[band].wavelength_um,
             "detected": {name: detected[band].get(name) for name in run.classes}}
            for band in magnitudes
        ],
        "features": [feature.name for feature in run.features],
        "lines": [
            {
                "class": line.class_label,
                "dimension": line.dimension,
                "step_sd": line.step_sd,
                "probability": float(probabilities[i, k]),
                "magnitudes": [defined(found[i]) for found in magnitudes.values()],
                "values": values[i].tolist(),
                "deviations": deviations[i].tolist(),
            }
            for i, line in enumerate(lines)
        ],
    }  # fmt: skip


def decoded_magnitudes(run: Run, rows: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return what the decoder makes of latent means, as of ``band_magnitudes``."""
    values, _ = decode(run, latent_matrix(rows).astype(np.float64))
    return band_magnitudes(run.features, values)


def _detected(
    status: NDArray[np.int8], class_label: "pd.Series[Any]"
) -> dict[str, float]:
    """Return which share of the rows that were looked at was seen, by class."""
    labels = class_label.to_numpy(dtype=object)
    looked = np.isin(status, (OK, NONDETECT))
    seen = pd.Series(status[looked] == OK).groupby(labels[looked]).mean()
    return {str(name): float(share) for name, share in seen.items()}


def _lines(
    rows: pd.DataFrame, classes: tuple[str, ...], active: list[str]
) -> Iterator[_Line]:
    """Yield each class's mean, and the steps from it."""
    latent, names = latent_matrix(rows).astype(np.float64), latent_names(rows)
    labels = rows["class_label"].to_numpy(dtype=object)
    for name in classes:
        own = latent[labels == name]
        if not len(own):
            continue
        mean, sd = own.mean(axis=0), own.std(axis=0)
        yield _Line(name, None, 0.0, mean)
        for dimension in active:
            along = np.eye(len(names))[names.index(dimension)] * sd
            for step in _STEPS_SD:
                yield _Line(name, dimension, step, mean + step * along)
