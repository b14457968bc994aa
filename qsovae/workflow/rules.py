"""Selection rules: measured on held-out rows, saved, applied to rows of a catalog.

Within workflow: above evaluate.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import quality_mask, with_morphology, with_quality
from qsovae.class_mix import stated_mix, with_class_mix
from qsovae.errors import CatalogError, ConfigError
from qsovae.evaluation import Predictions, defined, threshold_table
from qsovae.inference import probability_matrix
from qsovae.runs import (
    SELECTION_RULES,
    Run,
    SelectionRule,
    now_utc,
    weights_digest,
)
from qsovae.workflow.evaluate import Evaluated, evaluate_rows
from qsovae.workflow.mixes import Mix, mix_of, sought_class

_MEASURES = (
    "completeness", "completeness_low", "completeness_high", "purity", "purity_low",
    "purity_high", "per_deg2", "contaminants_per_deg2",
)  # fmt: skip


def save_rule(
    run: Run,
    name: str,
    threshold: float,
    evaluated: Evaluated | None = None,
    *,
    prior: Mapping[str, float] | str | None = None,
    sought: str | None = None,
    morphology: str = "all",
    quality_choice: str = "without",
    quality: Sequence[str] = (),
) -> SelectionRule:
    """Measure the sample above a threshold, and keep it with the run as a rule.

    Parameters
    ----------
    run : Run
    name : str
    threshold : float
        Probability of the class, above 0 and up to 1.
    evaluated : Evaluated, optional
        As of ``evaluate_rows``: the rows to measure on; by default the run's test rows.
    prior, sought
        As of ``evaluate_run``.
    morphology, quality_choice, quality
        The rule takes, and is measured on, such rows only. Densities on the sky are
        those of all sources, and are not known of some.

    Raises
    ------
    ConfigError
        If the name, the threshold, the class, the prior, the morphology or a quality
        bit cannot be.
    CatalogError
        If no row is left to measure on.
    RunError
        If the run has a rule of that name, or the disk refuses.
    """
    refuse_rule(run, name, threshold)
    found = evaluate_rows(run) if evaluated is None else evaluated
    rows = with_morphology(found.rows, morphology)
    rows = with_quality(rows, quality_choice, quality)
    mix, of = mix_of(prior, run.classes), sought_class(run.classes, sought)
    if morphology != "all" or quality:
        mix = mix._replace(per_deg2=None)
    rule = SelectionRule(
        name=name,
        run=run.name,
        weights_sha256=weights_digest(run),
        sought=of,
        threshold=float(threshold),
        mix=mix.to_json(),
        morphology=morphology,
        quality_choice=quality_choice,
        quality=tuple(quality),
        expected=_expected(run, rows, threshold, mix, of),
        measured_on={
            "catalog": found.report["catalog"],
            "split": found.report["split"],
            "rows": len(rows),
        },
        is_simulated=bool(found.report["is_simulated"]),
        created_utc=now_utc(),
    )
    SELECTION_RULES.write(run, rule)
    return rule


def refuse_rule(run: Run, name: str, threshold: float) -> None:
    """Refuse a rule that cannot be saved, before long work begins.

    Raises
    ------
    ConfigError, RunError
        As ``save_rule``, of its name and threshold.
    """
    SELECTION_RULES.refuse_taken(run, name)
    if not 0.0 < threshold <= 1.0:
        raise ConfigError(
            f"the threshold is {threshold}", "threshold", "Use one from above 0 to 1."
        )


def _expected(
    run: Run, rows: pd.DataFrame, threshold: float, mix: Mix, sought: str
) -> dict[str, float | None]:
    """Return what is measured of the sample at exactly this threshold."""
    predictions = Predictions.checked(
        rows["class_label"], probability_matrix(rows, run.classes), run.classes
    )
    if not predictions.true.size:
        raise CatalogError(
            "no scored row is of this morphology and quality",
            "the rule",
            "Choose others, so that there is something to measure on.",
        )
    table = threshold_table(
        predictions, sought, mix.shares, trained_prior=run.class_prior,
        density=mix.per_deg2, thresholds=[threshold],
    )  # fmt: skip
    measured = table.iloc[0]
    expected = {name: defined(measured.get(name, np.nan)) for name in _MEASURES}
    return expected | {"rows": int(measured["rows"])}


def rule_mask(run: Run, rule: SelectionRule, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows a rule takes, (n_rows,).

    Parameters
    ----------
    run : Run
    rule : SelectionRule
    rows : DataFrame
        ``p_CLASS`` as the run gives them, ``morphology`` and ``quality``; see
        ``score_rows``.

    Raises
    ------
    ManifestMismatchError
        If the rule was measured with other weights.
    ConfigError
        If its class or mix is not of the run's classes.
    """
    SELECTION_RULES.refuse_foreign(run, rule)
    k = run.classes.index(sought_class(run.classes, rule.sought))
    probabilities = probability_matrix(rows, run.classes)
    if rule.mix["shares"] is not None:
        # As the threshold's curve moves them, before any rounding for a file.
        shares = stated_mix(rule.mix["shares"], run.classes).shares
        trained = run.class_prior
        probabilities = with_class_mix(probabilities, trained, shares)
    mask: NDArray[np.bool_] = probabilities[:, k] >= rule.threshold
    mask &= quality_mask(rows["quality"], rule.quality_choice, rule.quality)
    if rule.morphology != "all":
        mask &= (rows["morphology"] == rule.morphology).to_numpy(dtype=bool)
    return mask


def rule_header(rule: SelectionRule) -> dict[str, Any]:
    """Return what a file of rows says of the rule that took some of them."""
    measured = {
        f"rule_{name}": value
        for name, value in rule.expected.items()
        if value is not None and name != "rows"
    }
    return {
        "rule": rule.name,
        "rule_class": rule.sought,
        "rule_threshold": rule.threshold,
        **measured,
    }
