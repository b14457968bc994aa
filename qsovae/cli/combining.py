"""The command that combines surveys.

Within cli: above text and watching.
"""

import json
import sys
from argparse import Namespace
from pathlib import Path

from qsovae.cli import text
from qsovae.cli.watching import watching
from qsovae.errors import CatalogError


def combine(options: Namespace) -> int:
    """Match surveys into one catalog and print the report."""
    from qsovae.bands import COMBINED_SURVEYS
    from qsovae.combine import CombineRequest, combine_surveys
    from qsovae.tables import write_file

    with watching(options.watch) as watched:
        files = {key: _files(getattr(options, key)) for key in COMBINED_SURVEYS}
        request = CombineRequest(
            {key: paths for key, paths in files.items() if paths},
            options.out,
            dict(options.radius),
            options.match,
            options.ebv,
            not options.no_motion,
            options.dust_map,
        )
        report = combine_surveys(request, watched.tell, watched.stop_asked)
        shown = json.dumps(report)
        if options.report is not None:
            write_file(options.report, shown.encode())
    if report["is_simulated"]:
        text.say("qsovae: simulated data")
    sys.stdout.write((shown if options.json else text.combined_text(report)) + "\n")
    return 0


def _files(given: list[str]) -> tuple[Path, ...]:
    """Return the files that were named, patterns spelt out, in order."""
    paths: list[Path] = []
    for name in given:
        path = Path(name)
        found = [path] if path.exists() else sorted(path.parent.glob(path.name))
        if not found:
            raise CatalogError("there is no such file", name, "Check the path.")
        paths.extend(found)
    return tuple(paths)
