"""How long it takes to simulate a catalog, beside astropy copying the same table.

Each run is a process of its own: qsovae draws the rows and writes them, astropy reads
that file and writes it again. Writing alone is the least that any simulation costs, so
the ratio says what drawing adds. Prints one JSON object with the median, least and most
of each measurement.
"""

import argparse
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import report
from astropy.table import Table

COMMAND = "python benchmarks/simulate.py --readme README.md"
_SEED = 1


def copy(source: str, out: str) -> None:
    """Read a table and write it by astropy: what a process of its own does."""
    Table.read(source).write(out)


def measure(n_rows: int, repeats: int, mix: str, folder: Path) -> dict[str, Any]:
    """Return seconds and memory of both, and how large the file is."""
    outs = {name: folder / f"{name}.fits" for name in ("qsovae", "astropy")}
    python = [sys.executable, "-W", "ignore"]
    commands = {
        "qsovae": [
            *python, "-m", "qsovae", "simulate", str(outs["qsovae"]),
            "--rows", str(n_rows), "--seed", str(_SEED), "--mix", mix,
        ],
        "astropy": [
            *python, str(Path(__file__).resolve()), "copy", *map(str, outs.values())
        ],
    }  # fmt: skip
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for number in range(repeats):
        for name, command in commands.items():
            outs[name].unlink(missing_ok=True)
            taken[name].append(report.watch(command))
            report.say(f"{name} {number + 1}: {taken[name][-1]['seconds']:.2f} s")
    peer = f"astropy {version('astropy')} Table.read and Table.write"
    ours, theirs = taken["qsovae"], taken["astropy"]
    measured = {
        key: report.paired(
            [one[key] for one in ours], [one[key] for one in theirs], peer
        )
        for key in ("seconds", "peak_mib")
    }
    return {
        "file_mib": outs["qsovae"].stat().st_size / 2**20,
        "rows_per_second": n_rows / measured["seconds"]["qsovae"]["median"],
        **measured,
    }


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    what = f"simulating {result['rows']:,} rows, fresh process"
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    lines = [
        report.ratio_line(f"{what}, s", result["seconds"], 1),
        report.ratio_line(f"{what}, peak MiB", result["peak_mib"], 0),
    ]
    facts = report.machine_text(result["machine"], "numpy")
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. qsovae draws rows of four surveys,
mix {result["mix"]}, and writes a FITS file of {result["file_mib"]:,.0f} MiB, that is
{result["rows_per_second"]:,.0f} rows a second; the peer reads this file and writes it
again, which is writing alone. They run in turns; the ratio, qsovae to peer, is taken
turn by turn: below 1 qsovae is quicker or smaller. {facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=report.positive, default=1_000_000, metavar="N")
    parser.add_argument("--mix", choices=("demo", "sky"), default="sky")
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
    report.check_readme(options.readme, "simulate")
    with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
        measured = measure(options.rows, options.repeats, options.mix, Path(folder))
    result = {
        "benchmark": "simulate",
        "machine": report.machine(),
        "repeats": options.repeats,
        "rows": options.rows,
        "mix": options.mix,
        **measured,
    }
    report.publish(options, "simulate", result, readme_text)
    return 0


if __name__ == "__main__":
    # A run of its own process, which another has started.
    sys.exit(copy(*sys.argv[2:]) if sys.argv[1:2] == ["copy"] else main())
