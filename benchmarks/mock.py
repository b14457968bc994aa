"""How far the mock's sources are from real ones, by trees that tell them apart.

For each real catalog and class, mock rows are given the real rows' magnitudes, dust of
the Galaxy, noise and selection; scikit-learn's boosting then learns to tell the two
apart, and its AUC on rows held out is 0.5 where it cannot. Prints one JSON object: AUC
of each set, of each colour alone and of a control (real rows against real rows), and
the medians of the quasars' colours by redshift.
"""

import argparse
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import report
from samples import FIRST_REDSHIFT, SETS, Floats, Sample
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

COMMAND = "python benchmarks/mock.py --readme README.md"
REDSHIFT_EDGES = np.arange(FIRST_REDSHIFT, 3.01, 0.25)
_FOLDS = 5
_MOST_ROWS = 4000
_PAIRS = (("g", "r"), ("r", "i"), ("i", "z"), ("z", "w1"), ("w1", "w2"))


def colours(magnitudes: pd.DataFrame) -> pd.DataFrame:
    """Return the colours of neighbouring bands."""
    return pd.DataFrame(
        {f"{b}-{r}": magnitudes[b] - magnitudes[r] for b, r in pairwise(magnitudes)}
    )


def tell_apart(
    first: pd.DataFrame, second: pd.DataFrame, seed: int, rounds: int = 100
) -> float:
    """Return the AUC with which boosted trees tell two samples apart, held out."""
    n = min(len(first), len(second), _MOST_ROWS)
    # Not the generator of the folds: they would follow the order of the rows.
    rng = np.random.default_rng(seed)
    both = np.concatenate(
        [part.to_numpy(np.float32)[rng.permutation(len(part))[:n]]
         for part in (first, second)]
    )  # fmt: skip
    truth = np.repeat([0, 1], n)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    booster = HistGradientBoostingClassifier(
        max_iter=rounds, early_stopping=False, random_state=seed
    )
    shares = cross_val_predict(booster, both, truth, cv=folds, method="predict_proba")
    return float(roc_auc_score(truth, shares[:, 1]))


def measure(sample: Sample, seed: int) -> dict[str, Any]:
    """Return how well real and mock rows are told apart, and by what."""
    real, mock = (
        colours(part).assign(magnitude=part.iloc[:, 1])
        for part in (sample.real, sample.mock)
    )
    halves = np.random.default_rng(seed).permutation(len(real)) % 2 == 0
    alone = {
        name: tell_apart(real[[name]], mock[[name]], seed, rounds=10)
        for name in real
        if name != "magnitude"
    }
    result = {
        "about": sample.about,
        "real_rows": len(real),
        "mock_rows": len(mock),
        "bands": list(sample.real),
        "auc": tell_apart(real, mock, seed),
        "auc_control": tell_apart(real[halves], real[~halves], seed),
        "auc_of_one_colour": dict(sorted(alone.items(), key=lambda kv: -kv[1])),
    }
    report.say(f"{sample.about}: AUC {result['auc']:.3f}, control "
               f"{result['auc_control']:.3f}")  # fmt: skip
    if sample.redshift is not None and sample.redshift.max() > REDSHIFT_EDGES[0]:
        result["medians"] = medians(sample)
    return result


def medians(sample: Sample) -> list[dict[str, Any]]:
    """Return the median colours by redshift, mock minus real, with their errors."""
    lines = []
    pairs = [p for p in _PAIRS if {*p} <= {*sample.real}]
    parts = (
        (sample.real, np.digitize(sample.redshift, REDSHIFT_EDGES)),
        (sample.mock, np.digitize(sample.mock_redshift, REDSHIFT_EDGES)),
    )
    for number, low in enumerate(REDSHIFT_EDGES[:-1], start=1):
        line: dict[str, Any] = {
            "redshift": [low, REDSHIFT_EDGES[number]],
            "rows": int((parts[0][1] == number).sum()),
        }
        for blue, red in pairs:
            real, mock = (
                (part[blue] - part[red]).to_numpy()[place == number]
                for part, place in parts
            )
            line[f"{blue}-{red}"] = {
                "real": float(np.median(real)),
                "mock": float(np.median(mock)),
                "mock_minus_real": float(np.median(mock) - np.median(real)),
                "standard_error": float(np.hypot(_error(real), _error(mock))),
                "scatter_real": _scatter(real),
                "scatter_mock": _scatter(mock),
            }
        lines.append(line)
    return lines


