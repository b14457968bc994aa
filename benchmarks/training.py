"""How long a million rows take to train on, and how much memory beyond the rows.

The rows are simulated, about a third of them with a class, and their features lie in
files that are mapped into memory. Each fit is a process of its own: qsovae and, on the
rows with a class, gradient boosting, in turns, on a tenth of the rows and on all.
Prints one JSON object with the median, least and most of each measurement.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import report

import qsovae

COMMAND = "python benchmarks/training.py --readme README.md"
PEER = "scikit-learn HistGradientBoosting"
_TASKS = Path(__file__).with_name("tasks.py")
_SEEDS = {"train": 1, "test": 2}
Features = tuple[qsovae.Feature, ...]
_MEASURED = ("seconds", "mib_beyond_input", "accuracy")


def write_rows(
    folder: Path, name: str, n_rows: int, features: Features | None = None
) -> tuple[Features, dict[str, Any]]:
    """Write features, errors and class numbers of simulated rows, a file each.

    Features are chosen by the rows if they are not given.
    """
    catalog = folder / f"{name}.parquet"
    report.say(f"simulating {n_rows:,} rows")
    qsovae.write_simulation(catalog, n_rows, _SEEDS[name])
    opened = qsovae.open_catalog(catalog)
    features = features or qsovae.default_features(opened)
    table = qsovae.build_features(opened, features)
    labels = opened.labels("class_true")
    numbers = {c: k for k, c in enumerate(labels.classes)}
    y = np.array([numbers.get(c, -1) for c in labels.class_label])
    parts = {"x": table.values, "sigma": table.sigma}
    for key, part in parts.items():
        np.save(folder / f"{name}_{key}.npy", part.astype(np.float32))
    np.save(folder / f"{name}_y.npy", y)
    catalog.unlink()
    return features, {
        "features": len(features),
        "labelled_share": float((y >= 0).mean()),
        "input_mib": sum(part.size for part in parts.values()) * 4 / 2**20,
    }


def measure(n_rows: int, n_test: int, repeats: int, folder: Path) -> dict[str, Any]:
    """Return what both take for a tenth of the rows and for all of them."""
    features, facts = write_rows(folder, "train", n_rows)
    write_rows(folder, "test", n_test, features)
    sizes = {"few": n_rows // 10, "many": n_rows}
    taken: dict[tuple[str, str], list[dict[str, float]]] = {}
    for number in range(repeats):
        for size, rows in sizes.items():
            for task in ("fit-qsovae", "fit-boosting"):
                found = _run(task, folder, rows)
                taken.setdefault((size, task), []).append(found)
                report.say(f"{number + 1}: {task}, {rows:,} rows: {found}")
    return facts | {
        size: {"rows": rows} | {
            key: report.paired(
                [one[key] for one in taken[size, "fit-qsovae"]],
                [one[key] for one in taken[size, "fit-boosting"]], PEER,
            )
            for key in _MEASURED
        }
        for size, rows in sizes.items()
    }  # fmt: skip


def _run(task: str, folder: Path, rows: int) -> dict[str, float]:
    """Return what a fit in a process of its own says of itself."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(_TASKS), task, str(folder), str(rows)],
        check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(done.stdout)


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    lines = []
    for size in ("few", "many"):
        part = result[size]
        what = f"training on {part['rows']:,} rows"
        lines += [
            report.ratio_line(f"{what}, s", part["seconds"], 0),
            report.ratio_line(
                f"{what}, MiB beyond the input", part["mib_beyond_input"], 0
            ),
            report.ratio_line(f"{what}, accuracy", part["accuracy"], 4),
        ]
    facts = report.machine_text(result["machine"], "torch", "scikit-learn")
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. Simulated rows of which
{result["labelled_share"]:.0%} have a class, {result["features"]} features and their
errors in mapped files, {result["input_mib"]:,.0f} MiB of the larger. Both methods have
their defaults; qsovae learns from all rows and their errors, the peer from the values
of those with a class. Each fit is a process of its own, in turns; seconds and memory
are those of the fit, memory what is no file's. Accuracy on {result["test_rows"]:,}
others, of which those with a class count, says nothing about the sky. {facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.options_parser(__doc__.splitlines()[0])
    for name, default, about in (
        ("rows", 1_000_000, "of the larger fit; the smaller has a tenth"),
        ("test-rows", 50_000, "for the accuracy"),
        ("repeats", 1, "turns"),
    ):
        parser.add_argument(
            f"--{name}", type=report.positive, default=default, metavar="N", help=about
        )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "training")
    with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
        measured = measure(
            options.rows, options.test_rows, options.repeats, Path(folder)
        )
    result = {
        "benchmark": "training",
        "machine": report.machine(),
        "repeats": options.repeats,
        "test_rows": options.test_rows,
        **measured,
    }
    report.publish(options, "training", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
