"""Rows of a run told by a query: counted, written, or said to an archive.

Within cli: above commands, selecting_text and watching.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qsovae.cli import text
from qsovae.cli.commands import open_for, refuse_catalog, show
from qsovae.cli.options import add_json, add_out, add_runs_folder, add_trained_catalog
from qsovae.cli.selecting_text import class_counts, selection_text
from qsovae.cli.watching import told_with_progress
from qsovae.errors import ConfigError, QueryError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from qsovae.catalog import Catalog
    from qsovae.queries import Query
    from qsovae.runs import Run
    from qsovae.workflow import JoinedFile

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
    add_trained_catalog(parser)
    add_out(parser, "rows")
    parser.add_argument(
        "--selection", metavar="NAME",
        help="a saved selection: rows in it, that the query is true of if there is one",
    )  # fmt: skip
    parser.add_argument(
        "--save", metavar="NAME", help="keep the selection with the run"
    )
    parser.add_argument(
        "--on", type=Path, metavar="FILE",
        help="select rows of another catalog, placed on the run's map",
    )  # fmt: skip
    parser.add_argument(
        "--join", type=Path, metavar="FILE",
        help="a file with further columns, for the query to name and to be written",
    )  # fmt: skip
    parser.add_argument(
        "--join-on", default="object_id", metavar="COLUMN",
        help="its column of ids, object_id",
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
    from qsovae.workflow import RunColumns

    query = None if options.columns else Query(_asked(options))
    if options.against is not None:
        Query(options.against)  # refused before anything is read
    if options.out is not None:
        refuse_suffix(options.out.suffix)
    run = open_run(options.run, options.runs)
    catalog, rows, joined = _subject(options, run)
    if query is None:
        names = list(RunColumns(run, rows, catalog))
        show({"columns": names} if options.json else "\n".join(names))
        return 0
    try:
        chosen = told_with_progress(run, query, rows, catalog)
    except QueryError as error:
        raise _explained(error, run, catalog) from None
    said = _said(run, rows, query, int(chosen.sum())) | class_counts(rows, chosen)
    said |= _done(options, _Found(run, rows, query, catalog, chosen, joined))
    show(said if options.json else selection_text(said))
    return 0


class _Found(NamedTuple):
    """The rows that a query is true of, among those it was asked of."""

    run: "Run"
    rows: "pd.DataFrame"
    query: "Query"
    catalog: "Catalog | None"
    chosen: "NDArray[np.bool_]"
    joined: "JoinedFile | None"


def _done(options: Namespace, found: _Found) -> dict[str, Any]:
    """Return what was done with the rows, of what was asked."""
    from qsovae.runs import open_selection
    from qsovae.workflow import changed_rows, save_selection

    said: dict[str, Any] = {}
    if options.selection is not None and options.query is None and options.on is None:
        saved = open_selection(found.run, options.selection)
        changed = changed_rows(found.run, saved, found.rows, found.chosen)
        said["since_saved"] = None if changed is None else changed._asdict()
    if options.save is not None:
        said["saved"] = save_selection(
            found.run, options.save, found.rows, found.catalog, query=found.query.text
        ).name
    if options.why:
        said["why"] = _why(options, found)
    if options.out is not None:
        said["out"] = _write(found, options.out)
    return said


def _subject(
    options: Namespace, run: "Run"
) -> "tuple[Catalog | None, pd.DataFrame, JoinedFile | None]":
    """Return the catalog whose rows are asked, what is known of them, and whence."""
    from qsovae.tables import read_table
    from qsovae.workflow import JoinedFile, catalog_table, join_columns, run_table

    catalog: Catalog | None
    file = None
    if options.on is None:
        catalog, rows = own_catalog_of(run, options.catalog), run_table(run)
    else:
        catalog = open_for(run, options.on, None)
        with text.ProgressLine(patience_s=2.0) as line:
            rows = catalog_table(run, catalog, line.show)
    if options.join is not None:
        table = read_table(options.join)
        joined = join_columns(rows, table.frame, options.join_on)
        text.say(f"qsovae: {joined.sentence()}")
        rows, file = joined.rows, JoinedFile(table.name, table.sha256, options.join_on)
    return catalog, rows, file


def _asked(options: Namespace) -> str:
    """Return the query that is asked, with the selection that is named."""
    if options.save is not None and options.on is not None:
        raise ConfigError(
            "a selection is kept of the run's own rows", "--save", "Leave out --on."
        )
    parts = [] if options.query is None else [options.query]
    if options.selection is not None:
        parts.insert(0, f"`sel_{options.selection}`")
    if not parts and not options.columns:
        raise QueryError(
            "there is no query", "qsovae select",
            f"Give {_EXAMPLE!r}, or --selection NAME.",
        )  # fmt: skip
    return " and ".join(parts if len(parts) < 2 else (parts[0], f"({parts[1]})"))


def own_catalog_of(run: "Run", given: Path | None) -> "Catalog | None":
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
    from qsovae.workflow import cited_query

    said: dict[str, Any] = {
        "run": run.name, "query": query.text, "rows": len(rows), "selected": n,
        "is_simulated": run.is_simulated,
    }  # fmt: skip
    cited = cited_query(run, query)
    for language, write in (("adql", cited.to_adql), ("stil", cited.to_stil)):
        try:
            said[language] = write()
        except QueryError as error:
            said[language] = None
            said[f"no_{language}"] = f"{error.what}. {error.fix}"
    return said


def _why(options: Namespace, found: _Found) -> dict[str, Any]:
    """Return what tells the rows from others."""
    from qsovae.workflow import explain_selection

    run, rows, catalog = found.run, found.rows, found.catalog
    others = None
    if options.against is not None:
        others = told_with_progress(run, options.against, rows, catalog)
    with text.ProgressLine(patience_s=2.0) as line:
        return explain_selection(
            run, rows, found.chosen, catalog, others=others, on_progress=line.show
        )


def _write(found: _Found, out: Path) -> str:
    """Write the rows with what told them in the header; return where."""
    from qsovae.tables import write_table
    from qsovae.workflow import selection_meta, selection_table

    run, rows, query, catalog, chosen, joined = found
    refuse_catalog(run, out)
    picked = selection_table(rows, chosen, catalog, run)
    meta = selection_meta(run, query.text, catalog=catalog, joined=joined)
    write_table(picked, out, meta=meta)
    text.say(f"qsovae: wrote {len(picked):,} rows to {out}")
    return str(out)
