"""A catalog scored by a run, at the class mix that a person states or the rows tell.

Within workflow: beside evaluate.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog
from qsovae.class_mix import (
    ClassMix,
    Prior,
    estimate_class_mix,
    is_estimate,
    stated_mix,
    with_class_mix,
)
from qsovae.estimator import decide, refuse_abstention
from qsovae.inference import (
    catalog_features,
    infer_table,
    probability_columns,
    probability_matrix,
    row_facts,
)
from qsovae.runs import Run

PRIOR_KINDS = ("trained", "stated", "estimated")


class ScoredCatalog(NamedTuple):
    """One line for each row of a catalog, and the class mix behind its probabilities.

    ``prior_kind`` is one of ``PRIOR_KINDS``; the mix is in the order of ``classes``.
    """

    rows: pd.DataFrame
    classes: tuple[str, ...]
    prior_kind: str
    mix: ClassMix
    abstain: float | None

    def prior_json(self) -> dict[str, Any]:
        """Return the mix for JSON: kind, shares, and 95 % intervals if estimated."""
        numbers: dict[str, Any] = {
            name: dict(zip(self.classes, values.tolist(), strict=True))
            for name, values in self.mix._asdict().items()
        }
        if self.prior_kind != "estimated":
            numbers |= {"low": None, "high": None}
        return {"kind": self.prior_kind, **numbers}

    def header(self) -> dict[str, str | float]:
        """Return what a file of the rows says of them.

        ``prior`` has the shares as ``qsovae score --prior`` takes them.
        """
        shares = zip(self.classes, self.mix.shares, strict=True)
        said: dict[str, str | float] = {
            "prior_is": self.prior_kind,
            "prior": ",".join(f"{name}={share:.6g}" for name, share in shares),
        }
        return said if self.abstain is None else said | {"abstain": self.abstain}


def score_catalog(
    run: Run,
    catalog: Catalog,
    *,
    prior: Prior | None = None,
    abstain: float | None = None,
    with_uncertainty: bool = False,
) -> ScoredCatalog:
    """Return what a run says of each row of a catalog, in its order.

    Parameters
    ----------
    run : Run
    catalog : Catalog
    prior : mapping or "estimate", optional
        The catalog's class mix, by the names of the run's classes, or how its rows are
        likeliest mixed; by default that of training.
    abstain : float, optional
        Rows whose largest probability is below this have no ``class_predicted``.
    with_uncertainty : bool
        Whether to add ``entropy`` and its parts ``entropy_noise``, ``entropy_model``
        and ``entropy_overlap``, in nats; see ``VAEClassifier.uncertainty``.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs.
    ConfigError
        If the prior states no positive share for each class of the run with the sum
        one, or ``abstain`` is no probability.
    """
    refuse_abstention(abstain)
    model, trained = run.estimator, run.estimator.class_prior_
    kind, mix = "trained", ClassMix(trained, trained, trained)
    if is_estimate(prior):
        kind = "estimated"
    elif prior is not None:
        kind, mix = "stated", stated_mix(prior, run.classes)
    table = catalog_features(run, catalog)
    rows = infer_table(model, run.classes, table, row_facts(catalog))
    if kind == "estimated":
        mix = estimate_class_mix(probability_matrix(rows, run.classes), trained)
    if kind != "trained":
        moved = with_class_mix(
            probability_matrix(rows, run.classes), trained, mix.shares
        )
        rows = rows.assign(**probability_columns(moved, run.classes))
    if kind != "trained" or abstain is not None:
        probabilities = probability_matrix(rows, run.classes)
        decided = decide(probabilities, np.array(run.classes, dtype=object), abstain)
        rows = rows.assign(class_predicted=pd.array(decided, dtype="str"))
    if with_uncertainty:
        # The estimator knows the classes by number.
        stated = dict(zip(model.classes_, mix.shares, strict=True))
        found = model.uncertainty(table.values, table.sigma, prior=stated)
        named = ("entropy", "entropy_noise", "entropy_model", "entropy_overlap")
        rows = rows.assign(**dict(zip(named, found, strict=True)))
    return ScoredCatalog(rows, run.classes, kind, mix, abstain)
