"""How long it takes to match two lists of positions, beside STILTS on the same files.

Each run is a process of its own that reads two FITS files, finds the nearest partner of
every row and writes the pairs; qsovae and STILTS run in turns, and must find the same
pairs. Prints one JSON object with the median, least and most of each measurement.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import report
from astropy.io import fits

COMMAND = "python benchmarks/matching.py --readme README.md"
ROWS_PER_DEG2 = 1e4
SCATTER_ARCSEC = 0.3
RADIUS_ARCSEC = 2.0
_SEED = 1
_LISTS = ("first.fits", "second.fits")
_CENTRE_DEC, _WIDEST_DEG = -30.0, 60.0


def match(first: str, second: str, out: str) -> None:
    """Match two files by qsovae: what a process of its own does."""
    from qsovae.crossmatch import SkyIndex, best_matches

    lists = [fits.getdata(path) for path in (first, second)]
    # FITS has the bytes of a number the other way round.
    here, there = (
        [rows[name].astype(np.float64) for name in ("ra", "dec")] for rows in lists
    )
    pairs = SkyIndex(*there).pairs_near(*here, RADIUS_ARCSEC)
    matches = best_matches(pairs, len(lists[0]))
    matched = np.flatnonzero(matches.row >= 0)
    # The columns that STILTS writes.
    joined = {
        f"{name}_{number}": rows[name][kept]
        for number, rows, kept in zip(
            (1, 2), lists, (matched, matches.row[matched]), strict=True
        )
        for name in ("ra", "dec", "row")
    }
    joined["Separation"] = matches.separation_arcsec[matched]
    write_columns(joined, Path(out))


def write_columns(columns: dict[str, Any], path: Path) -> None:
    """Write columns of numbers as a FITS table."""
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column(name, "D" if values.dtype.kind == "f" else "K", array=values)
            for name, values in columns.items()
        ]
    )
    table.writeto(path)


def write_lists(n_rows: int, folder: Path) -> None:
    """Write a field across the meridian, and its rows again, scattered and shuffled."""
    rng = np.random.default_rng(_SEED)
    area = n_rows / ROWS_PER_DEG2
    half = min(np.sqrt(area), _WIDEST_DEG) / 2
    low, high = np.sin(np.radians([_CENTRE_DEC - half, _CENTRE_DEC + half]))
    width = area / np.degrees(high - low)
    if width > 360:
        raise SystemExit(f"{n_rows:,} rows do not fit the sky at this density.")
    ra = rng.uniform(-width / 2, width / 2, n_rows)
    dec = np.degrees(np.arcsin(rng.uniform(low, high, n_rows)))
    offset_ra, offset_dec = rng.normal(0.0, SCATTER_ARCSEC / 3600, (2, n_rows))
    order = rng.permutation(n_rows)
    again = ra + offset_ra / np.cos(np.radians(dec)), dec + offset_dec
    lists = ((ra, dec), (again[0][order], again[1][order]))
    for name, (ra_deg, dec_deg) in zip(_LISTS, lists, strict=True):
        columns = {"ra": ra_deg % 360, "dec": dec_deg, "row": np.arange(n_rows)}
        write_columns(columns, folder / name)


def measure(n_rows: int, repeats: int, stilts: str, folder: Path) -> dict[str, Any]:
    """Return seconds and memory of both, and how many pairs both found."""
    report.say(f"writing 2 lists of {n_rows:,} positions")
    write_lists(n_rows, folder)
    first, second = (str(folder / name) for name in _LISTS)
    outs = {name: folder / f"{name}.fits" for name in ("qsovae", "STILTS")}
    python = [sys.executable, "-W", "ignore", str(Path(__file__).resolve())]
    commands = {
        "qsovae": [*python, "match", first, second, str(outs["qsovae"])],
        "STILTS": [
            stilts, "tskymatch2", f"in1={first}", f"in2={second}", "ra1=ra", "dec1=dec",
            "ra2=ra", "dec2=dec", f"error={RADIUS_ARCSEC}", "find=best1", "join=1and2",
            f"out={outs['STILTS']}",
        ],
    }  # fmt: skip
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    n_pairs = 0
    for number in range(repeats):
        for name, command in commands.items():
            outs[name].unlink(missing_ok=True)
            taken[name].append(report.watch(command))
            report.say(f"{name} {number + 1}: {taken[name][-1]['seconds']:.2f} s")
        n_pairs = same_pairs(*outs.values())
    peer = f"{version_of(stilts)} tskymatch2"
    ours, theirs = taken["qsovae"], taken["STILTS"]
    return {"pairs": n_pairs} | {
        key: report.paired(
            [one[key] for one in ours], [one[key] for one in theirs], peer
        )
        for key in ("seconds", "peak_mib")
    }


def same_pairs(ours: Path, theirs: Path) -> int:
    """Return how many pairs two files have; leaves in words where they differ."""
    kept = []
    for path in (ours, theirs):
        table = fits.getdata(path, 1)
        pairs = np.column_stack([table["row_1"], table["row_2"]]).astype(np.int64)
        kept.append(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])
    if not np.array_equal(*kept):
        both = set(map(tuple, kept[0])) & set(map(tuple, kept[1]))
        raise SystemExit(
            f"the pairs differ: qsovae has {len(kept[0]):,}, STILTS {len(kept[1]):,}, "
            f"both {len(both):,}."
        )
    return len(kept[0])


def find_stilts() -> str:
    """Return the program; leaves in words where it is not there."""
    found = shutil.which("stilts")
    if found is None:
        raise SystemExit("STILTS is not on this machine: `apt install stilts`.")
    return found


def version_of(stilts: str) -> str:
    """Return the name of the program with its version."""
    done = subprocess.run(
        [stilts, "-version"], check=True, capture_output=True, text=True
    )
    version = re.search(r"STILTS version (\d[\d.]*)", done.stdout + done.stderr)
    return f"STILTS {version[1]}" if version else "STILTS"


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    what = f"matching two lists of {result['rows']:,} positions, fresh process"
    lines = [
        report.ratio_line(f"{what}, s", result["seconds"], 1),
        report.ratio_line(f"{what}, peak MiB", result["peak_mib"], 0),
    ]
    facts = report.machine_text(result["machine"], "numpy")
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. Both read the same two FITS files,
with {ROWS_PER_DEG2:,.0f} positions per deg² and a scatter of {SCATTER_ARCSEC} arcsec,
take the nearest within {RADIUS_ARCSEC:g} arcsec and write the joined rows: each time
the same {result["pairs"]:,} pairs. They run in turns; the ratio, qsovae to peer, is
taken turn by turn: below 1 qsovae is quicker or smaller. How much memory Java takes
depends on how much there is. {facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rows", type=report.positive, default=1_000_000, metavar="N",
        help="positions in each list",
    )  # fmt: skip
    parser.add_argument("--repeats", type=report.positive, default=3, metavar="N")
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
    report.check_readme(options.readme, "matching")
    stilts = find_stilts()
    with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
        measured = measure(options.rows, options.repeats, stilts, Path(folder))
    result = {
        "benchmark": "matching",
        "machine": report.machine(),
        "repeats": options.repeats,
        "rows": options.rows,
        "rows_per_deg2": ROWS_PER_DEG2,
        "scatter_arcsec": SCATTER_ARCSEC,
        "radius_arcsec": RADIUS_ARCSEC,
        **measured,
    }
    report.publish(options, "matching", result, readme_text)
    return 0


if __name__ == "__main__":
    # A run of its own process, which another has started.
    sys.exit(match(*sys.argv[2:]) if sys.argv[1:2] == ["match"] else main())
