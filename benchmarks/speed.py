"""How long training, the map, scoring and the pages take, each beside a named peer.

Ours and the peer run in turns, in the same call; ratios are taken pair by pair. Prints
one JSON object with the median, least and most of each measurement.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pages
import report
from sklearn.ensemble import HistGradientBoostingClassifier

import qsovae

COMMAND = "python benchmarks/speed.py --readme README.md"
TRAINED_ON = "sdss17_10k"
BOOSTING = "scikit-learn HistGradientBoosting"
_TASKS = Path(__file__).with_name("tasks.py")
_SEED = 1


def measure_training(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return the seconds of training beside those of fitting gradient boosting."""
    path = report.find_catalog(options.data, TRAINED_ON)
    ours, peer = [], []
    for number in range(options.repeats):
        request = qsovae.TrainRequest(
            path, "class", "speed", epochs=options.epochs, overwrite=True,
            with_map=False,
        )  # fmt: skip
        ours.append(qsovae.train_run(request, folder)["seconds"])
        peer.append(_boosting_seconds(qsovae.open_run("speed", folder), path))
        report.say(f"training {number + 1}: {ours[-1]:.2f} s, boosting {peer[-1]:.2f}")
    return {"catalog": TRAINED_ON, "seconds": report.paired(ours, peer, BOOSTING)}


def _boosting_seconds(run: qsovae.Run, path: Path) -> float:
    """Return the seconds of a fit on the rows that trained the run."""
    values = qsovae.build_features(qsovae.open_catalog(path), run.features).values
    rows = run.rows()
    trains = rows["split"].isin(("train", "validation")).to_numpy(dtype=bool)
    labels = rows["class_label"].to_numpy(dtype=str)[trains]
    started = time.perf_counter()
    HistGradientBoostingClassifier(random_state=0).fit(values[trains], labels)
    return time.perf_counter() - started


