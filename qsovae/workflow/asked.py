"""What was asked of an evaluation, as the command that asks it again.

Within workflow: lowest.
"""

import shlex
from collections.abc import Mapping
from typing import Any

from qsovae.catalog import Catalog
from qsovae.recognition import recognise_columns
from qsovae.runs import Run

# Where a catalog's columns were not taken as a run, or recognition, would take them.
MAPPING_FILE = "mapping.toml"


def asked_of(
    run: Run,
    catalog: Catalog | None,
    report: Mapping[str, Any],
    prior: Mapping[str, float] | str | None,
    sought: str | None,
) -> dict[str, Any]:
    """Return what ``evaluate_run`` was asked, ready for JSON.

    Parameters
    ----------
    run, catalog, prior, sought
        As of ``evaluate_run``.
    report : mapping
        With ``label`` and ``quality``, as ``evaluate_rows`` gives it.

    Returns
    -------
    dict
        ``command``, which asks it again where the catalog lies; ``catalog_sha256`` and
        ``catalog_rows`` of what was scored; and ``quality`` of the report.
    """
    stated = run.manifest["catalog"]
    words = ["qsovae", "evaluate", run.name]
    if catalog is not None:
        words += [catalog.name, *_mapping_words(run, catalog)]
    if report["label"] != run.manifest["label"]:
        words += _option("--label", str(report["label"]))
    quality = report["quality"]
    if quality["bits"]:
        words += [f"--{quality['choice']}-quality", ",".join(quality["bits"])]
    if prior is not None:
        words += _option("--prior", _prior_text(prior))
    if sought is not None:
        words += _option("--class", sought)
    return {
        "command": shlex.join(words),
        "catalog_sha256": stated["sha256"] if catalog is None else catalog.sha256,
        "catalog_rows": stated["rows"] if catalog is None else catalog.n_rows,
        "quality": quality,
    }


def _option(name: str, value: str) -> list[str]:
    """Return an option, whose value must not be taken for another option."""
    return [f"{name}={value}"] if value.startswith("-") else [name, value]


def _prior_text(prior: Mapping[str, float] | str) -> str:
    if isinstance(prior, str):
        return prior
    return ",".join(f"{name}={float(share)!r}" for name, share in prior.items())


def _mapping_words(run: Run, catalog: Catalog) -> list[str]:
    """Return the option with which a catalog's columns are taken as they were."""
    if catalog.sha256 == run.manifest["catalog"]["sha256"]:
        return []  # always read by the run's own mapping
    usual = run.mapping.fitted_to(list(catalog.raw.frame.columns))
    usual = usual or recognise_columns(catalog.raw)
    return [] if catalog.mapping == usual else ["--mapping", MAPPING_FILE]
