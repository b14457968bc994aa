"""Rows of a run told by a query: counted, written, or said to an archive.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_runs_folder
from qsovae.errors import CatalogError, QueryError

if TYPE_CHECKING:
    import pandas as pd

    from qsovae.catalog import Catalog
    from qsovae.queries import Query
    from qsovae.runs import Run

_MOST_LINES = 12
_EXAMPLE = "p_QSO > 0.9 and g_mag_ab - r_mag_ab < 0.6"


def add_select(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``select``."""
    parser = add.add_parser(
        "select", help="select rows of a run by a query",
        description="Select rows of a run by a query over what is known of them: "
        f"{_EXAMPLE!r}. Rows that lack a value it rests on are not selected.",
    )  # fmt: skip
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("query", metavar="QUERY", nargs="?", help="in quotes")
    parser.add_argument(
        "--catalog", type=Path, metavar="FILE",
        help="the catalog that trained the run, if it is not where it was",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT",
        help="write the rows: .fits, .vot, .ecsv, .csv or .parquet",
    )  # fmt: skip
    parser.add_argument(
        "--why", action="store_true",
        help="say what tells the rows from all others, and the simplest cut",
    )  # fmt: skip
    parser.add_argument(
        "--against", metavar="QUERY",
        help="with --why: hold them against these rows instead of all others",
    )  # fmt: skip
    parser.add_argument(
        "--columns", action="store_true", help="list what a query can name"
    )
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=select)


def select(options: Namespace) -> int:
    """Count, and write, the rows that a query is true of."""
    from qsovae.queries import Query
    from qsovae.runs import open_run
    from qsovae.tables import refuse_suffix
    from qsovae.workflow import RunColumns, run_table

    if options.query is None and not options.columns:
        raise QueryError("there is no query", "qsovae select", f"Give {_EXAMPLE!r}.")
    query = None if options.columns else Query(options.query)
    if options.against is not None:
        Query(options.against)  # refused before anything is read
    if options.out is not None:
        refuse_suffix(options.out.suffix)
    run = open_run(options.run, options.runs)
    catalog, rows = _own_catalog(run, options.catalog), run_table(run)
    columns = RunColumns(run, rows, catalog)
    if query is None:
        names = list(columns)
        show({"columns": names} if options.json else "\n".join(names))
        return 0
    try:
        chosen = query.mask(columns, len(rows))
    except QueryError as error:
        raise _explained(error, run, catalog) from None
    said = _said(run, rows, query, int(chosen.sum()))
    said["classes"] = _counts(rows, chosen)
    if options.why:
        said["why"] = _why(options, run, rows, chosen, catalog)
    if options.out is not None:
        said["out"] = _write(run, rows, chosen, query, catalog, options.out)
    show(said if options.json else _words(said))
    return 0


def _own_catalog(run: "Run", given: Path | None) -> "Catalog | None":
    """Return the catalog that trained a run, None where it is not at hand."""
    from qsovae.catalog import Catalog
    from qsovae.tables import read_table
    from qsovae.workflow import own_catalog, run_catalog

    if given is None:
        return run_catalog(run)
    return Catalog(read_table(own_catalog(run, given)), run.mapping)


def _explained(error: QueryError, run: "Run", catalog: "Catalog | None") -> QueryError:
    """Return what is wrong, and that the catalog is not at hand, if it is not."""
    if catalog is not None or "no column" not in error.what:
        return error
    name = run.manifest["catalog"]["name"]
    return QueryError(
        error.what, error.where,
        f"Columns of {name} are not at hand: say where it lies (--catalog FILE).",
        error.at,
    )  # fmt: skip


def _said(run: "Run", rows: "pd.DataFrame", query: "Query", n: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "run": run.name, "query": query.text, "rows": len(rows), "selected": n,
        "is_simulated": run.is_simulated,
    }  # fmt: skip
    for language, write in (("adql", query.to_adql), ("stil", query.to_stil)):
        try:
            said[language] = write()
        except QueryError as error:
            said[language], said[f"no_{language}"] = None, error.what
    return said


def _why(
    options: Namespace, run: "Run", rows: "pd.DataFrame", chosen: Any,
    catalog: "Catalog | None",
) -> dict[str, Any]:  # fmt: skip
    """Return what tells the rows from others."""
    from qsovae.workflow import explain_selection, query_mask

    others = None
    if options.against is not None:
        others = query_mask(run, options.against, rows, catalog)
    with text.ProgressLine(patience_s=2.0) as line:
        return explain_selection(
            run, rows, chosen, catalog, others=others, on_progress=line.show
        )


def _counts(rows: "pd.DataFrame", chosen: Any) -> dict[str, dict[str, int]]:
    """Return how many of the rows are of each class, true and predicted."""
    return {
        kind: {str(name): int(n) for name, n in rows.loc[chosen, kind]
               .astype("string").fillna("unlabelled").value_counts().items()}
        for kind in ("class_label", "class_predicted")
    }  # fmt: skip


def _write(
    run: "Run", rows: "pd.DataFrame", chosen: Any, query: "Query",
    catalog: "Catalog | None", out: Path,
) -> str:  # fmt: skip
    """Write the rows with the query in the header; return where."""
    from qsovae.tables import write_table
    from qsovae.workflow import selection_table

    source = Path(str(run.manifest["catalog"].get("path", "")))
    if out.exists() and source.is_file() and out.samefile(source):
        raise CatalogError(
            "the output is the catalog itself", str(out), "Choose another name."
        )
    picked = selection_table(rows, chosen, catalog)
    meta = {"run": run.name, "catalog": run.manifest["catalog"]["name"],
            "query": query.text, "is_sim": run.is_simulated}  # fmt: skip
    write_table(picked, out, meta=meta)
    text.say(f"qsovae: wrote {len(picked):,} rows to {out}")
    return str(out)


def _words(said: dict[str, Any]) -> str:
    """Return how many rows are selected, and the query in other languages."""
    classes = said["classes"]
    lines = [[name, n] for name, n in classes["class_predicted"].items()]
    parts = [f"{said['selected']:,} of {said['rows']:,} rows: {said['query']}"]
    if lines:
        parts.append(text.table_text(["predicted class", "rows"], lines))
    parts += [
        f"{language.upper()}: {said[language] or said[f'no_{language}']}"
        for language in ("adql", "stil")
    ]
    if "why" in said:
        parts.append(_why_words(said["why"]))
    return "\n\n".join(parts)


def _why_words(why: dict[str, Any]) -> str:
    """Return the columns that differ most, and the simplest cut."""
    lines = []
    for line in why["columns"][:_MOST_LINES]:
        category = line["category"]
        value, low, high = line["difference"]
        lines.append([
            line["name"] if category is None else f"{line['name']} = {category}",
            f"{value:+.3f} ({low:+.3f} to {high:+.3f})",
            f"{line['chosen']:.4g}", f"{line['others']:.4g}",
        ])  # fmt: skip
    n = why["rows"]
    head = (
        f"What tells {n['chosen']:,} rows from {n['others']:,} others: Cliff's delta, "
        "of text the difference of shares; 95 %"
    )
    header = ["", "difference", "median or share", "of the others"]
    parts = [head, text.table_text(header, lines)]
    if why["cut"] is not None:
        cut = why["cut"]
        shares = ", ".join(
            f"{name} {cut[name][0]:.3f} ({cut[name][1]:.3f} to {cut[name][2]:.3f})"
            for name in ("completeness", "purity") if name in cut
        )  # fmt: skip
        parts.append(f"simplest cut: {cut['query']}\n{shares}, on rows kept apart")
    return "\n".join(parts)
