"""A saved run applied to the rows of a catalog: every row, in its order.

Layer: above runs, below workflow.
"""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.catalog import Catalog
from qsovae.checks import row_flags
from qsovae.errors import CatalogError
from qsovae.features import FeatureTable, build_features
from qsovae.runs import Run

if TYPE_CHECKING:
    # At run time a run brings its model along; what is saved needs none.
    from qsovae.estimator import Inference, VAEClassifier


# A joined file may have columns whose names begin likewise.
_LATENT = re.compile(r"latent_[1-9][0-9]*")


class RowFacts(NamedTuple):
    """What a catalog says of each row beside its features, (n_rows,) each.

    ``quality`` has the bits of ``row_flags``.
    """

    object_id: "pd.Series[Any]"
    quality: NDArray[np.uint32]
    morphology: NDArray[np.object_]


def row_facts(catalog: Catalog) -> RowFacts:
    """Return what a catalog says of each row beside its features."""
    ids = catalog.object_id.reset_index(drop=True)
    return RowFacts(ids, row_flags(catalog), catalog.morphology)


def catalog_features(run: Run, catalog: Catalog) -> FeatureTable:
    """Return a catalog's features in the order of the run.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs,
        naming every one. Missing values are fine.
    """
    if not catalog.n_rows:
        raise CatalogError(
            "the catalog has no rows", catalog.name, "Give one with rows."
        )
    return build_features(catalog, run.features)


def infer_table(
    model: "VAEClassifier",
    classes: tuple[str, ...],
    table: FeatureTable,
    facts: RowFacts,
) -> pd.DataFrame:
    """Return what the model says of each row, beside its id, quality and morphology.

    Columns: ``object_id``, ``class_predicted``, ``p_CLASS`` for each class,
    ``latent_1`` and on, ``outlier_score``, ``quality``, ``morphology``.
    """
    inferred, flags = model.infer(table.values, table.sigma), facts.quality
    nothing = ~np.isfinite(table.values).any(axis=1)
    columns = {
        "object_id": facts.object_id,
        "class_predicted": pd.array(list(classes), dtype="str").take(
            inferred.probabilities.argmax(axis=1)
        ),
        **probability_columns(inferred.probabilities, classes),
        **_latent_columns(inferred),
        "outlier_score": inferred.outlier_score,
        "quality": np.where(
            nothing, flags | np.uint32(Quality.NOTHING_OBSERVED), flags
        ).astype(np.int32),
        "morphology": facts.morphology,
    }
    return pd.DataFrame(columns)


def probability_columns(
    probabilities: NDArray[np.floating], classes: tuple[str, ...]
) -> dict[str, NDArray[np.float32]]:
    """Return one column ``p_CLASS`` a class."""
    single = probabilities.astype(np.float32)
    return {f"p_{name}": single[:, k] for k, name in enumerate(classes)}


def probability_matrix(
    table: pd.DataFrame, classes: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return the ``p_CLASS`` columns as one array, (n_rows, n_classes)."""
    columns = table[[f"p_{name}" for name in classes]]
    matrix: NDArray[np.float64] = columns.to_numpy(dtype=np.float64)
    return matrix


def latent_names(table: pd.DataFrame) -> list[str]:
    """Return the names of the latent columns, in order."""
    names = [c for c in table.columns if _LATENT.fullmatch(str(c))]
    return sorted(names, key=lambda c: int(c.removeprefix("latent_")))


def latent_matrix(table: pd.DataFrame) -> NDArray[np.float32]:
    """Return the latent columns as one array, (n_rows, n_latent)."""
    matrix: NDArray[np.float32] = table[latent_names(table)].to_numpy(dtype=np.float32)
    return matrix


def score_rows(run: Run, catalog: Catalog) -> pd.DataFrame:
    """Return one line for each row of a catalog, in order; see ``infer_table``.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs.
    """
    table = catalog_features(run, catalog)
    return infer_table(run.estimator, run.classes, table, row_facts(catalog))


def _latent_columns(inferred: "Inference") -> dict[str, NDArray[np.float32]]:
    n_latent = inferred.latent_mean.shape[1]
    return {f"latent_{k + 1}": inferred.latent_mean[:, k] for k in range(n_latent)}
