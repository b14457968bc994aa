"""One object of a run, in words: what is known of it, what the model says, who is near.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from typing import Any

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_runs_folder, add_trained_catalog
from qsovae.cli.selecting import own_catalog_of


def add_show(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``show``."""
    parser = add.add_parser("show", help="show one object of a run")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("object_id", metavar="OBJECT_ID")
    add_trained_catalog(parser)
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=show_object)


def show_object(options: Namespace) -> int:
    """Show one object."""
    from qsovae.runs import open_run
    from qsovae.workflow import describe_object, find_object, run_table

    run = open_run(options.run, options.runs)
    rows = run_table(run)
    place = find_object(rows, options.object_id)
    found = describe_object(run, rows, place, own_catalog_of(run, options.catalog))
    show({"run": run.name} | found if options.json else _words(found))
    return 0


def _words(found: dict[str, Any]) -> str:
    """Return what is known of an object."""
    shares = ", ".join(f"{c} {p:.4f}" for c, p in found["probabilities"].items())
    place = "no position"
    if found["ra_deg"] is not None:
        place = f"{found['ra_deg']:.6f} {found['dec_deg']:+.6f} deg"
    flags = ", ".join(flag["name"] for flag in found["flags"]) or "none"
    parts = [
        f"{found['object_id']} at {place}, {found['morphology']}\n"
        f"class {found['class_label'] or 'unknown'}, predicted "
        f"{found['class_predicted']} ({shares})\n"
        f"quality bits: {flags}\n"
        f"{neighbours_sentence(found)}"
    ]
    if found["bands"]:
        lines = [
            [b["label"], b["status"], measured_text(b),
             _pair(b["flux_ujy"], b["flux_ujy_err"], 2),
             magnitude_text(b["decoded_mag_ab"]), magnitude_text(b["near_mag_ab"])]
            for b in found["bands"]
        ]  # fmt: skip
        header = ["band", "status", "mag (AB)", "flux (uJy)", "decoded", "neighbours"]
        parts.append(text.table_text(header, lines))
    parts += [f"{name}: {url}" for name, url in found["links"].items()]
    return "\n\n".join(parts[:2]) + "".join(f"\n{link}" for link in parts[2:])


def neighbours_sentence(found: dict[str, Any]) -> str:
    """Return of which classes the nearest rows in the latent space are."""
    labels, n = found["neighbour_labels"], len(found["neighbours"])
    labelled = sum(labels.values())
    if not labelled:
        return f"none of the {n} nearest in the latent space has a label"
    told = ", ".join(f"{count} {name}" for name, count in labels.items())
    return f"of the {n} nearest in the latent space {labelled} have labels: {told}"


def measured_text(band: dict[str, Any] | None) -> str:
    """Return a band's magnitude with its error, a dash where it has none."""
    return "-" if band is None else _pair(band["mag_ab"], band["mag_ab_err"], 3)


def _pair(value: float | None, error: float | None, digits: int) -> str:
    if value is None:
        return "-"
    told = f"{value:.{digits}f}"
    return told if error is None else f"{told} ± {error:.{digits}f}"


def magnitude_text(value: float | None) -> str:
    """Return a magnitude, a dash where there is none."""
    return "-" if value is None else f"{value:.2f}"
