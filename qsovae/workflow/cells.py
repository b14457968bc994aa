"""The objects behind a confusion matrix: of one cell, or with doubtful labels.

Within workflow: above catalogs. Rows are those of ``evaluate_rows``: none of them
trained the run.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.errors import CatalogError, ConfigError
from qsovae.evaluation import Predictions, label_doubts, mean_sed
from qsovae.inference import probability_matrix
from qsovae.runs import Run
from qsovae.workflow.catalogs import trained_catalog

_FIRST = (
    "object_id", "ra_deg", "dec_deg", "class_label", "class_predicted", "probability",
    "is_suspect", "class_suspected", "self_confidence", "normalised_margin",
)  # fmt: skip
_LAST = ("morphology", "quality", "outlier_score")


def cell_objects(
    run: Run,
    rows: pd.DataFrame,
    true: str,
    predicted: str,
    catalog: Catalog | None = None,
) -> pd.DataFrame:
    """Return the objects of one cell of the confusion matrix, the surest first.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``evaluate_rows``, or of ``baseline_rows``; or some of them.
    true, predicted : str
        Classes of the run.
    catalog : Catalog, optional
        That the rows are of.

    Returns
    -------
    DataFrame
        ``object_id``, ``class_label``, ``class_predicted``, ``probability`` (of that
        class), ``p_CLASS``, ``morphology``, ``quality`` and ``row``, its number in the
        catalog. With a catalog also ``ra_deg``, ``dec_deg`` and ``{band}_mag_ab`` (AB,
        NaN where unknown); of the run's own rows ``map_1`` and ``map_2``, if it has a
        map.

    Raises
    ------
    ConfigError
        If the run has no such class.
    """
    refuse_class(run, (true, predicted))
    labels = rows["class_label"].astype("string")
    inside = (labels == true) & (rows["class_predicted"] == predicted)
    found = _numbered(rows[inside.fillna(False).to_numpy(dtype=bool)])
    found = found.assign(probability=found[f"p_{predicted}"])
    found = found.sort_values("probability", ascending=False, kind="stable")
    return _described(run, found, catalog)


def label_suspects(
    run: Run, rows: pd.DataFrame, catalog: Catalog | None = None
) -> pd.DataFrame:
    """Return the objects that are classed otherwise than labelled, the surest first.

    Where the run is sure, the label may be wrong; but a rare or strange object looks
    the same.

    Parameters
    ----------
    run, rows, catalog
        As of ``cell_objects``.

    Returns
    -------
    DataFrame
        As of ``cell_objects``, and ``self_confidence`` (probability of the label),
        ``normalised_margin``, by which they are sorted, ``class_suspected`` (missing
        where none is confident) and ``is_suspect``; see ``label_doubts``.
    """
    labelled = _numbered(rows[rows["class_label"].notna().to_numpy()])
    predictions = Predictions.checked(
        labelled["class_label"].to_numpy(dtype=object),
        probability_matrix(labelled, run.classes),
        run.classes,
    )
    doubts = label_doubts(predictions)
    names = pd.array([*run.classes, None], dtype="str")
    labelled = labelled.assign(
        probability=predictions.probabilities.max(axis=1, initial=0.0).astype(
            np.float32
        ),
        class_suspected=names.take(doubts.suspected),
        self_confidence=doubts.self_confidence.astype(np.float32),
        normalised_margin=doubts.normalised_margin.astype(np.float32),
        is_suspect=doubts.is_suspect,
    )
    mistaken = labelled[predictions.predicted != predictions.true]
    found = mistaken.sort_values("normalised_margin", kind="stable")
    return _described(run, found, catalog)


def cell_seds(
    rows: pd.DataFrame, true: str, predicted: str, catalog: Catalog
) -> pd.DataFrame:
    """Return the mean SED of a cell, beside those of the right rows of both classes.

    Parameters
    ----------
    rows, true, predicted, catalog
        As of ``cell_objects``.

    Returns
    -------
    DataFrame
        As of ``mean_sed``, with ``class_label`` and ``class_predicted`` before.
    """
    numbered = _numbered(rows)
    cells = dict.fromkeys([(true, predicted), (true, true), (predicted, predicted)])
    tables = []
    for label, put in cells:
        inside = (numbered["class_label"] == label) & (
            numbered["class_predicted"] == put
        )
        places = numbered.loc[inside.fillna(False).to_numpy(dtype=bool), "row"]
        sed = mean_sed(_magnitudes(catalog, places.to_numpy()))
        sed.insert(0, "class_label", label)
        sed.insert(1, "class_predicted", put)
        tables.append(sed)
    return pd.concat(tables, ignore_index=True)


def baseline_rows(run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the baseline's probabilities and classes instead of the run's.

    Raises
    ------
    ConfigError
        If they are not the run's own test rows: the baseline said nothing of others.
    """
    if "split" not in rows:
        raise ConfigError(
            "the baseline knows the run's own test rows only",
            run.name,
            "Look at the cells of the VAE.",
        )
    shares = [f"p_{name}" for name in run.classes]
    beside = rows.drop(columns=shares).merge(run.baseline(), on="row", how="left")
    best = probability_matrix(beside, run.classes).argmax(axis=1)
    predicted = np.array(run.classes, dtype=object)[best]
    return beside.assign(class_predicted=pd.array(predicted, dtype="str"))


def run_catalog(run: Run) -> Catalog | None:
    """Return the catalog that a run was trained on, as it reads it.

    None where it is no longer in its place, or another file is there.
    """
    try:
        return trained_catalog(run)
    except (OSError, CatalogError):
        return None


def refuse_class(run: Run, names: Iterable[str]) -> None:
    """Refuse classes that a run does not have.

    Raises
    ------
    ConfigError
        Naming the first.
    """
    for name in names:
        if name not in run.classes:
            raise ConfigError(
                f"there is no class {name}",
                "the confusion matrix",
                f"Use two of {', '.join(run.classes)}.",
            )


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their number in the catalog, as ``row``."""
    # Of another catalog the index is that number.
    return rows if "row" in rows else rows.assign(row=rows.index.to_numpy())


def _magnitudes(
    catalog: Catalog, places: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Return AB magnitudes of some rows of a catalog, by band."""
    return {band: catalog.magnitude(band)[0][places] for band in catalog.bands}


def _described(run: Run, found: pd.DataFrame, catalog: Catalog | None) -> pd.DataFrame:
    """Return objects with what catalog and map say of them, in a reader's order."""
    places = found["row"].to_numpy()
    magnitudes: dict[str, NDArray[np.float64]] = {}
    if catalog is not None:
        magnitudes = {
            f"{band}_mag_ab": values
            for band, values in _magnitudes(catalog, places).items()
        }
        position = catalog.position
        if position is not None:
            found = found.assign(
                ra_deg=position[0][places], dec_deg=position[1][places]
            )
        found = found.assign(**magnitudes)
    coordinates = run.map() if "split" in found else None
    if coordinates is not None:
        at = coordinates[["row", "map_1", "map_2"]]
        found = found.merge(at, on="row", how="left", validate="one_to_one")
    shares = [f"p_{name}" for name in run.classes]
    order = [*_FIRST, *shares, *_LAST, *magnitudes, "map_1", "map_2", "row"]
    return found[[name for name in order if name in found]].reset_index(drop=True)
