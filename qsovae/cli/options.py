"""Options that several commands share.

Within cli: lowest.
"""

import argparse
from pathlib import Path


def add_mapping(parser: argparse.ArgumentParser) -> None:
    """Add ``--mapping``."""
    parser.add_argument(
        "--mapping", type=Path, metavar="FILE", help="TOML: what each column is"
    )


def add_runs_folder(parser: argparse.ArgumentParser) -> None:
    """Add ``--runs``."""
    parser.add_argument(
        "--runs", type=Path, metavar="FOLDER", help="where runs are kept"
    )


def add_trained_catalog(parser: argparse.ArgumentParser) -> None:
    """Add ``--catalog``."""
    parser.add_argument(
        "--catalog", type=Path, metavar="FILE",
        help="the catalog that trained the run, if it is not where it was",
    )  # fmt: skip


def add_out(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``-o`` of a command that can write a table."""
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT",
        help=f"write the {what}: .fits, .vot, .ecsv, .csv or .parquet",
    )  # fmt: skip


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def positive(text: str) -> int:
    """Return a whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number
