"""Walking the latent space: what is decoded at its places, and which rows are near.

Within workflow: above nearby, details and decoding.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.bands import BANDS
from qsovae.errors import ConfigError, InputError, ShapeError
from qsovae.evaluation import defined
from qsovae.inference import latent_matrix, latent_names
from qsovae.runs import Run
from qsovae.workflow.decoding import Floats, band_ranges, decode, decoded_spread
from qsovae.workflow.details import latent_use
from qsovae.workflow.nearby import Nearby
from qsovae.workflow.one_object import neighbour_line

N_STEPS = 9
_MOST_STEPS = 1000
_N_NEAREST = 5
# All but the outermost hundredth of the rows lie between these.
_RANGE = (0.5, 99.5)
_UJY_PER_NJY = 1e-3
_ENDS = ("_low", "", "_high")


def decode_latent(
    run: Run, latent: ArrayLike, near: Nearby | None = None
) -> list[dict[str, Any]]:
    """Return what a run makes of places in its latent space, and the rows near them.

    Probabilities are the classifier's at the place, as of a row whose latent mean lies
    there; at those of rows they are the rows' own, but for rows of which nothing was
    observed: these have the class mix of training.

    Parameters
    ----------
    run : Run
    latent : array_like, (n_places, n_latent)
    near : Nearby, optional
        ``Nearby.in_latent`` of the rows to look among; by default the run's own.

    Returns
    -------
    list of dict
        Of each place, ready for JSON: ``latent``; ``probabilities`` by class;
        ``bands``, bluest first: ``band``, ``label``, ``wavelength_um``,
        ``decoded_mag_ab`` and ``decoded_flux_ujy``, each with ``_low`` and ``_high``
        (68 % of sources there, without noise; None of what is too faint to have a
        magnitude); ``features``: ``name``, ``unit``, ``decoded`` and its ``spread``
        (one standard deviation); ``nearest``, the five nearest rows, found exactly:
        ``row``, ``object_id``, ``class_label``, ``class_predicted``, ``distance``
        (Euclidean); ``far_distance``, within which 99 % of the rows have another one,
        and ``is_far``: no row is that near, no such objects are known.

    Raises
    ------
    ShapeError
        If a place has not as many values as the run has latent dimensions.
    InputError
        If a value is not finite.
    """
    places = _checked(run, latent)
    near = Nearby.in_latent(run.rows()) if near is None else near
    values, probabilities = decode(run, places)
    spread = decoded_spread(run, values)
    found, distance = near.nearest(places, _N_NEAREST)
    return [
        {
            "latent": places[i].tolist(),
            "probabilities": dict(
                zip(run.classes, probabilities[i].tolist(), strict=True)
            ),
            "bands": _bands(run, values[i], spread[i]),
            "features": [
                {"name": feature.name, "unit": feature.unit,
                 "decoded": defined(values[i, k]), "spread": defined(spread[i, k])}
                for k, feature in enumerate(run.features)
            ],
            "nearest": _nearest(near.rows, found[i], distance[i]),
            "far_distance": defined(near.far_distance),
            "is_far": bool(distance[i, 0] > near.far_distance),
        }
        for i in range(len(places))
    ]  # fmt: skip


def between_objects(
    run: Run, rows: pd.DataFrame, place_a: int, place_b: int,
    n_steps: int = N_STEPS, near: Nearby | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return what lies between two objects, on the straight line of latent means.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``run_table``.
    place_a, place_b : int
        Of the two among them.
    n_steps : int
        Places on the line, its two ends among them.
    near : Nearby, optional
        As of ``decode_latent``; by default of these rows.

    Returns
    -------
    list of dict
        As of ``decode_latent``, with ``along``: 0 is the first object, 1 the other.

    Raises
    ------
    InputError
        If both are one row.
    ConfigError
        If there are fewer than 2 steps, or more than 1,000.
    """
    if place_a == place_b:
        raise InputError(
            f"both ends are object {rows['object_id'].iloc[place_a]}", "object_id",
            "Give two objects.",
        )  # fmt: skip
    if not 2 <= n_steps <= _MOST_STEPS:
        raise ConfigError(
            f"there are {n_steps} steps", "steps", f"Use 2 to {_MOST_STEPS:,}."
        )
    ends = latent_matrix(rows.iloc[[place_a, place_b]]).astype(np.float64)
    along = np.linspace(0.0, 1.0, n_steps)
    line = np.outer(1.0 - along, ends[0]) + np.outer(along, ends[1])
    near = Nearby.in_latent(rows) if near is None else near
    found = decode_latent(run, line, near)
    return [
        {"along": float(step)} | place for step, place in zip(along, found, strict=True)
    ]


