"""From the files of the surveys to one catalog and a report.

Within combine: highest.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from qsovae.bands import COMBINED_SURVEYS
from qsovae.combine.assembling import (
    BEAM_ARCSEC,
    STATUS_WIDTH,
    add_extinction,
    add_labels,
    add_match,
    add_neighbours,
    add_photometry,
    add_primary,
    add_significances,
    ebv_in,
)
from qsovae.combine.described import Columns
from qsovae.combine.dust import DustMap, open_dust_map
from qsovae.combine.epochs import gaia_at, primary_at
from qsovae.combine.matching import (
    ROWS_A_PORTION,
    SurveyMatch,
    match_survey,
    neighbours,
)
from qsovae.combine.primary import Primary, open_primary
from qsovae.combine.refusals import footprint_text, refuse_no_reddening
from qsovae.combine.report import in_order, is_simulated, provenance, report_of
from qsovae.combine.request import PRIMARY, CombineRequest
from qsovae.combine.survey_tables import SurveyTable, open_survey
from qsovae.errors import CatalogError
from qsovae.progress import Progress, Teller
from qsovae.tables import TableWriter

# Gaia goes first: its motions bring the primary to the other surveys' epochs.
_ORDER = ("gaia", *(k for k in COMBINED_SURVEYS if k not in (PRIMARY, "gaia")))


def combine_surveys(
    request: CombineRequest,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Match surveys to the primary, write the combined catalog, return the report.

    Every row of the primary is there once, in its order. Magnitudes are AB; the header
    says what was added to Vega magnitudes, and the hash of each file.

    Parameters
    ----------
    request : CombineRequest
    on_progress : callable, optional
        Called with ``{"phase", "message", "fraction"}``.
    should_stop : callable, optional
        Asked between steps; True ends it with nothing written.

    Returns
    -------
    dict
        The report: rows, and for each survey matches, ambiguous, tied and shared ones,
        the chance rate measured at shifted positions, a suggested radius, and the
        numbers of pairs by separation. Plain values.

    Raises
    ------
    ConfigError
        If the request cannot be, or it was stopped.
    CatalogError
        If a file cannot be used, or a survey, or the dust map, overlaps the primary
        nowhere.
    """
    started = time.perf_counter()
    request = request.checked()
    dust = None if request.dust_map is None else open_dust_map(request.dust_map)
    keys = [key for key in _ORDER if request.files.get(key)]
    tell = Teller("combine", 2 + 2 * len(keys), on_progress, should_stop)
    tell.step("read", f"reading {COMBINED_SURVEYS[PRIMARY].title}")
    primary = open_primary(PRIMARY, request.files[PRIMARY], ROWS_A_PORTION)
    surveys: dict[str, SurveyTable] = {}
    for key in keys:
        tell.step("read", f"reading {COMBINED_SURVEYS[key].title}")
        surveys[key] = open_survey(key, request.files[key])
    _refuse_same_content(primary, surveys)
    matches: dict[str, SurveyMatch] = {}
    for key in keys:
        tell.step("match", f"matching {COMBINED_SURVEYS[key].title}")
        matches[key] = _match(request, key, primary, surveys, matches, tell)
    tell.step("write", f"writing {request.out.name}")
    names, notes = _write(request, primary, surveys, matches, dust, tell)
    tell.end()
    return report_of(request, primary, surveys, matches, dust) | {
        "columns": names,
        "seconds": round(time.perf_counter() - started, 3),
        "notes": notes,
    }


def _refuse_same_content(primary: Primary, surveys: dict[str, SurveyTable]) -> None:
    """Refuse two files of one content: one of them is not what it was given as."""
    seen: dict[str, str] = {}
    given = {PRIMARY: primary.files} | {k: t.files for k, t in surveys.items()}
    for key, files in given.items():
        for file in files:
            before = seen.setdefault(file["sha256"], key)
            if before != key:
                raise CatalogError(
                    f"the files given as {before} and {key} are the same",
                    file["name"],
                    "Give each survey its own file.",
                )