def _scatter(values: Floats) -> float:
    """Return half the width that holds 68 %."""
    return float(np.subtract(*np.percentile(values, [84, 16])) / 2)


def _error(values: Floats) -> float:
    """Return the standard error of a median, as of normal values."""
    return 1.2533 * _scatter(values) / np.sqrt(len(values))


def readme_text(result: dict[str, Any]) -> str:
    """Return the tables for the README, and what they rest on."""
    samples = result["samples"]
    lines = []
    for entry in samples:
        name, alone = next(iter(entry["auc_of_one_colour"].items()))
        lines.append(
            [entry["about"], f"{entry['real_rows']:,}", f"{entry['mock_rows']:,}",
             f"{entry['auc']:.3f}", f"{entry['auc_control']:.3f}",
             f"{name} ({alone:.2f})"]
        )  # fmt: skip
    table = report.table_text(
        ["catalog", "real rows", "mock rows", "AUC", "real against real",
         "most telling colour"],
        lines, n_text=1,
    )  # fmt: skip
    facts = report.machine_text(result["machine"], "numpy", "scikit-learn")
    notes = report.paragraph(f"""
AUC of scikit-learn's `HistGradientBoostingClassifier` telling mock rows from real ones
by colours and a magnitude, held out in {_FOLDS} folds, at most {_MOST_ROWS:,} rows of
each: 0.5 is not at all. Mock rows have the real ones' magnitudes (quasars: redshifts,
too), dust of the Galaxy by latitude, noise by the surveys' depths, and the selection
where one is documented. The real ones are mostly spectroscopic targets, which were
chosen by colour as well: of SDSS only the galaxies of r < 17.77 are all there are.
Quasars below redshift 0.5 are resolved, and each survey loses another part of their
hosts. {facts}.
""")
    made = f"Made by `make benchmark`; this part alone: `{COMMAND}`."
    return "\n\n".join([table, *_medians_text(samples), f"{notes}\n{made}"])


def _medians_text(samples: list[dict[str, Any]]) -> list[str]:
    """Return the largest offsets of the quasars' medians, and what they are."""
    names = [f"{blue}-{red}" for blue, red in _PAIRS]
    lines = [
        [entry["about"], *(_cell(entry["medians"], name) for name in names)]
        for entry in samples
        if "medians" in entry
    ]
    if not lines:
        return []
    what = report.paragraph("""
Median colours of the same quasars in quarters of redshift from 0.5 to 3, mock minus
real, mag: the largest offset of the ten, and its standard error.""")
    return [what, report.table_text(["catalog", *names], lines, n_text=1)]


def _cell(medians: list[dict[str, Any]], name: str) -> str:
    """Return the largest offset of one colour."""
    if name not in medians[0]:
        return ""
    worst = max(
        (line[name] for line in medians), key=lambda e: abs(e["mock_minus_real"])
    )
    offset = f"{worst['mock_minus_real']:+.3f}".replace("-", "\N{MINUS SIGN}")
    return f"{offset} ± {worst['standard_error']:.3f}"


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.options_parser(__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "mock")
    paths = {name: report.find_catalog(options.data, name) for name in options.sets}
    samples = []
    for name, path in paths.items():
        rng = np.random.default_rng(options.seed)
        for sample in SETS[name](path, rng):
            samples.append({"set": name, **measure(sample, options.seed)})
    result = {
        "benchmark": "mock",
        "machine": report.machine(),
        "seed": options.seed,
        "samples": samples,
    }
    report.publish(options, "mock", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
