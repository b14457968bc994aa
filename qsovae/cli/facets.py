"""Rows of a run counted by the values of columns, as bars and as a table.

Within cli: above commands and selecting.
"""

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_out, add_runs_folder, add_trained_catalog
from qsovae.cli.selecting import own_catalog_of

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_BAR = 24
_LINES = ["kind", "bin", "query", "rows", "rows_told"]


def add_facets(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``facets``."""
    parser = add.add_parser(
        "facets", help="count rows of a run by the values of columns",
        description="Count the rows of a run by the values of columns, all of them and "
        "those that a query is true of. Each bin is a query, too.",
    )  # fmt: skip
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "--columns", metavar="A,B,…",
        help="by default predicted class, probability, magnitude, redshift, morphology",
    )  # fmt: skip
    parser.add_argument(
        "--where", metavar="QUERY", help="count the rows that it is true of, too"
    )
    add_trained_catalog(parser)
    add_out(parser, "counts")
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=facets)


def facets(options: Namespace) -> int:
    """Count the rows of a run by the values of columns."""
    from qsovae.queries import Query
    from qsovae.runs import open_run
    from qsovae.tables import refuse_suffix, write_table
    from qsovae.workflow import RunColumns, facet_columns, facet_table, run_table

    query = None if options.where is None else Query(options.where)
    if options.out is not None:
        refuse_suffix(options.out.suffix)
    run = open_run(options.run, options.runs)
    rows = run_table(run)
    catalog = own_catalog_of(run, options.catalog)
    with text.ProgressLine(patience_s=2.0) as line:
        columns = RunColumns(run, rows, catalog, on_progress=line.show)
        names = facet_columns(columns)
        if options.columns is not None:
            names = tuple(name.strip() for name in options.columns.split(","))
        told = None if query is None else query.mask(columns, len(rows))
        table = facet_table(columns, names, told)
    said: dict[str, Any] = {
        "run": run.name, "rows": len(rows), "is_simulated": run.is_simulated,
        "where": options.where, "rows_told": None if told is None else int(told.sum()),
    }  # fmt: skip
    if options.out is not None:
        meta = {"run": run.name, "query": options.where or "",
                "is_sim": run.is_simulated}  # fmt: skip
        write_table(table, options.out, meta=meta)
        text.say(f"qsovae: wrote {len(table):,} bins to {options.out}")
    show(_entries(said, table) if options.json else _words(said, table))
    return 0


def _entries(said: dict[str, Any], table: "pd.DataFrame") -> dict[str, Any]:
    """Return the counts ready for JSON."""
    kept = [name for name in _LINES if name in table]
    return said | {
        "facets": [
            {"column": name, "bins": lines[kept].to_dict("records")}
            for name, lines in table.groupby("column", sort=False)
        ]
    }


def _words(said: dict[str, Any], table: "pd.DataFrame") -> str:
    """Return the counts as bars; what the query is not true of is drawn faintly."""
    head = f"{said['rows']:,} rows"
    if said["where"] is not None:
        head += f", {said['rows_told']:,} of them: {said['where']}"
    parts = [head]
    for name, lines in table.groupby("column", sort=False):
        most = max(int(lines["rows"].max()), 1)
        told = lines.get("rows_told")
        drawn = lines["rows"] if told is None else told
        header = [str(name), "rows", *([] if told is None else ["of them"]), ""]
        counts = [lines["rows"]] if told is None else [lines["rows"], told]
        bars = [
            ("#" * _length(n, most)).ljust(_length(every, most), ".")
            for n, every in zip(drawn, lines["rows"], strict=True)
        ]
        cells = zip(lines["bin"], *(c.tolist() for c in counts), bars, strict=True)
        parts.append(text.table_text(header, [list(line) for line in cells]))
    return "\n\n".join(parts)


def _length(n: int, most: int) -> int:
    """Return how long a bar is: something is never nothing."""
    return -(-n * _LONGEST_BAR // most)
