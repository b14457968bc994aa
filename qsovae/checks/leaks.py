"""Whether what is missing gives the class away.

Within checks: above report.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

from qsovae.catalog import Catalog
from qsovae.checks.report import Finding
from qsovae.errors import CatalogError

_MOST_ROWS = 20_000
_FEWEST_OF_A_CLASS = 20
# Of the way from chance to certainty.
_MUCH = 0.5
_SEED = 0


class Leak(NamedTuple):
    """How well the observed-mask alone tells classes apart, on rows held out."""

    balanced_accuracy: float
    auc: float
    chance: float
    n_rows: int


def leak_findings(catalog: Catalog) -> list[Finding]:
    """Return a finding if the class can be told by what is missing."""
    name = catalog.mapping.only("label")
    if name is None:
        return []
    leak = measure_leak(catalog, name)
    if leak is None:
        return []
    share = (leak.balanced_accuracy - leak.chance) / (1.0 - leak.chance)
    if share < 0.1:
        return []
    return [
        Finding(
            "warning" if share > _MUCH else "note", name,
            "which values are missing tells the class: balanced accuracy "
            f"{leak.balanced_accuracy:.2f} (chance {leak.chance:.2f}), AUC "
            f"{leak.auc:.2f}, from the observed or not alone, on {leak.n_rows:,} "
            f"rows held out; most by {_most_telling(catalog, name)}", 0, (),
            "Report scores for rows with the same bands observed, too.",
        )
    ]  # fmt: skip


def measure_leak(catalog: Catalog, label: str) -> Leak | None:
    """Return how well the mask tells the classes apart, None if that cannot be asked.

    Two folds, each predicted by a small decision tree that saw the other.
    """
    chosen, codes = _labelled_rows(catalog, label)
    masks = _masks(catalog, chosen)
    n_classes = len(np.unique(codes))
    if n_classes < 2 or not masks.shape[1]:
        return None
    shares = np.empty((len(codes), n_classes))
    folds = StratifiedKFold(n_splits=2, shuffle=True, random_state=_SEED)
    for fitted, held_out in folds.split(masks, codes):
        # On ones and zeros a tree does as well as boosting, in no time and one thread.
        model = DecisionTreeClassifier(
            max_leaf_nodes=64, min_samples_leaf=10, class_weight="balanced",
            random_state=_SEED,
        )  # fmt: skip
        model.fit(masks[fitted], codes[fitted])
        shares[held_out] = model.predict_proba(masks[held_out])
    if n_classes == 2:
        auc = roc_auc_score(codes, shares[:, 1])
    else:
        auc = roc_auc_score(codes, shares, multi_class="ovr", average="macro")
    accuracy = balanced_accuracy_score(codes, shares.argmax(axis=1))
    return Leak(float(accuracy), float(auc), 1.0 / n_classes, len(codes))


def _labelled_rows(
    catalog: Catalog, label: str
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows of classes that are large enough, and the class of each by number."""
    nothing = np.empty(0, dtype=np.intp)
    try:
        labels = catalog.labels(label)
    except CatalogError:
        return nothing, nothing  # one class, or no classes: nothing can leak
    codes = pd.Categorical(labels.class_label, categories=labels.classes).codes
    counts = np.bincount(codes[codes >= 0], minlength=len(labels.classes))
    rows = np.flatnonzero((codes >= 0) & (counts[codes] >= _FEWEST_OF_A_CLASS))
    if len(rows) > _MOST_ROWS:
        rng = np.random.default_rng(_SEED)
        rows = np.sort(rng.choice(rows, _MOST_ROWS, replace=False))
    return rows, np.unique(codes[rows], return_inverse=True)[1]


def _most_telling(catalog: Catalog, label: str) -> str:
    """Return in words the column whose observed share differs most between classes."""
    rows, codes = _labelled_rows(catalog, label)
    classes = catalog.labels(label).class_label[rows]
    names = [classes[np.argmax(codes == code)] for code in range(codes.max() + 1)]
    shares = {
        c.name: np.bincount(codes, weights=np.isfinite(catalog.values(c.name)[rows]))
        / np.bincount(codes)
        for c in catalog.mapping.columns
        if c.is_measurement
    }
    best = max(shares, key=lambda name: float(np.ptp(shares[name])))
    high, low = int(np.argmax(shares[best])), int(np.argmin(shares[best]))
    return (
        f"{best}: there in {shares[best][high]:.0%} of {names[high]}, "
        f"{shares[best][low]:.0%} of {names[low]}"
    )


def _masks(catalog: Catalog, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return what each row observed, (n_rows, n_different_masks), 1 or 0."""
    columns = [
        np.isfinite(catalog.values(c.name)[rows])
        for c in catalog.mapping.columns
        if c.is_measurement
    ]
    varied = [c for c in columns if c.any() and not c.all()]
    if not varied:
        return np.empty((len(rows), 0), dtype=np.float32)
    return np.unique(np.column_stack(varied), axis=1).astype(np.float32)
