"""The command that combines surveys.

Within cli: above text.
"""

import json
import sys
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from qsovae.cli import text
from qsovae.errors import CatalogError


def combine(options: Namespace) -> int:
    """Match surveys into one catalog and print the report."""
    from qsovae.bands import COMBINED_SURVEYS
    from qsovae.combine import CombineRequest, combine_surveys
    from qsovae.runs import Watched
    from qsovae.tables import write_file

    with ExitStack() as stack:
        line = stack.enter_context(text.ProgressLine())
        watched = stack.enter_context(Watched(options.watch)) if options.watch else None

        def tell(entry: dict[str, Any]) -> None:
            line.show(entry)
            if watched is not None:
                watched.report(entry)

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
        report = combine_surveys(request, tell, watched.stop_asked if watched else None)
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
