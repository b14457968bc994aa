"""Tables with a line for each row of a run, kept beside it with a record of how.

Within runs: above shelf. They are ``projections/NAME.parquet`` and ``NAME.json``, which
the manifest does not list. The record knows the weights and the table that it is of,
and is refused beside others.
"""

import hashlib
import json
from typing import Any, NamedTuple

import pandas as pd

from qsovae.errors import ManifestMismatchError, RunError
from qsovae.runs.layout import PROJECTIONS
from qsovae.runs.run import Run
from qsovae.runs.shelf import weights_digest
from qsovae.runs.watched import now_utc
from qsovae.tables import file_sha256, table_bytes, write_whole


class KeptTable(NamedTuple):
    """A table, and the record of how it was made."""

    record: dict[str, Any]
    table: pd.DataFrame


def keep_table(
    run: Run, name: str, record: dict[str, Any], table: pd.DataFrame
) -> dict[str, Any]:
    """Keep a table with a run, in place of an earlier one; return its record.

    Raises
    ------
    RunError
        If the disk refuses.
    """
    folder = run.folder / PROJECTIONS
    content = table_bytes(table, ".parquet")
    record = record | {
        "weights_sha256": weights_digest(run),
        "table_sha256": hashlib.sha256(content).hexdigest(),
        "created_utc": now_utc(),
    }
    text = json.dumps(record, indent=1, allow_nan=False)
    try:
        folder.mkdir(exist_ok=True)
        # Without its record a table counts for nothing: a crash leaves none of it.
        (folder / f"{name}.json").unlink(missing_ok=True)
        write_whole(folder / f"{name}.parquet", content)
        write_whole(folder / f"{name}.json", text.encode("utf-8"))
    except OSError as error:
        raise RunError(
            f"the projection {name} cannot be written: {error.strerror}",
            run.name,
            "Runs must be kept where they may be written to.",
        ) from None
    return record


def kept_record(run: Run, name: str) -> dict[str, Any] | None:
    """Return the record of a table that is kept with a run, None without.

    Raises
    ------
    RunError
        If it is damaged.
    ManifestMismatchError
        If it was made with other weights.
    """
    path = run.folder / PROJECTIONS / f"{name}.json"
    try:
        record = json.loads(path.read_text("utf-8"))
        weights = record["weights_sha256"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            f"the record of {name} is damaged: {error}",
            f"{run.name}/{PROJECTIONS}/{path.name}",
            "Delete it, and make it anew.",
        ) from None
    if weights != weights_digest(run):
        raise ManifestMismatchError(
            f"the projection {name} was made with other weights",
            f"{run.name}/{PROJECTIONS}/{path.name}",
            "Delete it, and make it anew.",
        )
    found: dict[str, Any] = record
    return found


def kept_table(run: Run, name: str) -> KeptTable | None:
    """Return a table that is kept with a run, None without.

    Raises
    ------
    RunError
        If it is damaged or missing.
    ManifestMismatchError
        If it is not the table of its record, or was made with other weights.
    """
    record = kept_record(run, name)
    if record is None:
        return None
    path = run.folder / PROJECTIONS / f"{name}.parquet"
    if not path.is_file() or file_sha256(path) != record.get("table_sha256"):
        raise ManifestMismatchError(
            f"{path.name} is not the table that its record is of",
            f"{run.name}/{PROJECTIONS}",
            f"Delete {name}.json, and make it anew.",
        )
    return KeptTable(record, pd.read_parquet(path))
