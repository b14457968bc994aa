"""How long it takes to check a large catalog, beside the statistics of STILTS.

Each run is a process of its own on one FITS file. qsovae checks every column and row;
STILTS says of each column how many values it has, and the least, the middle and the
most. They run in turns, must agree on these, and qsovae must find the rows that were
planted. Prints one JSON object with the median, least and most of each measurement.
"""

import argparse
import contextlib
import csv
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import report
from matching import find_stilts, version_of

COMMAND = "python benchmarks/check.py --readme README.md"
_SEED = 1
_ROWS_A_PORTION = 250_000
_PLANTED_EVERY = 1000  # one row in so many is doubtful in a known way
_COLUMNS = 40
# Magnitudes of a star by band, beside its r.
_COLOURS = {
    "g": 0.6, "r": 0.0, "i": -0.2, "z": -0.3, "y": -0.35, "j": -0.3, "h": -0.2,
    "ks": 0.1, "w1": 0.7, "w2": 1.3, "gaia_bp": 0.4, "gaia_g": 0.1, "gaia_rp": -0.1,
}  # fmt: skip
_CLASSES = np.array(["STAR", "GALAXY", "QSO", None], dtype=object)


def write_catalog(n_rows: int, path: Path) -> None:
    """Write a catalog of 40 columns portion by portion, with planted doubles."""
    from qsovae.tables import TableWriter

    rng = np.random.default_rng(_SEED)
    with TableWriter(
        path, n_rows, units={}, ucds={}, descriptions={}, meta={},
        text_widths={"class_true": 6},
    ) as writer:  # fmt: skip
        for start in range(0, n_rows, _ROWS_A_PORTION):
            stop = min(start + _ROWS_A_PORTION, n_rows)
            writer.append(portion(np.arange(start, stop), rng))


