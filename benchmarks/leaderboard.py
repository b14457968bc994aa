"""How the classifier with its defaults stands beside tuned trees and other networks.

Measures what the cache lacks, appends each measurement to it at once, so that it can be
stopped and continued, and writes a summary as JSON and as a page.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# Before NumPy and torch are loaded: every method is timed in one thread.
os.environ["OMP_NUM_THREADS"] = "1"

import report
from board.cache import Cache, Key
from board.page import page_text
from board.peers import METHODS, method_version
from board.request import Request
from board.sets import SETS, open_set, split_set
from board.summary import summarise
from board.tasks import TASKS

FOLDER = report.ROOT / "docs" / "leaderboard"


def asked_keys(options: argparse.Namespace) -> Iterator[list[Key]]:
    """Yield the tasks of one method on one split together: they share what is fitted.

    The first repeat comes as a whole before the second.
    """
    versions = {method: method_version(method) for method in options.methods}
    for repeat in range(options.repeats):
        for name in options.sets:
            for method, version in versions.items():
                yield [
                    Key(task, name, method, repeat, version)
                    for task in options.tasks
                    if method in TASKS[task].methods and TASKS[task].applies(SETS[name])
                ]


def measure(keys: list[Key], data: Path, cache: Cache) -> None:
    """Measure what the cache lacks of the tasks of one method on one split."""
    lacking = [key for key in keys if cache.find(key) is None]
    if not lacking:
        return
    first = lacking[0]
    searched = cache.find(first._replace(task="full"))
    request = Request(
        SETS[first.set], split_set(open_set(first.set, data), first.repeat),
        first.method, first.repeat, searched and searched["settings"],
    )  # fmt: skip
    for key in lacking:
        entry = cache.add(key, TASKS[key.task].measure(request))
        report.say(f"{' | '.join(map(str, key))}: {entry['scores']}")


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.data_parser(__doc__.splitlines()[0])
    for name, choices in (("tasks", TASKS), ("sets", SETS), ("methods", METHODS)):
        parser.add_argument(
            f"--{name}", nargs="+", choices=list(choices), default=list(choices)
        )
    parser.add_argument("--repeats", type=report.positive, default=5, metavar="N")
    parser.add_argument(
        "--page-only", action="store_true", help="measure nothing, write what is known"
    )
    for name, file, about in (
        ("cache", FOLDER / "results.jsonl", "measurements, a line each"),
        ("json", FOLDER / "leaderboard.json", "summary"),
        ("page", FOLDER.with_suffix(".md"), "summary, to read"),
    ):
        parser.add_argument(
            f"--{name}", type=Path, default=file, metavar="FILE", help=about
        )
    return parser.parse_args()


def main() -> int:
    """Measure what is lacking, and write the summary."""
    options = parse_options()
    cache = Cache(options.cache)
    asked = list(asked_keys(options))
    for keys in [] if options.page_only else asked:
        measure(keys, options.data, cache)
    found = [cache.find(key) for keys in asked for key in keys]
    result = summarise([entry for entry in found if entry is not None])
    result = {"benchmark": "leaderboard", "machine": report.machine(), **result}
    for path, text in ((options.json, report.json_text(result)),
                       (options.page, page_text(result))):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        report.say(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
