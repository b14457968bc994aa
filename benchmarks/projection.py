"""How true the latent map is, where new rows land on it, and how long both take.

Of a run's latent means a third is held out, a map is laid out of the others, and the
held-out rows are placed on it; beside it umap-learn's own map and transform, in the
same call. Then many new rows are placed, and maps are laid out in fresh processes.
Prints one JSON object with median, least and most, and ratios.
"""

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import report

import qsovae

COMMAND = "python benchmarks/projection.py --readme README.md"
UMAP = "umap-learn, UMAP() with its defaults"
_SEED = 1
_NEIGHBORS = 15
_MOST_SCORED = 5_000
_SCATTER = 0.1  # of drawn rows, in units of the prior's standard deviation
_TASKS = Path(__file__).with_name("tasks.py")


def run_latent(run: qsovae.Run) -> np.ndarray:
    """Return the distinct latent means of a run, in random order."""
    names = [name for name in run.rows() if name.startswith("latent_")]
    latent = np.unique(run.rows(names).to_numpy(dtype=np.float32), axis=0)
    return latent[np.random.default_rng(_SEED).permutation(len(latent))]


def drawn_latent(latent: np.ndarray, n_rows: int) -> np.ndarray:
    """Return as many latent means as one wants: some of these, scattered."""
    rng = np.random.default_rng(_SEED)
    drawn = latent[rng.integers(0, len(latent), n_rows)]
    off = _SCATTER * rng.standard_normal(drawn.shape, dtype=np.float32)
    return (drawn + off).astype(np.float32)


def trust_fitted(latent: np.ndarray, places: np.ndarray) -> float:
    """Return the trustworthiness of rows on a map, at most 5,000 of them scored."""
    n_scored = min(_MOST_SCORED, len(latent))
    rng = np.random.default_rng(_SEED)
    rows = rng.choice(len(latent), n_scored, replace=False)
    return qsovae.rank_scores(latent, places, _NEIGHBORS, rows).trustworthiness


def trust_new_rows(
    latent: np.ndarray, places: np.ndarray, new: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the trustworthiness of new rows among themselves, and where they land."""
    landed = qsovae.Projector(latent, places).apply(new)
    return trust_fitted(new, landed), landed


def project_new_s(
    latent: np.ndarray, places: np.ndarray, n_rows: int = 1_000_000
) -> float:
    """Return the seconds in which many new rows are placed on a map."""
    new = drawn_latent(latent, n_rows)
    projector = qsovae.Projector(latent, places)
    started = time.perf_counter()
    projector.apply(new)
    return time.perf_counter() - started


def measure_trust(latent: np.ndarray, options: argparse.Namespace) -> dict[str, Any]:
    """Return how true fitted and new rows lie, and the seconds of a million new."""
    n_fitted = 2 * len(latent) // 3
    old, new = latent[:n_fitted], latent[n_fitted:]
    found: dict[str, list[float]] = {}
    for number in range(options.repeats):
        result = qsovae.fit_map(old, number, max_fit_rows=n_fitted)
        places = result.coordinates
        peer = _umap_trust(old, new)
        turn = peer | {
            "fitted": trust_fitted(old, places),
            "new": trust_new_rows(old, places, new)[0],
            "million_s": project_new_s(old, places, options.new_rows)
            * (1e6 / options.new_rows),
        }  # fmt: skip
        for name, value in turn.items():
            found.setdefault(name, []).append(value)
        report.say(f"turn {number + 1}: {turn}")
    name = f"{UMAP}, transform"
    ours, peers = found["million_s"], found["peer_million_s"]
    return {
        "rows_fitted": n_fitted,
        "rows_new": len(new),
        "trust_fitted": report.paired(found["fitted"], found["peer_fitted"], UMAP),
        "trust_new_rows": report.paired(found["new"], found["peer_new"], name),
        "seconds_of_a_million": report.paired(ours, peers, name),
    }


def _umap_trust(old: np.ndarray, new: np.ndarray) -> dict[str, float]:
    """Return the same of umap-learn, once it has compiled what it needs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap

        model = umap.UMAP().fit(old)
        model.transform(new[:100])
        started = time.perf_counter()
        landed = model.transform(new)
        seconds = time.perf_counter() - started
    return {
        "peer_fitted": trust_fitted(old, model.embedding_),
        "peer_new": trust_fitted(new, landed),
        "peer_million_s": seconds * 1e6 / len(new),
    }


def measure_first(latent: np.ndarray, options: argparse.Namespace) -> dict[str, Any]:
    """Return seconds and memory of a map in a process that begins, by rows."""
    measured = {}
    with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
        for n_rows in options.rows:
            path = Path(folder) / f"{n_rows}.npy"
            np.save(path, drawn_latent(latent, n_rows))
            ours, peer = _in_turns(path, options.repeats)
            measured[str(n_rows)] = {
                key: report.paired([o[key] for o in ours], [p[key] for p in peer], UMAP)
                for key in ("seconds", "peak_mib")
            }
    return measured


def _in_turns(
    latent: Path, repeats: int
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """Lay out one map by qsovae and by umap-learn, in turns."""
    found: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    for number in range(repeats):
        for task, kept in zip(("project-qsovae", "project-umap"), found, strict=True):
            command = [sys.executable, "-W", "ignore", str(_TASKS), task, str(latent)]
            kept.append(report.watch(command))
            report.say(f"{latent.stem} rows, {number + 1}: {task} {kept[-1]}")
    return found


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    lines = []
    for name, part in result["runs"].items():
        lines += [
            report.ratio_line(f"{name}: trust of fitted rows", part["trust_fitted"], 4),
            report.ratio_line(f"{name}: trust of new rows", part["trust_new_rows"], 4),
            report.ratio_line(
                f"{name}: placing 1,000,000 new rows, s",
                part["seconds_of_a_million"],
                1,
            ),
        ]
    for n_rows, part in result["first"].items():
        what = f"map of {int(n_rows):,} rows, fresh process"
        lines.append(report.ratio_line(f"{what}, s", part["seconds"], 1))
        lines.append(report.ratio_line(f"{what}, peak MiB", part["peak_mib"], 0))
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    facts = report.machine_text(result["machine"], "umap-learn", "scikit-learn")
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. Trust is trustworthiness with
{_NEIGHBORS} neighbours (Venna & Kaski 2001), of new rows among themselves: a third held
out. Above 20,000 rows qsovae lays out a sample and places the others. {facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return f"{table}\n\n{notes}\nMade by `{COMMAND}`."


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.options_parser(__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=report.positive, default=5, metavar="N")
    parser.add_argument(
        "--rows", type=report.positive, nargs="*", default=[20_000, 200_000],
        metavar="N", help="sizes of the maps that are laid out in fresh processes",
    )  # fmt: skip
    parser.add_argument(
        "--new-rows", type=report.positive, default=1_000_000, metavar="N"
    )
    parser.add_argument("--run", nargs="+", default=["demo"], metavar="NAME")
    parser.add_argument(
        "--runs", type=Path, default=report.ROOT / "checkpoints", metavar="FOLDER"
    )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "projection")
    latents = {
        name: run_latent(qsovae.open_run(name, options.runs)) for name in options.run
    }
    result = {
        "benchmark": "projection",
        "machine": report.machine(),
        "repeats": options.repeats,
        "runs": {
            name: measure_trust(latent, options) for name, latent in latents.items()
        },
        "first": measure_first(latents[options.run[0]], options),
    }
    report.publish(options, "projection", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
