"""How well runs and gradient boosting class real objects held out, over several seeds.

Each seed makes a split and a model as `qsovae train` does, through the same function.
Prints one JSON object: for each catalog and method the mean, sample standard deviation
and value of each score by seed.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import report
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

import qsovae

VAE, BOOSTING, WHOLE_BOOSTING = "VAE", "boosting", "boosting, all rounds"
# With more training rows scikit-learn holds some out and stops boosting early.
STOPS_EARLY_ABOVE = 10_000
SCORES = ("accuracy", "balanced_accuracy", "quasar_f1", "log_loss")
LABEL = "class"
COMMAND = "python benchmarks/accuracy.py --readme README.md"


@dataclass(frozen=True)
class RealSet:
    """A real catalog to class.

    Attributes
    ----------
    file, quasar : str
        Name of the catalog; its class of quasars.
    about : str
        What the table calls it.
    where : str, optional
        Column of booleans: only rows where it is true are used.
    """

    file: str
    quasar: str
    about: str
    where: str | None = None


SETS = {
    "sdss17_10k": RealSet("sdss17_10k", "QSO", "SDSS DR17, *ugriz*"),
    "vst_atlas_wise_dev": RealSet(
        "vst_atlas_wise_dev", "Quasar", "VST ATLAS + WISE, all rows"
    ),
    "vst_atlas_wise_dev_detected": RealSet(
        "vst_atlas_wise_dev", "Quasar", "VST ATLAS + WISE, rows detected in WISE",
        where="wise_detected",
    ),
}  # fmt: skip


def prepare(real: RealSet, path: Path, folder: Path) -> Path:
    """Return the catalog to train on: the file itself, or the rows wanted of it."""
    if real.where is None:
        return path
    frame = qsovae.read_table(path).frame
    part = folder / f"{path.stem}_{real.where}.parquet"
    qsovae.write_table(frame[frame[real.where].to_numpy(dtype=bool)], part)
    return part


def measure_set(
    real: RealSet, path: Path, seeds: int, epochs: int | None
) -> dict[str, Any]:
    """Return the scores of one catalog over several seeds."""
    with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
        catalog = prepare(real, path, Path(folder))
        tries = [
            measure_seed(real, catalog, seed, epochs, Path(folder))
            for seed in range(seeds)
        ]
    methods = {
        name: {
            score: report.mean_and_sd([one["methods"][name][score] for one in tries])
            for score in tries[0]["methods"][name]
        }
        for name in tries[0]["methods"]
    }
    return {
        "about": real.about,
        "quasar_class": real.quasar,
        **tries[0]["facts"],
        "test_rows": [one["test_rows"] for one in tries],
        "notes": [one["notes"] for one in tries],
        "methods": methods,
        "vae_minus": {
            rival: {
                score: report.mean_and_sd(
                    [one["methods"][VAE][score] - one["methods"][rival][score]
                     for one in tries]
                )
                for score in SCORES
            }
            for rival in methods if rival != VAE
        },
        "largest_change_when_evaluated_again": max(one["change"] for one in tries),
    }  # fmt: skip


def measure_seed(
    real: RealSet, path: Path, seed: int, epochs: int | None, folder: Path
) -> dict[str, Any]:
    """Train once and return the scores of each method on the rows held out."""
    request = qsovae.TrainRequest(
        path, LABEL, f"seed_{seed}", epochs=epochs, seed=seed, with_map=False
    )
    trained = qsovae.train_run(request, folder)
    run = qsovae.open_run(request.run, folder)
    catalog = qsovae.open_catalog(path)
    table = qsovae.build_features(catalog, run.features)
    rows = run.rows()
    check_apart(table.values, rows["split"].to_numpy(dtype=object))
    seconds = trained["timings_seconds"]
    methods = {
        VAE: scores_of(trained, real.quasar) | {"seconds": seconds["train"]},
        BOOSTING: scores_of(trained["baseline"], real.quasar)
        | {"seconds": seconds["baseline"]},
    }
    if trained["split"]["train"] + trained["split"]["validation"] > STOPS_EARLY_ABOVE:
        methods[WHOLE_BOOSTING] = boost_all_rounds(
            rows, table.values, seed, real.quasar
        )
    again = scores_of(qsovae.evaluate_rows(run, catalog).report, real.quasar)
    change = max(abs(again[s] - methods[VAE][s]) for s in SCORES)
    facts = {
        "rows": catalog.n_rows,
        "features": trained["features"],
        "classes": run.manifest["class_counts"],
        "test_fraction": trained["split"]["test_fraction"],
    }
    report.say(
        f"{real.about}, seed {seed}: "
        + "; ".join(f"{n} {m['accuracy']:.4f}" for n, m in methods.items())
        + f" in {seconds['train']:.1f} s"
    )
    return {"methods": methods, "facts": facts, "change": change,
            "test_rows": trained["rows"], "notes": trained["notes"]}  # fmt: skip


def scores_of(scores: dict[str, Any], quasar: str) -> dict[str, float]:
    """Return the few scores that the table has."""
    overall = {name: scores[name] for name in SCORES if name in scores}
    return overall | {"quasar_f1": scores["per_class"][quasar]["f1"] or 0.0}


def boost_all_rounds(
    rows: pd.DataFrame, values: NDArray[np.floating], seed: int, quasar: str
) -> dict[str, float]:
    """Return the scores of boosting that is not stopped early, in the run's split."""
    truth = rows["class_label"].to_numpy(dtype=object)
    trains = rows["split"].isin(("train", "validation")).to_numpy(dtype=bool)
    tested = (rows["split"] == "test").to_numpy(dtype=bool)
    values = values.astype(np.float32)  # as the run's baseline has them
    started = time.perf_counter()
    booster = HistGradientBoostingClassifier(early_stopping=False, random_state=seed)
    booster.fit(values[trains], truth[trains].astype(str))
    shares = booster.predict_proba(values[tested])
    seconds = time.perf_counter() - started
    scores = qsovae.score_predictions(truth[tested], shares, booster.classes_)
    return scores_of(scores.to_json(), quasar) | {"seconds": seconds}