def measure_projection(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return the seconds from the start of a process to a map's coordinates."""
    catalog = folder / "mapped.parquet"
    qsovae.write_simulation(catalog, options.map_rows, _SEED)
    run = qsovae.open_run(options.run, options.runs)
    scored = qsovae.score_rows(run, qsovae.open_catalog(catalog))
    columns = [name for name in scored.columns if name.startswith("latent_")]
    latent = folder / "latent.npy"
    np.save(latent, scored[columns].to_numpy(dtype=np.float32))
    tasks = (["project-qsovae", str(latent)], ["project-umap", str(latent)])
    # umap-learn keeps what it has compiled for the processes that follow.
    _in_turns("projection, uncounted", *tasks, 1)
    ours, peer = _in_turns("projection", *tasks, options.repeats)
    name = "umap-learn, UMAP() with its defaults"
    return {
        "rows": options.map_rows,
        "columns": len(columns),
        "process_seconds": _paired(ours, peer, "process_seconds", name),
        "peak_mib": _paired(ours, peer, "peak_mib", name),
    }


def measure_scoring(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return rows scored in a second, once all is loaded, and the memory it takes."""
    catalog = folder / "scored.parquet"
    report.say(f"simulating {options.score_rows:,} rows")
    qsovae.write_simulation(catalog, options.score_rows, _SEED)
    inputs = [str(catalog), str(options.runs), options.run]
    tasks = (["score-qsovae", *inputs], ["score-boosting", *inputs])
    ours, peer = _in_turns("scoring", *tasks, options.repeats)
    name = f"{BOOSTING}, predict_proba"
    rate = [one["rows"] / one["seconds"] for one in ours]
    bare_rate = [one["rows"] / one["probabilities_seconds"] for one in ours]
    peer_rate = [one["rows"] / one["seconds"] for one in peer]
    return {
        "rows": options.score_rows,
        "features": ours[0]["features"],
        "peer_iterations": peer[0]["iterations"],
        "rows_per_second": report.paired(rate, peer_rate, name),
        "probabilities_per_second": report.paired(bare_rate, peer_rate, name),
        "peak_mib": _paired(ours, peer, "peak_mib", name),
    }


def _in_turns(
    what: str, ours: list[str], peer: list[str], repeats: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Run two tasks in turns, each in a fresh process."""
    results: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for number in range(repeats):
        for task, kept in zip((ours, peer), results, strict=True):
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-W", "ignore", str(_TASKS), *task],
                check=True, stdout=subprocess.PIPE,
            )  # fmt: skip
            seconds = time.perf_counter() - started
            report.say(f"{what} {number + 1}: {task[0]} {seconds:.2f} s")
            kept.append(json.loads(done.stdout) | {"process_seconds": seconds})
    return results


def _paired(
    ours: list[dict[str, Any]], peer: list[dict[str, Any]], key: str, name: str
) -> dict[str, Any]:
    return report.paired([one[key] for one in ours], [one[key] for one in peer], name)


def measure_dashboard(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return the seconds until each page shows."""
    server = folder / "server"
    server.mkdir()
    run = options.runs / options.run
    return pages.measure_pages(options.repeats, options.demo, run, server)


PARTS = {
    "training": measure_training,
    "projection": measure_projection,
    "scoring": measure_scoring,
    "pages": measure_dashboard,
}


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    parts = result["parts"]
    lines = []
    if "training" in parts:
        lines.append(
            _line(f"training on {TRAINED_ON}, s", parts["training"]["seconds"])
        )
    if "projection" in parts:
        part = parts["projection"]
        what = f"map of {part['rows']:,} rows, {part['columns']} columns, fresh process"
        lines.append(_line(f"{what}, s", part["process_seconds"]))
        lines.append(_line(f"{what}, peak MiB", part["peak_mib"]))
    if "scoring" in parts:
        part = parts["scoring"]
        what = f"scoring {part['rows']:,} rows, {part['features']} features"
        lines.append(_line(f"{what}, all outputs, rows/s", part["rows_per_second"]))
        rate = part["probabilities_per_second"]
        lines.append(_line(f"{what}, probabilities, rows/s", rate))
        lines.append(_line(f"{what}, peak MiB", part["peak_mib"]))
    shown = parts.get("pages", {})
    for page in () if "skipped" in shown else shown:
        what = f"{pages.PAGES[page].title} page, server warm, to first paint, s"
        lines.append(_line(what, shown[page]["main_element"]))
    return _with_notes(result, lines, shown.get("skipped"))


def _with_notes(
    result: dict[str, Any], lines: list[list[str]], skipped: str | None
) -> str:
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    facts = report.machine_text(
        result["machine"], "torch", "scikit-learn", "umap-learn", "streamlit"
    )
    without = f"The pages were not measured: {skipped}." if skipped else ""
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. qsovae and its peer run in turns;
the ratio, qsovae to peer, is taken turn by turn: below 1 qsovae is quicker or smaller,
but with rows/s slower. {without} {facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def _line(what: str, entry: dict[str, Any]) -> list[str]:
    """Return one line of the table."""
    peer = entry["peer"]
    cells = [_cell(entry["qsovae"]), _cell(peer), _cell(entry["ratio"])]
    return [what, peer["name"], *cells]


def _cell(values: dict[str, Any]) -> str:
    low, high = _short(values["min"]), _short(values["max"])
    return f"{_short(values['median'])} ({low} to {high})"


def _short(value: float) -> str:
    """Return a number with three digits, and thousands apart."""
    if value >= 100:
        digits = 3 - len(str(int(value)))
        return f"{round(value, digits):,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.options_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--epochs", type=report.positive, help="by default by catalog size"
    )
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--repeats", type=report.positive, default=5, metavar="N")
    parser.add_argument("--map-rows", type=report.positive, default=20_000, metavar="N")
    parser.add_argument(
        "--score-rows", type=report.positive, default=500_000, metavar="N"
    )
    parser.add_argument("--run", default="demo", metavar="NAME")
    parser.add_argument(
        "--runs", type=Path, default=report.ROOT / "checkpoints", metavar="FOLDER"
    )
    parser.add_argument(
        "--demo", type=Path, default=report.ROOT / "data" / "demo.fits",
        metavar="CATALOG", help="FITS that the pages show",
    )  # fmt: skip
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "speed")
    if "training" in options.parts:
        report.find_catalog(options.data, TRAINED_ON)
    parts = {}
    for name in options.parts:
        with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
            parts[name] = PARTS[name](options, Path(folder))
    result = {
        "benchmark": "speed",
        "machine": report.machine(),
        "repeats": options.repeats,
        "parts": parts,
    }
    report.publish(options, "speed", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