def _match(
    request: CombineRequest,
    key: str,
    primary: Primary,
    surveys: dict[str, SurveyTable],
    matches: dict[str, SurveyMatch],
    tell: Teller,
) -> SurveyMatch:
    """Return the partners of the primary's rows in one survey, at one epoch."""
    survey = surveys[key]
    first, second = primary.position, survey.position
    if request.with_motion and key == "gaia":
        second = gaia_at(survey, float(np.nanmedian(primary.epoch_jyr)))
    elif request.with_motion and "gaia" in matches:
        epoch = float(np.nanmedian(survey.epoch_jyr))
        first = primary_at(primary, surveys["gaia"], matches["gaia"], epoch)
    match = match_survey(
        first, second, request.radius_arcsec(key),
        only_mutual=request.match == "mutual", on_portion=tell.share,
    )  # fmt: skip
    if not match.in_footprint.any():
        raise CatalogError(
            f"{survey.definition.title} overlaps {primary.definition.title} nowhere: "
            f"{footprint_text(survey.position)} against "
            f"{footprint_text(primary.position)}",
            survey.catalog.name,
            "Give files of one part of the sky, positions in degrees.",
        )
    return match


def _write(
    request: CombineRequest,
    primary: Primary,
    surveys: dict[str, SurveyTable],
    matches: dict[str, SurveyMatch],
    dust: DustMap | None,
    tell: Teller,
) -> tuple[list[str], list[str]]:
    """Write the combined catalog; return its columns and what a reader must know."""
    near = neighbours(primary.position, BEAM_ARCSEC) if "catwise" in matches else None
    writer: TableWriter | None = None
    n_without_ebv = 0
    with ExitStack() as stack:
        for rows, table in primary.portions():
            tell.share(rows.start / primary.n_rows)
            here = {key: match.take(rows) for key, match in matches.items()}
            columns, notes = _assemble(request, table, surveys, here, dust)
            if near is not None:
                add_neighbours(columns, near[rows], primary.definition.title)
            if writer is None:
                meta = provenance(request, primary, surveys, dust)
                writer = stack.enter_context(
                    _writer(request, primary, surveys, columns, meta)
                )
            writer.append(columns.frame())
            n_without_ebv += columns.n_missing("ebv_sfd")
        refuse_no_reddening(n_without_ebv, primary.n_rows, dust.title if dust else None)
    if n_without_ebv:
        notes.append(f"E(B-V) is not known for {n_without_ebv:,} rows")
    return list(columns.values), notes


def _writer(
    request: CombineRequest,
    primary: Primary,
    surveys: dict[str, SurveyTable],
    columns: Columns,
    meta: dict[str, Any],
) -> TableWriter:
    """Return what writes the combined catalog, portion by portion."""
    widths = primary.text_widths | {
        f"{key}_id": survey.id_width for key, survey in surveys.items()
    }
    statuses = dict.fromkeys(
        (name for name in columns.values if name.endswith("_status")), STATUS_WIDTH
    )
    return TableWriter(
        request.out, primary.n_rows, units=columns.units, ucds=columns.ucds,
        descriptions=columns.descriptions, text_widths=widths | statuses,
        meta=meta,
    )  # fmt: skip


def _assemble(
    request: CombineRequest,
    primary: SurveyTable,
    surveys: dict[str, SurveyTable],
    matches: dict[str, SurveyMatch],
    dust: DustMap | None,
) -> tuple[Columns, list[str]]:
    """Return a portion's columns, and what a reader must know."""
    columns, notes = Columns(), []
    add_primary(columns, primary)
    add_photometry(columns, primary, None)
    for key in in_order(surveys):
        add_photometry(columns, surveys[key], matches[key])
    add_significances(columns)
    for key in in_order(surveys):
        add_match(columns, surveys[key], matches[key])
    without: list[str] = []
    if dust is not None:
        without = add_extinction(columns, dust.ebv(*primary.position), dust.title)
    elif request.ebv_column is not None:
        ebv = ebv_in(primary, request.ebv_column)
        without = add_extinction(columns, ebv, request.ebv_column)
    if without:
        notes.append(f"no extinction coefficient is known for {', '.join(without)}")
    add_labels(columns, primary)
    if is_simulated(primary, surveys):
        columns.add("is_simulated", np.ones(primary.n_rows, dtype=bool),
                    "whether the row was simulated", ucd="meta.code")  # fmt: skip
    return columns, notes
