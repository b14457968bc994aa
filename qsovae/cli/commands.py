"""What each command does. Heavy modules load only with the command that needs them.

Within cli: above text and stopping.
"""

import json
import subprocess
import sys
from argparse import Namespace
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.scores_text import scores_text
from qsovae.cli.stopping import StopOnSignal
from qsovae.errors import CatalogError, ConfigError

if TYPE_CHECKING:
    from qsovae.catalog import Catalog
    from qsovae.columns import Mapping
    from qsovae.runs import Run


def version_text() -> str:
    """Return name and version."""
    return f"qsovae {metadata.version('qsovae')}"


def simulate(options: Namespace) -> int:
    """Write a simulated catalog."""
    from qsovae.simulation import write_separately, write_simulation

    if options.separate:
        rows = write_separately(
            options.out, options.rows, options.seed, options.mix,
            label_bias=options.label_bias,
        )  # fmt: skip
        said = ", ".join(f"{name} {n:,}" for name, n in rows.items())
        text.say(f"wrote simulated rows to {options.out}: {said}")
        return 0
    write_simulation(
        options.out, options.rows, options.seed, options.mix,
        label_bias=options.label_bias,
    )  # fmt: skip
    text.say(f"wrote {options.rows:,} simulated rows to {options.out}")
    return 0


def pairs(options: Namespace) -> int:
    """Print completeness and purity of pairs by magnitude."""
    from qsovae.simulation import score_pairs
    from qsovae.tables import read_table

    scores = score_pairs(
        *(read_table(path).frame for path in (options.combined, options.truth))
    )
    lines = scores.astype(object).where(scores.notna(), None)
    if options.json:
        show({"pairs": lines.to_dict("records")})
    else:
        show(text.table_text(list(lines.columns), lines.to_numpy().tolist()))
    return 0


def check(options: Namespace) -> int:
    """Print what is wrong or doubtful in a catalog; 1 if there are errors."""
    from qsovae.catalog import CatalogPortions
    from qsovae.checks import (
        check_portions,
        check_teller,
        write_check_page,
        write_flags,
    )
    from qsovae.tables import refuse_suffix, write_file

    for out in (options.html, options.flags, options.save_mapping):
        if out and out.exists() and out.samefile(options.catalog):
            raise CatalogError(
                "the output is the catalog itself", str(out), "Choose another name."
            )
    if options.flags:
        refuse_suffix(options.flags.suffix)
    mapping = _mapping(options.mapping)
    with text.ProgressLine(patience_s=2.0) as line:
        portions = CatalogPortions(options.catalog, mapping, check_teller(line.show))
        report = check_portions(portions)
        if options.flags:
            write_flags(portions, report.quality, options.flags)
    if options.html:
        write_check_page(report, options.html)
        text.say(f"wrote the report to {options.html}")
    if options.flags:
        text.say(f"wrote the flags of {report.n_rows:,} rows to {options.flags}")
    if options.save_mapping:
        write_file(options.save_mapping, portions.mapping.to_toml().encode())
        text.say(f"wrote the mapping to {options.save_mapping}")
    show(report.to_json() if options.json else text.check_text(report))
    return 1 if report.has_errors else 0


def train(options: Namespace) -> int:
    """Train a run and print its scores."""
    from qsovae.splits import parse_split
    from qsovae.workflow import TrainRequest, train_run

    features = options.features.split(",") if options.features else None
    request = TrainRequest(
        options.catalog, options.label, options.run, _mapping(options.mapping),
        tuple(features) if features else None, options.epochs, options.latent,
        options.test_fraction, options.seed, options.overwrite, not options.no_map,
        parse_split(options.split),
    )  # fmt: skip
    with text.ProgressLine() as line, StopOnSignal() as stop:
        report = train_run(request, options.runs, line.show, stop.asked)
    show_scores(report, as_json=options.json)
    return 0


def runs(options: Namespace) -> int:
    """List the runs."""
    from qsovae.runs import list_runs

    listed = list_runs(options.runs)
    if options.json:
        show({"runs": [vars(entry) for entry in listed]})
    else:
        show(text.runs_text(listed))
    return 0


def dashboard(options: Namespace) -> int:
    """Serve the dashboard until interrupted."""
    found = util.find_spec("dashboard")
    if found is None or not found.submodule_search_locations:
        raise ConfigError(
            "the dashboard is not installed", "qsovae", "Install qsovae with pip."
        )
    app = Path(found.submodule_search_locations[0]) / "app.py"
    command = [
        sys.executable, "-m", "streamlit", "run", str(app),
        "--server.port", str(options.port), "--server.headless", "true",
        "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    return subprocess.call(command)


def open_for(run: "Run", path: Path, mapping: Path | None) -> "Catalog":
    """Return a catalog as the run reads it, or else as it is recognised."""
    from qsovae.catalog import Catalog, open_catalog

    catalog = open_catalog(path, _mapping(mapping))
    fitted = None if mapping else run.mapping.fitted_to(list(catalog.raw.frame.columns))
    return Catalog(catalog.raw, fitted) if fitted else catalog


def refuse_catalog(run: "Run", out: Path) -> None:
    """Refuse to write over the catalog that trained a run.

    Raises
    ------
    CatalogError
        If the output is that file.
    """
    source = Path(str(run.manifest["catalog"].get("path", "")))
    if out.exists() and source.is_file() and out.samefile(source):
        raise CatalogError(
            "the output is the catalog itself", str(out), "Choose another name."
        )


def _mapping(path: Path | None) -> "Mapping | None":
    """Return the mapping in a TOML file, None without one."""
    from qsovae.columns import Mapping

    if path is None:
        return None
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(
            f"the mapping cannot be read: {error}", str(path), "Check the path."
        ) from None
    return Mapping.from_toml(content, path.name)


def show_scores(report: dict[str, Any], *, as_json: bool) -> None:
    """Write scores to stdout, as JSON or in words."""
    warn_simulated(report["is_simulated"])
    show(report if as_json else scores_text(report))


def warn_simulated(is_simulated: bool) -> None:
    """Say on stderr what scores of simulated data are worth."""
    if is_simulated:
        text.say("qsovae: simulated data: these scores say nothing of the sky")


def show(output: Any) -> None:
    """Write a result to stdout."""
    shown = output if isinstance(output, str) else json.dumps(output, default=str)
    sys.stdout.write(shown + "\n")
