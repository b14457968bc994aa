"""The command that makes projections, places rows on them, and says how true they are.

Within cli: above rows, stopping and watching.
"""

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_mapping, add_runs_folder, positive
from qsovae.cli.rows import opened, write_rows, written
from qsovae.cli.stopping import StopOnSignal
from qsovae.cli.watching import Watching, watching
from qsovae.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from qsovae.runs import Run


def add_project(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``project`` with its options."""
    parser = add.add_parser(
        "project", help="make a run's map and other projections; place rows on them"
    )
    parser.set_defaults(command=project)
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "catalog", type=Path, metavar="CATALOG", nargs="?",
        help="place these rows, and not the run's own",
    )  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, metavar="OUT")
    parser.add_argument(
        "--method", choices=("umap", "densmap", "pca"), default="umap",
        help="umap (by default; in the plane it is the map), densmap, which keeps "
        "crowds crowded, or pca, which every run has",
    )  # fmt: skip
    parser.add_argument("--dimensions", type=int, choices=(2, 3), default=2)
    parser.add_argument(
        "--quality", action="store_true",
        help="measure how far the map can be trusted, and keep it with the run",
    )  # fmt: skip
    add_mapping(parser)
    add_runs_folder(parser)
    add_json(parser)
    expert = parser.add_argument_group("expert", "what the defaults choose well")
    expert.add_argument("--seed", type=int, help="by default that of the run")
    expert.add_argument(
        "--fit-rows", type=positive, metavar="N",
        help="rows that are laid out at most, 20,000; the others are placed among them",
    )  # fmt: skip
    expert.add_argument(
        "--overwrite", action="store_true", help="replace one of other settings"
    )
    expert.add_argument(
        "--watch", type=Path, metavar="FOLDER",
        help="keep progress.jsonl there, and stop when a file STOP appears there",
    )  # fmt: skip


def project(options: Namespace) -> int:
    """Make a projection, place rows on it, tell how true it is: what was asked for."""
    _refuse_half(options)
    with watching(options.watch) as watched, StopOnSignal("the run stays") as stop:
        should_stop = _asked(watched, stop)
        run, catalog = opened(options)
        result = _made(options, run, watched, should_stop)
        lines = [_made_text(result["projection"])]
        if options.quality:
            result["quality"] = _quality(run, watched, should_stop)
            lines.append(quality_text(result["quality"]))
        if options.out is not None:
            rows = _rows(options, run, catalog, watched)
            result |= write_rows(options, run, catalog, rows, _header(result))
            lines.append(written(result))
        if options.watch is not None:
            watched.tell({"phase": "done", "message": "done"})
    show(result if options.json else "\n".join(lines))
    return 0


def _refuse_half(options: Namespace) -> None:
    """Refuse options that say nothing together, and files that nobody could write."""
    from qsovae.tables import refuse_suffix

    if options.out is not None:
        refuse_suffix(options.out.suffix)
    elif options.catalog is not None:
        raise ConfigError(
            "there is no file for the places of the rows", "project", "Add -o OUT."
        )
    if options.quality and (options.method, options.dimensions) != ("umap", 2):
        raise ConfigError(
            "--quality is of the map", "project", "Leave --method and --dimensions."
        )
    if options.method == "pca" and (options.seed, options.fit_rows) != (None, None):
        raise ConfigError(
            "pca has no seed and takes all rows", "project",
            "Leave --seed and --fit-rows.",
        )  # fmt: skip


def _asked(watched: Watching, stop: StopOnSignal) -> Callable[[], bool]:
    return lambda: stop.asked() or watched.stop_asked()


def _made(
    options: Namespace, run: "Run", watched: Watching, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """Make the projection unless the run has it; return what there is now."""
    from qsovae.workflow import make_map, make_projection

    asked = {
        "seed": options.seed, "max_fit_rows": options.fit_rows,
        "overwrite": options.overwrite, "should_stop": should_stop,
    }  # fmt: skip
    if options.method == "pca":
        n_axes = min(options.dimensions, run.manifest["estimator"]["n_latent"])
        columns = [f"pca_{i + 1}" for i in range(n_axes)]
        record: dict[str, Any] = {"name": "pca", "columns": columns}
    elif (options.method, options.dimensions) == ("umap", 2):
        table = make_map(run, watched.tell, **asked)
        record = {
            "name": "map", "columns": ["map_1", "map_2"], "rows": len(table),
            "fitted_rows": int(table["is_fitted"].sum()), **run.map_record(),
        }  # fmt: skip
    else:
        record = make_projection(
            run, options.method, options.dimensions, on_progress=watched.tell, **asked
        )
    return {"run": run.name, "projection": record}


def _quality(
    run: "Run", watched: Watching, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """Return how far the map can be trusted, measured unless it is known."""
    from qsovae.workflow import evaluate_map, map_quality

    return map_quality(run) or evaluate_map(run, watched.tell, should_stop)


def _rows(
    options: Namespace, run: "Run", catalog: Any, watched: Watching
) -> "pd.DataFrame":
    """Return the places of a catalog's rows, or of the run's own."""
    from qsovae.workflow import project_catalog, run_places

    if catalog is None:
        return run_places(run)
    return project_catalog(run, catalog, watched.tell)


def _header(result: dict[str, Any]) -> dict[str, Any]:
    record = result["projection"]
    return {"projection": record["name"]} | (
        {"seed": record["seed"]} if "seed" in record else {}
    )


def _made_text(record: dict[str, Any]) -> str:
    """Return what a projection is made of, in words."""
    columns = ", ".join(record["columns"])
    if "fitted_rows" not in record:
        return f"{record['name']}: columns {columns}, of all rows"
    seed = f", seed {record['seed']}" if "seed" in record else ""
    return (
        f"{record['name']}: columns {columns}; {record['fitted_rows']:,} of "
        f"{record['rows']:,} rows laid out{seed}"
    )


def quality_text(quality: dict[str, Any]) -> str:
    """Return how far a map can be trusted, in words."""
    plane = quality["plane"]
    return text.table_text(
        ["measure", "map", "PCA"],
        [
            ["trustworthiness", quality["trustworthiness"], plane["trustworthiness"]],
            ["continuity", quality["continuity"], plane["continuity"]],
            ["latent neighbours kept", quality["kept"], None],
            ["neighbours recurring over seeds", quality["agreement"], None],
        ],
    ) + (
        f"\n{quality['n_neighbors']} neighbours; ranks of {quality['scored_rows']:,} "
        f"rows among {quality['ranked_among']:,}; seeds "
        f"{', '.join(map(str, quality['seeds']))}"
    )  # fmt: skip
