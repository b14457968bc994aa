"""The command that scores a catalog's rows, and writing a line for each row.

Within cli: above rules.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import open_for, show, warn_simulated
from qsovae.cli.options import add_json, add_mapping, add_runs_folder
from qsovae.cli.rules import rule_text
from qsovae.errors import CatalogError

if TYPE_CHECKING:
    import pandas as pd

    from qsovae.catalog import Catalog
    from qsovae.runs import Run


def add_score(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``score`` with its options."""
    parser = add.add_parser("score", help="class probabilities of a catalog's rows")
    parser.set_defaults(command=score)
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("catalog", type=Path, metavar="CATALOG")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT")
    add_mapping(parser)
    add_runs_folder(parser)
    add_json(parser)
    parser.add_argument(
        "--rule", metavar="NAME",
        help="add a column selected: the rows that a rule of the run takes, at its "
        "class mix",
    )  # fmt: skip
    expert = parser.add_argument_group("expert")
    expert.add_argument(
        "--prior", metavar="MIX",
        help="the catalog's class mix, as QSO=0.02,STAR=0.90,GALAXY=0.08, or estimate; "
        "by default that of the training rows",
    )  # fmt: skip
    expert.add_argument(
        "--abstain", type=float, metavar="P",
        help="rows whose largest probability is below P get no class",
    )  # fmt: skip
    expert.add_argument(
        "--uncertainty", action="store_true",
        help="add columns: how uncertain a class is by noise, model and overlap",
    )  # fmt: skip


def score(options: Namespace) -> int:
    """Write probabilities, class, latent means and flags of every row."""
    from qsovae.class_mix import parse_prior
    from qsovae.runs import open_rule
    from qsovae.workflow import score_catalog

    prior = None if options.prior is None else parse_prior(options.prior)
    run, catalog = opened(options)
    rule = None if options.rule is None else open_rule(run, options.rule)
    scored = score_catalog(
        run, catalog, prior=prior, abstain=options.abstain,
        with_uncertainty=options.uncertainty, rule=rule,
    )  # fmt: skip
    result = write_rows(options, run, catalog, scored.rows, scored.header())
    mix = scored.prior_json()
    words = [written(result), text.mix_text(mix)]
    taken = scored.rule_json()
    if rule is not None and taken is not None:
        words.append(
            f"{taken['selected']:,} rows selected by {rule.name}: {rule_text(rule)}"
        )
        result["rule"] = taken
    show(result | {"prior": mix} if options.json else "\n".join(words))
    return 0


def opened(options: Namespace) -> tuple["Run", Any]:
    """Return the run and the catalog, if one was named, which the output may not be.

    Raises
    ------
    CatalogError
        If the output would replace the catalog.
    """
    from qsovae.runs import open_run

    run = open_run(options.run, options.runs)
    if options.catalog is None:
        return run, None
    if options.out.exists() and options.out.samefile(options.catalog):
        raise CatalogError(
            "the output is the catalog itself", str(options.out), "Choose another name."
        )
    return run, open_for(run, options.catalog, options.mapping)


def write_rows(
    options: Namespace, run: "Run", catalog: "Catalog | None", rows: "pd.DataFrame",
    header: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Write rows of a catalog, or of the run's own; return what was, for JSON."""
    from qsovae.tables import write_table

    is_simulated = run.is_simulated or (catalog is not None and catalog.is_simulated)
    name = run.manifest["catalog"]["name"] if catalog is None else catalog.name
    meta = {"run": run.name, "catalog": name, "is_sim": is_simulated, **header}
    write_table(rows, options.out, meta=meta)
    warn_simulated(is_simulated)
    return {
        "run": run.name, "catalog": name, "rows": len(rows),
        "out": str(options.out), "is_simulated": is_simulated,
    }  # fmt: skip


def written(result: dict[str, Any]) -> str:
    """Return in words what was written."""
    return f"wrote {result['rows']:,} rows to {result['out']}"