def portion(rows: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return some rows: planted ones have the id, and the place, of the one before."""
    n = len(rows)
    is_double = is_planted(rows)
    ra, dec = rng.uniform(0.0, 90.0, n), rng.uniform(-60.0, -10.0, n)
    before = np.maximum(np.arange(n) - is_double, 0)
    columns: dict[str, Any] = {
        "object_id": rows - is_double, "ra_deg": ra[before], "dec_deg": dec[before],
    }  # fmt: skip
    r_mag = 15.0 + 8.0 * rng.power(3.0, n)
    for band, offset in _COLOURS.items():
        magnitude = (r_mag + offset + rng.normal(0.0, 0.3, n)).astype(np.float32)
        magnitude[rng.random(n) < 0.3] = np.nan
        columns[f"{band}_mag_ab"] = magnitude
        error = 0.01 + 0.2 * 10.0 ** (0.4 * (magnitude - 23.0))
        columns[f"{band}_mag_err"] = error.astype(np.float32)
    for name in ("pm_sig", "parallax_sig", "spread_model", "ruwe"):
        columns[name] = rng.rayleigh(1.0, n).astype(np.float32)
    for name in ("vhs", "catwise", "gaia"):
        columns[f"{name}_n_match"] = rng.binomial(1, 0.7, n).astype(np.int16)
    columns["wise_n_neigh3"] = rng.poisson(0.1, n).astype(np.int16)
    columns["ext_class"] = rng.integers(0, 4, n).astype(np.int16)
    columns["in_footprint_vhs"] = rng.random(n) < 0.9
    columns["class_true"] = _CLASSES[rng.integers(0, len(_CLASSES), n)]
    return pd.DataFrame(columns)


def is_planted(rows: np.ndarray) -> np.ndarray:
    """Return which rows have the id and the place of the row before."""
    return rows % _PLANTED_EVERY == _PLANTED_EVERY - 1


def check(path: str, out: str) -> None:
    """Check a file by the command line: what a process of its own does."""
    from qsovae.cli import main

    with Path(out).open("w") as stream, contextlib.redirect_stdout(stream):
        main(["check", path, "--json"])


def measure(n_rows: int, repeats: int, stilts: str, folder: Path) -> dict[str, Any]:
    """Return seconds and memory of both, and the size of the file."""
    path = folder / "catalog.fits"
    report.say(f"writing {n_rows:,} rows")
    write_catalog(n_rows, path)
    outs = {"qsovae": folder / "check.json", "STILTS": folder / "stats.csv"}
    python = [sys.executable, "-W", "ignore", str(Path(__file__).resolve())]
    commands = {
        "qsovae": [*python, "check", str(path), str(outs["qsovae"])],
        "STILTS": [
            stilts, "tpipe", f"in={path}", f"out={outs['STILTS']}", "ofmt=csv",
            "cmd=stats Name NGood Minimum Median Maximum",
        ],
    }  # fmt: skip
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for number in range(repeats):
        for name, command in commands.items():
            outs[name].unlink(missing_ok=True)
            taken[name].append(report.watch(command))
            report.say(f"{name} {number + 1}: {taken[name][-1]['seconds']:.2f} s")
        refuse_wrong(json.loads(outs["qsovae"].read_text()), outs["STILTS"], n_rows)
    peer = f"{version_of(stilts)} tpipe stats"
    ours, theirs = taken["qsovae"], taken["STILTS"]
    return {"file_mib": path.stat().st_size / 2**20} | {
        key: report.paired(
            [one[key] for one in ours], [one[key] for one in theirs], peer
        )
        for key in ("seconds", "peak_mib")
    }


def refuse_wrong(ours: dict[str, Any], theirs: Path, n_rows: int) -> None:
    """Leave in words if a planted row was not found, or a number differs."""
    planted = 2 * int(is_planted(np.arange(n_rows)).sum())
    found = [ours["quality"][f"DUPLICATE_{what}"] for what in ("ID", "POSITION")]
    # Random places may be near each other, too; ids may not.
    if found[0] != planted or found[1] < planted:
        raise SystemExit(f"of {planted:,} planted rows {found} were found.")
    with theirs.open() as stream:
        stated = {line["Name"]: line for line in csv.DictReader(stream)}
    for column in ours["columns"]:
        line = stated[column["column"]]
        if column["role"] in ("magnitude", "magnitude_error"):
            pairs = [
                (column["observed_share"] * n_rows, line["NGood"]),
                (column["minimum"], line["Minimum"]),
                (column["maximum"], line["Maximum"]),
            ]
            if not all(math.isclose(a, float(b), rel_tol=1e-6) for a, b in pairs):
                raise SystemExit(f"{column['column']} differs: {pairs}.")


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    what = f"check of {result['rows']:,} rows, {_COLUMNS} columns, fresh process"
    lines = [
        report.ratio_line(f"{what}, s", result["seconds"], 1),
        report.ratio_line(f"{what}, peak MiB", result["peak_mib"], 0),
    ]
    facts = report.machine_text(result["machine"], "numpy")
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. `qsovae check --json` of a FITS file
of {result["file_mib"]:,.0f} MiB: every column, doubles of ids, positions and rows, and
the bits of each row. STILTS does a part of that: number of values, minimum, median and
maximum of each column. Both agree on number, minimum and maximum, and qsovae finds the
ids and places that were planted twice. They run in turns; the ratio, qsovae to peer, is
taken turn by turn: below 1 qsovae is quicker or smaller. {facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rows", type=report.positive, default=10_000_000, metavar="N",
        help="of the catalog; ten million take 1.7 GB in the temporary folder",
    )  # fmt: skip
    parser.add_argument("--repeats", type=report.positive, default=1, metavar="N")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="JSON, by default to stdout"
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="page whose table to replace"
    )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "check")
    stilts = find_stilts()
    with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
        measured = measure(options.rows, options.repeats, stilts, Path(folder))
    result = {
        "benchmark": "check",
        "machine": report.machine(),
        "repeats": options.repeats,
        "rows": options.rows,
        "columns": _COLUMNS,
        **measured,
    }
    report.publish(options, "check", result, readme_text)
    return 0


if __name__ == "__main__":
    # A run of its own process, which another has started.
    sys.exit(check(*sys.argv[2:]) if sys.argv[1:2] == ["check"] else main())
