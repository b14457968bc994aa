"""What the benchmarks share: options, progress, statistics, and where results go."""

import argparse
import json
import os
import platform
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
_REAL_CATALOGS = ROOT.parent / "shared" / "data"
_PACKAGES = ("qsovae", "torch", "numpy", "scikit-learn", "umap-learn", "streamlit")
_DIGITS = 6
# A small process that starts another, waits, and tells what that took: memory is
# counted from the start of a process, when it still is a copy of the one before.
_WATCH = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
seconds = time.perf_counter() - started
if done.returncode:
    sys.exit(done.stderr)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
scale = 1024 * 1024 if sys.platform == "darwin" else 1024
print(json.dumps({"seconds": seconds, "peak_mib": peak / scale}))
"""


def say(text: str) -> None:
    """Tell of progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def data_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of the option that says where the real catalogs are."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--data", type=Path, default=_REAL_CATALOGS, metavar="FOLDER",
        help="real catalogs, as NAME/NAME.parquet; by default ../shared/data beside "
        "the checkout",
    )  # fmt: skip
    return parser


def options_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of the options that the benchmarks in the README have."""
    parser = data_parser(description)
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="JSON, by default to stdout"
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="page whose table to replace"
    )
    return parser


def positive(text: str) -> int:
    """Return a whole number above zero."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def find_catalog(folder: Path, name: str) -> Path:
    """Return the file of a real catalog; leaves in words where it is not there."""
    path = folder / name / f"{name}.parquet"
    if not path.is_file():
        raise SystemExit(
            f"{name}: no real catalog at {path}. Name the folder that holds "
            f"{name}/{name}.parquet with --data."
        )
    return path


def machine() -> dict[str, Any]:
    """Return what the numbers rest on: cores and versions."""
    return {
        "cores": n_cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _PACKAGES},
    }


def n_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine_text(facts: dict[str, Any], *packages: str) -> str:
    """Return cores and the versions of some packages as words."""
    versions = ", ".join(f"{name} {facts['versions'][name]}" for name in packages)
    return f"{facts['cores']} CPU cores, Python {facts['python']}, {versions}"


def mean_and_sd(values: Sequence[float]) -> dict[str, Any]:
    """Return mean and sample standard deviation; the latter is None for one value."""
    numbers = np.asarray(values, dtype=np.float64)
    sd = float(numbers.std(ddof=1)) if numbers.size > 1 else None
    return {"mean": float(numbers.mean()), "sd": sd, "values": numbers.tolist()}


def watch(command: list[str]) -> dict[str, float]:
    """Return the seconds of a command, and the most memory that its processes held."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, *command],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Return median, smallest and largest of repeated measurements."""
    numbers = np.asarray(values, dtype=np.float64)
    return {
        "median": float(np.median(numbers)),
        "min": float(numbers.min()),
        "max": float(numbers.max()),
        "values": numbers.tolist(),
    }


def paired(ours: Sequence[float], peer: Sequence[float], name: str) -> dict[str, Any]:
    """Return two series measured in turns, and the ratio pair by pair."""
    ratios = np.asarray(ours, dtype=np.float64) / np.asarray(peer, dtype=np.float64)
    return {
        "qsovae": spread(ours), "peer": {"name": name, **spread(peer)},
        "ratio": spread(ratios.tolist()),
    }  # fmt: skip


def table_text(head: Sequence[str], lines: Sequence[Sequence[str]], n_text: int) -> str:
    """Return a Markdown table; numbers, right-aligned, follow ``n_text`` columns."""
    rule = ["---"] * n_text + ["---:"] * (len(head) - n_text)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *lines))


def ratio_line(what: str, entry: dict[str, Any], digits: int) -> list[str]:
    """Return a line of ``paired`` measurements; the ratio has two digits."""
    peer = entry["peer"]
    cells = [(entry["qsovae"], digits), (peer, digits), (entry["ratio"], 2)]
    return [what, peer["name"], *(_cell(values, places) for values, places in cells)]


def _cell(values: dict[str, Any], digits: int) -> str:
    median, low, high = (
        f"{values[name]:,.{digits}f}" for name in ("median", "min", "max")
    )
    return f"{median} ({low} to {high})"


def paragraph(text: str) -> str:
    """Return text as lines of a page."""
    return textwrap.fill(" ".join(text.split()), 92, break_on_hyphens=False)


def check_readme(path: Path | None, name: str) -> None:
    """Leave in words if a page cannot take the table: better now than at the end."""
    if path is not None:
        _sections(path, name)


def write_readme(path: Path, name: str, body: str) -> None:
    """Replace what stands between a benchmark's markers, and nothing else."""
    before, after = _sections(path, name)
    path.write_bytes(f"{before}\n{body.strip()}\n{after}".encode())


def _sections(path: Path, name: str) -> tuple[str, str]:
    """Return the text up to the first marker, and that from the second one on."""
    first, last = f"<!-- benchmark:{name} -->", f"<!-- /benchmark:{name} -->"
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path} cannot be read: {error}") from None
    begin, end = text.find(first), text.find(last)
    if not 0 <= begin < end or text.count(first) != 1 or text.count(last) != 1:
        raise SystemExit(
            f"{path} has no place for the table: write the lines\n{first}\n{last}\n"
            "where it belongs, once."
        )
    return text[: begin + len(first)], text[end:]


def publish(
    options: argparse.Namespace, name: str, result: dict[str, Any],
    body: Callable[[dict[str, Any]], str],
) -> None:  # fmt: skip
    """Write a result as JSON, and its table into the page that was named."""
    content = json_text(result)
    if options.output is None:
        sys.stdout.write(content)
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(content, "utf-8")
        say(f"wrote {options.output}")
    if options.readme is not None:
        write_readme(options.readme, name, body(result))
        say(f"wrote the table into {options.readme}")


def json_text(result: dict[str, Any]) -> str:
    """Return a result as JSON, its numbers rounded."""
    return json.dumps(rounded(result), indent=1) + "\n"


def rounded(entry: Any) -> Any:
    """Return an entry of a result with its numbers rounded to what they can bear."""
    if isinstance(entry, dict):
        return {key: rounded(value) for key, value in entry.items()}
    if isinstance(entry, list | tuple):
        return [rounded(value) for value in entry]
    return round(entry, _DIGITS) if isinstance(entry, float) else entry
