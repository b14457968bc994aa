"""Progress that is shown, and kept in a folder for whoever watches a process.

Within cli: above text.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from qsovae.catalog import Catalog
    from qsovae.queries import Query
    from qsovae.runs import Run, Watched


class Watching:
    """Tells of progress on stderr, and in a folder if there is one.

    Parameters
    ----------
    line : ProgressLine
    watched : Watched, optional
    """

    def __init__(self, line: text.ProgressLine, watched: "Watched | None") -> None:
        self._line, self._watched = line, watched

    def tell(self, entry: dict[str, Any]) -> None:
        """Show an entry, and keep it."""
        self._line.show(entry)
        if self._watched is not None:
            self._watched.report(entry)

    def stop_asked(self) -> bool:
        """Return whether a file in the folder asks to stop."""
        return self._watched is not None and self._watched.stop_asked()


@contextmanager
def watching(folder: Path | None) -> Iterator[Watching]:
    """Tell of progress until the block ends; see ``Watched`` for the folder."""
    from qsovae.runs import Watched

    with ExitStack() as stack:
        line = stack.enter_context(text.ProgressLine())
        watched = None if folder is None else stack.enter_context(Watched(folder))
        yield Watching(line, watched)


def told_with_progress(
    run: "Run", query: "Query | str", rows: "pd.DataFrame", catalog: "Catalog | None"
) -> "NDArray[np.bool_]":
    """Return which rows a query is true of; a line tells of what takes long."""
    from qsovae.workflow import query_mask

    with text.ProgressLine(patience_s=2.0) as line:
        return query_mask(run, query, rows, catalog, on_progress=line.show)