def check_apart(values: NDArray[np.float64], part: NDArray[np.object_]) -> None:
    """Leave if a row held out looks like one that trained: its scores would flatter."""
    observed = np.isfinite(values).any(axis=1)
    # Features as single numbers, as any file may hold them; NaN equals NaN here.
    looks = np.nan_to_num(values[observed].astype(np.float32), nan=np.inf)
    _, group = np.unique(looks, axis=0, return_inverse=True)
    tested = part[observed] == "test"
    both = np.intersect1d(group[tested], group[~tested])
    if both.size:
        raise SystemExit(f"{both.size} test rows look like rows that trained")


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    lines = []
    for entry in result["sets"].values():
        first = f"{entry['about']} ({entry['rows']:,} rows)"
        for name, scores in entry["methods"].items():
            cells = [_cell(scores[score], 3) for score in SCORES]
            lines.append([first, name, *cells, _cell(scores["seconds"], 1)])
            first = ""
        rival = list(entry["vae_minus"])[-1]
        cells = [_cell(entry["vae_minus"][rival][s], 3, "+") for s in SCORES]
        lines.append(["", f"VAE minus {rival}, by seed", *cells, ""])
    head = ["catalog", "model", "accuracy", "balanced accuracy", "QSO F1",
            "log loss, nats", "training, s"]  # fmt: skip
    facts = report.machine_text(result["machine"], "torch", "scikit-learn")
    how = f"{result['epochs']} epochs" if result["epochs"] else "its defaults"
    notes = report.paragraph(f"""
Mean ± s.d. over {result["seeds"]} seeds of split and model. 30 % of each class are held
out; rows with the same features are never on both sides. VAE: `qsovae train` with
{how}. Boosting: scikit-learn's `HistGradientBoostingClassifier` with its
defaults, on the same features and training rows. On large catalogs these stop it early;
"all rounds" goes to the end, and where a class has only a score of training rows (white
dwarfs detected in WISE) it can come apart, hence the large spread there. In VST ATLAS
a missing WISE colour alone tells much of the class: the rows detected in WISE are the
fair test. Class shares are those of spectroscopic targets and reference libraries, not
of the sky.
{facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def _cell(values: dict[str, Any], digits: int, sign: str = "") -> str:
    """Return a mean with its standard deviation."""
    mean = f"{values['mean']:{sign}.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return mean if values["sd"] is None else f"{mean} ± {values['sd']:.{digits}f}"


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.options_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--epochs", type=report.positive, help="by default by catalog size"
    )
    parser.add_argument("--seeds", type=report.positive, default=5, metavar="N")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "accuracy")
    paths = {n: report.find_catalog(options.data, SETS[n].file) for n in options.sets}
    sets = {
        name: measure_set(SETS[name], path, options.seeds, options.epochs)
        for name, path in paths.items()
    }
    result = {
        "benchmark": "accuracy",
        "machine": report.machine(),
        "seeds": options.seeds,
        "epochs": options.epochs,
        "sets": sets,
    }
    report.publish(options, "accuracy", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
