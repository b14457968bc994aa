"""One object of a run: what is known of it, what the model makes of it, who is near.

Within workflow: above catalogs, decoding and latent_rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS, QUALITY_DESCRIPTIONS
from qsovae.catalog import NONDETECT, OK, STATUSES, Catalog
from qsovae.errors import InputError
from qsovae.evaluation import defined, mean_sed
from qsovae.features import BandValues
from qsovae.inference import catalog_features, latent_matrix
from qsovae.runs import Run
from qsovae.sky_links import viewer_links
from qsovae.workflow.catalogs import part_of
from qsovae.workflow.decoding import band_ranges
from qsovae.workflow.latent_rows import place_of_id, squared_distances

N_NEIGHBOURS = 20
_UJY_PER_NJY = 1e-3
_TOLD = ("class_label", "class_predicted", "morphology", "split")


def find_object(rows: pd.DataFrame, object_id: object) -> int:
    """Return the place of an object among a run's rows, by its id as it is written.

    Raises
    ------
    InputError
        If no row or several have it.
    """
    return place_of_id(rows["object_id"], str(object_id))


def nearest_rows(
    rows: pd.DataFrame, place: int, n_rows: int = N_NEIGHBOURS
) -> pd.DataFrame:
    """Return the rows whose latent means are nearest to a row's, the nearest first.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``.
    place : int
        Of the row, which is not among them.
    n_rows : int
        Most rows.

    Returns
    -------
    DataFrame
        The rows, with ``distance`` (Euclidean, in the latent space): found exactly.
    """
    centre = latent_matrix(rows.iloc[[place]])[0]
    distance = np.sqrt(squared_distances(rows, centre))
    distance[place] = np.inf
    n = min(n_rows, len(rows) - 1)
    nearest = np.argpartition(distance, max(n - 1, 0))[:n]
    nearest = nearest[np.argsort(distance[nearest], kind="stable")]
    return rows.iloc[nearest].assign(distance=distance[nearest])


def describe_object(
    run: Run, rows: pd.DataFrame, place: int, catalog: Catalog | None = None
) -> dict[str, Any]:
    """Return what is known of one object.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``run_table``, or of another catalog as of ``catalog_table``.
    place : int
        Of the object among them.
    catalog : Catalog, optional
        Whose rows these are: it knows position and magnitudes.

    Returns
    -------
    dict
        Ready for JSON, what is unknown is None. ``object_id`` (as text), ``row``,
        ``class_label``, ``class_predicted``, ``probabilities``, ``outlier_score``,
        ``morphology``, ``split``, ``map``; ``flags``, a name and a meaning each;
        ``ra_deg``, ``dec_deg`` and ``links`` to sky viewers; ``bands``: ``band``,
        ``label``, ``wavelength_um``, ``status``, ``mag_ab`` and ``mag_ab_err``,
        ``flux_ujy`` and ``flux_ujy_err``, what the decoder says, ``decoded_mag_ab``
        with ``_low`` and ``_high`` (68 % of sources like it; without noise), and
        ``near_mag_ab`` with ``_low`` and ``_high`` of those nearest; ``neighbours``,
        the 20 nearest in the latent space: ``object_id``, ``class_label``,
        ``class_predicted``, ``distance``; and ``neighbour_labels``, counts of those
        that bear one.
    """
    row = rows.iloc[place]
    near = nearest_rows(rows, place)
    neighbours = [neighbour_line(line) for line in near.to_dict("records")]
    labels = [one["class_label"] for one in neighbours if one["class_label"]]
    counts = pd.Series(labels, dtype=object).value_counts()
    places = near.index.to_numpy()
    return {
        "object_id": str(row["object_id"]),
        "row": place,
        **{name: _text(row.get(name)) for name in _TOLD},
        "probabilities": {name: float(row[f"p_{name}"]) for name in run.classes},
        "outlier_score": defined(row["outlier_score"]),
        "map": [defined(row[c]) for c in ("map_1", "map_2") if c in row] or None,
        "flags": _flags(int(row["quality"])),
        **_position(catalog, place),
        "bands": [] if catalog is None else _bands(run, catalog, place, places),
        "neighbours": neighbours,
        "neighbour_labels": {str(k): int(n) for k, n in counts.items()},
    }


def measured_bands(catalog: Catalog, place: int) -> list[dict[str, Any]]:
    """Return what was measured of one row, bluest band first.

    Returns
    -------
    list of dict
        The part of ``bands`` of ``describe_object`` that needs no model: ``band``,
        ``label``, ``wavelength_um``, ``status``, ``mag_ab``, ``mag_ab_err``,
        ``flux_ujy``, ``flux_ujy_err``.
    """
    return _measured(part_of(catalog, np.array([place])))


def detected_shares(catalog: Catalog, places: Sequence[int]) -> dict[str, float]:
    """Return which share of some rows was seen in each band, of those looked for.

    NaN where none was looked for.
    """
    part = part_of(catalog, np.array(places, dtype=np.int64))
    shares = {}
    for band in part.bands:
        status = part.status(band)
        looked = np.isin(status, (OK, NONDETECT))
        shares[band] = float((status[looked] == OK).mean()) if looked.any() else np.nan
    return shares


def measured_features(run: Run, catalog: Catalog, place: int) -> list[dict[str, Any]]:
    """Return what a run takes from one row: ``name``, ``value`` and ``sigma`` each.

    What is unknown is None.
    """
    table = catalog_features(run, part_of(catalog, np.array([place])))
    sigma = np.full_like(table.values, np.nan) if table.sigma is None else table.sigma
    return [
        {"name": name, "value": defined(value), "sigma": defined(error)}
        for name, value, error in zip(
            table.names, table.values[0], sigma[0], strict=True
        )
    ]


def _flags(quality: int) -> list[dict[str, str]]:
    return [
        {"name": str(bit.name), "meaning": meaning}
        for bit, meaning in QUALITY_DESCRIPTIONS.items()
        if quality & int(bit)
    ]


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _position(catalog: Catalog | None, place: int) -> dict[str, Any]:
    """Return where an object is on the sky, and where to look at it."""
    ra, dec = (np.nan, np.nan)
    if catalog is not None and catalog.position is not None:
        ra, dec = (float(values[place]) for values in catalog.position)
    try:
        links = dict(viewer_links(ra, dec))
    except InputError:
        links = {}
    return {"ra_deg": defined(ra), "dec_deg": defined(dec), "links": links}


def neighbour_line(line: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with a ``distance``, ready for JSON."""
    return {
        "object_id": str(line["object_id"]),
        "class_label": _text(line.get("class_label")),
        "class_predicted": _text(line["class_predicted"]),
        "distance": float(line["distance"]),
    }


