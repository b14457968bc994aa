"""A catalog scored by a run, at the class mix that a person states or the rows tell.

Within workflow: above rules.
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
from qsovae.errors import ConfigError
from qsovae.estimator import decide, refuse_abstention
from qsovae.inference import (
    catalog_features,
    infer_table,
    probability_columns,
    probability_matrix,
    row_facts,
)
from qsovae.runs import Run, SelectionRule
from qsovae.workflow.rules import rule_header, rule_mask

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
    rule: SelectionRule | None = None

    def rule_json(self) -> dict[str, Any] | None:
        """Return the rule for JSON, with the number of rows that it takes."""
        if self.rule is None:
            return None
        return self.rule.to_json() | {"selected": int(self.rows["selected"].sum())}

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
        if self.abstain is not None:
            said["abstain"] = self.abstain
        return said if self.rule is None else said | rule_header(self.rule)


def score_catalog(
    run: Run,
    catalog: Catalog,
    *,
    prior: Prior | None = None,
    abstain: float | None = None,
    with_uncertainty: bool = False,
    rule: SelectionRule | None = None,
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
    rule : SelectionRule, optional
        Of this run: adds ``selected``, whether the rule takes a row. The class mix is
        then the rule's.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs.
    ConfigError
        If the prior states no positive share for each class of the run with the sum
        one, ``abstain`` is no probability, or there is a prior beside the rule.
    """
    refuse_abstention(abstain)
    prior = _prior_of(prior, rule)
    model, trained = run.estimator, run.estimator.class_prior_
    kind, mix = "trained", ClassMix(trained, trained, trained)
    if is_estimate(prior):
        kind = "estimated"
    elif prior is not None:
        kind, mix = "stated", stated_mix(prior, run.classes)
    table = catalog_features(run, catalog)
    rows = infer_table(model, run.classes, table, row_facts(catalog))
    if rule is not None:
        rows = rows.assign(selected=rule_mask(run, rule, rows))
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
    return ScoredCatalog(rows, run.classes, kind, mix, abstain, rule)


def _prior_of(prior: Prior | None, rule: SelectionRule | None) -> Prior | None:
    """Return the class mix to score at: a rule brings its own."""
    if rule is None:
        return prior
    if prior is not None:
        raise ConfigError(
            f"a prior is stated beside the rule {rule.name}, which has its own",
            "prior",
            "Leave out one of the two.",
        )
    shares: Prior | None = rule.mix["shares"]
    return shares