def latent_ranges(rows: pd.DataFrame) -> pd.DataFrame:
    """Return where the rows lie along each latent dimension.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``.

    Returns
    -------
    DataFrame
        One line a dimension: ``name``; ``is_active``, whether it says anything (see
        ``latent`` of ``evaluation_details``); ``mean``; ``low`` and ``high``, between
        which 99 % of the rows lie.
    """
    names = latent_names(rows)
    latent = rows[names].to_numpy(dtype=np.float64)
    active = latent_use(rows)["active"]
    low, high = np.percentile(latent, _RANGE, axis=0)
    return pd.DataFrame({
        "name": names, "is_active": [name in active for name in names],
        "mean": latent.mean(axis=0), "low": low, "high": high,
    })  # fmt: skip


def walk_table(places: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return places of ``decode_latent`` or ``between_objects`` as a table, one a line.

    Columns: ``along`` of a line; ``latent_1`` and on, ``p_CLASS``; of each band
    ``BAND_mag_ab`` and ``BAND_flux_ujy``, decoded, with ``_low`` and ``_high``; of the
    nearest row ``nearest_object_id``, ``nearest_class_label``,
    ``nearest_class_predicted``, ``nearest_distance``; ``is_far``.
    """
    table = pd.DataFrame([_line(place) for place in places])
    texts = [f"nearest_{name}" for name in ("class_label", "class_predicted")]
    return table.astype(dict.fromkeys(texts, "string"))


def _line(place: dict[str, Any]) -> dict[str, Any]:
    """Return a place as a line of a table."""
    nearest = place["nearest"][0]
    return {
        **{name: place[name] for name in ("along",) if name in place},
        **{f"latent_{k}": value for k, value in enumerate(place["latent"], start=1)},
        **{f"p_{name}": share for name, share in place["probabilities"].items()},
        **{
            f"{band['band']}_{kind}{end}": band[f"decoded_{kind}{end}"]
            for band in place["bands"]
            for kind in ("mag_ab", "flux_ujy")
            for end in _ENDS
        },
        **{
            f"nearest_{name}": nearest[name]
            for name in ("object_id", "class_label", "class_predicted", "distance")
        },
        "is_far": place["is_far"],
    }


def _checked(run: Run, latent: ArrayLike) -> Floats:
    """Return places, refused where they are none of the run's latent space."""
    places = np.asarray(latent, dtype=np.float64)
    n_latent = run.estimator.network_.config.n_latent
    if places.ndim != 2 or places.shape[1] != n_latent:
        given = places.shape[1] if places.ndim == 2 else f"shape {places.shape}"
        raise ShapeError(
            f"a place has {given} values, the latent space of {run.name} has "
            f"{n_latent} dimensions",
            "latent", f"Give {n_latent} numbers, latent_1 to latent_{n_latent}.",
        )  # fmt: skip
    # The network computes in single precision, where 1e39 is infinite.
    with np.errstate(over="ignore"):
        finite = np.isfinite(places.astype(np.float32))
    if not finite.all():
        odd = places[~finite][0]
        raise InputError(f"a latent value is {odd:g}", "latent", "Give finite numbers.")
    return places


def _bands(run: Run, values: Floats, spread: Floats) -> list[dict[str, Any]]:
    """Return what is decoded in each band."""
    ranges = band_ranges(run, values, spread)
    lines = []
    for band in sorted(ranges, key=lambda name: BANDS[name].wavelength_um):
        with np.errstate(over="ignore", invalid="ignore"):
            magnitude = ranges[band].pogson()
            flux = ranges[band].flux_njy()[::-1] * _UJY_PER_NJY
        lines.append(
            {"band": band, "label": BANDS[band].label,
             "wavelength_um": BANDS[band].wavelength_um}
            | {f"decoded_{kind}{end}": defined(value)
               for kind, told in (("mag_ab", magnitude), ("flux_ujy", flux))
               for end, value in zip(_ENDS, told, strict=True)}
        )  # fmt: skip
    return lines


def _nearest(
    rows: pd.DataFrame, found: NDArray[np.int64], distance: Floats
) -> list[dict[str, Any]]:
    """Return the rows nearest to a place."""
    lines = rows.iloc[found].assign(distance=distance).to_dict("records")
    return [
        {"row": int(row)} | neighbour_line(line)
        for row, line in zip(found, lines, strict=True)
    ]