def _bands(
    run: Run, catalog: Catalog, place: int, near: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Return what was measured, decoded and is usual nearby in each band."""
    one = part_of(catalog, np.array([place]))
    decoded = _decoded(run, one)
    beside = mean_sed({b: catalog.magnitude(b)[0][near] for b in one.bands})
    beside = beside.set_index("band")
    lines = []
    for line in _measured(one):
        band = line["band"]
        low, middle, high = decoded[band].pogson() if band in decoded else (np.nan,) * 3
        lines.append(line | {
            "decoded_mag_ab": defined(middle), "decoded_mag_ab_low": defined(low),
            "decoded_mag_ab_high": defined(high),
            "near_mag_ab": defined(beside.loc[band, "mag_ab"]),
            "near_mag_ab_low": defined(beside.loc[band, "mag_ab_low"]),
            "near_mag_ab_high": defined(beside.loc[band, "mag_ab_high"]),
        })  # fmt: skip
    return lines


def _measured(one: Catalog) -> list[dict[str, Any]]:
    """Return what was measured of a catalog's only row, bluest band first."""
    lines = []
    for band in sorted(one.bands, key=lambda name: BANDS[name].wavelength_um):
        seen = one.measured(band)
        lines.append({
            "band": band, "label": BANDS[band].label,
            "wavelength_um": BANDS[band].wavelength_um,
            "status": str(STATUSES[seen.status[0]]),
            "mag_ab": defined(seen.magnitude[0]), "mag_ab_err": defined(seen.error[0]),
            "flux_ujy": defined(seen.flux[0] * _UJY_PER_NJY),
            "flux_ujy_err": defined(seen.flux_error[0] * _UJY_PER_NJY),
        })  # fmt: skip
    return lines


def _decoded(run: Run, one: Catalog) -> dict[str, BandValues]:
    """Return the decoder's magnitude in each band, and between which 68 % lie."""
    table = catalog_features(run, one)
    model = run.estimator
    mean = model.reconstruct(table.values, table.sigma)[0]
    spread = model.reconstruction_std(table.values, table.sigma)[0]
    return band_ranges(run, mean, spread)
