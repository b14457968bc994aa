"""Saved selections of a run: listed, renamed, deleted.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from typing import Any

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_runs_folder


def add_selections(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``selections``."""
    parser = add.add_parser("selections", help="list the saved selections of a run")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "--rename", nargs=2, metavar=("NAME", "OTHER"), help="rename one first"
    )
    parser.add_argument("--delete", metavar="NAME", help="delete one first")
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=selections)


def selections(options: Namespace) -> int:
    """List the saved selections of a run, after one was renamed or deleted."""
    from qsovae.runs import (
        delete_selection,
        list_selections,
        open_run,
        rename_selection,
    )

    run = open_run(options.run, options.runs)
    if options.rename is not None:
        rename_selection(run, *options.rename)
    if options.delete is not None:
        delete_selection(run, options.delete)
    entries: list[dict[str, Any]] = [
        {"name": name, "selection": None if saved is None else saved.to_json(),
         "message": message}
        for name, saved, message in list_selections(run)
    ]  # fmt: skip
    if options.json:
        show({"run": run.name, "selections": entries})
    elif not entries:
        show("no selections; `qsovae select RUN QUERY --save NAME` makes one")
    else:
        lines = [_line(entry) for entry in entries]
        show(text.table_text(["selection", "rows", "query", "outlines"], lines))
    return 0


def _line(entry: dict[str, Any]) -> list[Any]:
    saved = entry["selection"]
    if saved is None:
        return [entry["name"], "", entry["message"], ""]
    return [entry["name"], saved["rows"], saved["query"] or "", len(saved["outlines"])]
