"""Places of a run's latent space, decoded.

Within cli: above selecting and walking_text.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import refuse_catalog, show
from qsovae.cli.options import add_json, add_out, add_runs_folder, add_trained_catalog
from qsovae.cli.selecting import own_catalog_of
from qsovae.cli.walking_text import walk_text
from qsovae.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from qsovae.catalog import Catalog
    from qsovae.runs import Run

_Places = list[dict[str, Any]]


def add_decode(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``decode``."""
    parser = add.add_parser(
        "decode", help="decode a place of the latent space, or a line through it",
        description="Say what a run makes of a place in its latent space: magnitudes, "
        "class probabilities, and the rows that are near. Numbers that begin with a "
        "minus stand behind an equals sign: --latent=-0.1,0.3",
    )  # fmt: skip
    parser.add_argument("run", metavar="RUN")
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument(
        "--latent", type=_numbers, metavar="V,V,…", help="a value for each dimension"
    )
    start.add_argument("--object", metavar="OBJECT_ID", help="where an object lies")
    start.add_argument(
        "--map", type=_numbers, metavar="X,Y", help="what belongs to a place of the map"
    )
    start.add_argument(
        "--between", nargs=2, metavar="OBJECT_ID", help="the line between two objects"
    )
    parser.add_argument(
        "--set", nargs="+", default=[], type=_setting, metavar="DIMENSION=V",
        help="move there: 3=1.5 sets latent_3",
    )  # fmt: skip
    parser.add_argument(
        "--steps", type=int, metavar="N", help="places on the line, 9 by default"
    )
    add_trained_catalog(parser)
    add_out(parser, "places")
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=decode)


def _numbers(given: str) -> list[float]:
    try:
        return [float(part) for part in given.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given} is not like 0.1,0.3") from None


def _setting(given: str) -> tuple[int, float]:
    dimension, _, value = given.partition("=")
    try:
        return int(dimension), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given} is not like 3=1.5") from None


def decode(options: Namespace) -> int:
    """Decode a place, or a line between two objects."""
    from qsovae.runs import open_run
    from qsovae.tables import refuse_suffix
    from qsovae.workflow import run_table

    _refuse(options)
    if options.out is not None:
        refuse_suffix(options.out.suffix)
    run = open_run(options.run, options.runs)
    rows, catalog = run_table(run), own_catalog_of(run, options.catalog)
    said: dict[str, Any] = {"run": run.name, "is_simulated": run.is_simulated}
    said |= _found(options, run, rows)
    if catalog is not None:
        _add_measured(run, said["places"], catalog)
    if options.out is not None:
        said["out"] = _write(run, said["places"], options.out)
    show(said if options.json else walk_text(said))
    return 0


def _refuse(options: Namespace) -> None:
    """Refuse options that do not go together."""
    if options.between is None and options.steps is not None:
        raise ConfigError(
            "steps are those of a line", "--steps", "Add --between OBJECT_ID OBJECT_ID."
        )
    if options.between is not None and options.set:
        raise ConfigError(
            "a line has no one place to move", "--set", "Leave it out, or --between."
        )
    if options.map is not None and len(options.map) != 2:
        raise ConfigError(
            f"a place of the map has {len(options.map)} numbers", "--map",
            "Give two, as --map=-1.5,3.",
        )  # fmt: skip


def _found(options: Namespace, run: "Run", rows: "pd.DataFrame") -> dict[str, Any]:
    """Return the places that are asked for, decoded, and what is said of the map."""
    from qsovae.workflow import (
        N_STEPS,
        Nearby,
        between_objects,
        decode_latent,
        find_object,
        latent_at_map,
    )

    near = Nearby.in_latent(rows)
    if options.between is not None:
        ends = [find_object(rows, name) for name in options.between]
        n_steps = N_STEPS if options.steps is None else options.steps
        first, last = ends
        return {"places": between_objects(run, rows, first, last, n_steps, near)}
    said: dict[str, Any] = {}
    if options.map is not None:
        there = latent_at_map(rows, *options.map)
        latent = there.latent.tolist()
        said["map"] = {"distance": there.distance, "is_far": there.is_far}
    elif options.object is not None:
        latent = near.points[find_object(rows, options.object)].tolist()
    else:
        latent = list(options.latent)
    for dimension, value in options.set:
        if not 1 <= dimension <= len(latent):
            raise ConfigError(
                f"there is no latent_{dimension}", "--set",
                f"Name one of 1 to {len(latent)}.",
            )  # fmt: skip
        latent[dimension - 1] = value
    return {"places": decode_latent(run, [latent], near)} | said


def _add_measured(run: "Run", places: _Places, catalog: "Catalog") -> None:
    """Add to the nearest row of each place what was measured of it."""
    from qsovae.workflow import measured_bands, measured_features

    for place in places:
        nearest = place["nearest"][0]
        nearest["bands"] = measured_bands(catalog, nearest["row"])
        nearest["features"] = measured_features(run, catalog, nearest["row"])


def _write(run: "Run", places: _Places, out: Path) -> str:
    """Write the places; return where."""
    from qsovae.tables import write_table
    from qsovae.workflow import walk_table

    refuse_catalog(run, out)
    table = walk_table(places)
    units = {
        name: unit for name in table
        for kind, unit in (("_mag_ab", "mag"), ("_flux_ujy", "uJy")) if kind in name
    }  # fmt: skip
    meta = {"run": run.name, "is_sim": run.is_simulated}
    write_table(table, out, units=units, meta=meta)
    text.say(f"qsovae: wrote {len(table):,} places to {out}")
    return str(out)
