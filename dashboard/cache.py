"""Cached reads of catalogs and runs, each bounded, keyed by a file's time and size.

What is returned is shared by all visitors: nobody may change it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

import qsovae
from dashboard.sources import Source

_BIN_MAG = 0.25


class Stamp(NamedTuple):
    """A file and what changes when its content does."""

    path: str
    modified_ns: int
    size: int


def stamp(path: Path) -> Stamp:
    """Return the stamp of a file.

    Raises
    ------
    CatalogError
        If it is gone.
    """
    try:
        status = path.stat()
    except OSError:
        raise qsovae.CatalogError(
            "the file is gone", path.name, "Open the catalog again."
        ) from None
    return Stamp(str(path), status.st_mtime_ns, status.st_size)


@st.cache_resource(max_entries=4, show_spinner="Reading the catalog …")
def _raw_table(of: Stamp) -> qsovae.RawTable:
    return qsovae.read_table(Path(of.path))


@st.cache_resource(max_entries=6, show_spinner="Reading the catalog …")
def _catalog(of: Stamp, mapping_toml: str) -> qsovae.Catalog:
    mapping = qsovae.Mapping.from_toml(mapping_toml, Path(of.path).name)
    return qsovae.Catalog(_raw_table(of), mapping)


@st.cache_resource(max_entries=6, show_spinner="Checking the catalog …")
def _check(of: Stamp, mapping_toml: str) -> qsovae.CheckReport:
    return qsovae.check_catalog(_catalog(of, mapping_toml))


def raw_table(source: Source) -> qsovae.RawTable:
    """Return a catalog's table as it is in the file."""
    return _raw_table(stamp(source.path))


def catalog(source: Source, mapping: qsovae.Mapping) -> qsovae.Catalog:
    """Return a catalog under a mapping."""
    return _catalog(stamp(source.path), mapping.to_toml())


def check_report(source: Source, mapping: qsovae.Mapping) -> qsovae.CheckReport:
    """Return the findings on a catalog under a mapping."""
    return _check(stamp(source.path), mapping.to_toml())


@st.cache_data(max_entries=6, show_spinner="Counting …")
def _band_tables(of: Stamp, mapping_toml: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    opened = _catalog(of, mapping_toml)
    shares, counts = [], []
    for band in opened.bands:
        magnitude = opened.magnitude(band)[0]
        observed = magnitude[np.isfinite(magnitude)]
        shares.append((band, observed.size, observed.size / max(opened.n_rows, 1)))
        if observed.size:
            # The faintest and brightest thousandth would stretch the axis for all.
            low, high = np.percentile(observed, (0.1, 99.9))
            edges = np.arange(
                np.floor(low / _BIN_MAG) * _BIN_MAG, high + _BIN_MAG, _BIN_MAG
            )
            rows, edges = np.histogram(observed, np.r_[edges, edges[-1] + _BIN_MAG])
            counts.append(pd.DataFrame(
                {"band": band, "mag_ab": (edges[:-1] + edges[1:]) / 2, "rows": rows}
            ))  # fmt: skip
    return (
        pd.DataFrame(shares, columns=["band", "rows", "share"]),
        pd.concat(counts) if counts else pd.DataFrame({"band": [], "rows": []}),
    )  # fmt: skip


def band_tables(
    source: Source, mapping: qsovae.Mapping
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the share of rows observed in each band, and counts by magnitude."""
    return _band_tables(stamp(source.path), mapping.to_toml())


@st.cache_data(max_entries=16, show_spinner="Counting the classes …")
def _class_counts(of: Stamp, mapping_toml: str, label: str) -> dict[str | None, int]:
    labels = _catalog(of, mapping_toml).labels(label)
    counts = pd.Series(labels.class_label).value_counts(dropna=True)
    known: dict[str | None, int] = {c: int(counts.get(c, 0)) for c in labels.classes}
    return known | {None: int(len(labels.class_label) - counts.sum())}


def class_counts(
    source: Source, mapping: qsovae.Mapping, label: str
) -> dict[str | None, int]:
    """Return the rows of each class in a column; those unlabelled under None.

    Raises
    ------
    CatalogError
        If the column holds too few or too many classes.
    """
    return _class_counts(stamp(source.path), mapping.to_toml(), label)


def _run_stamp(name: str, folder: Path) -> int:
    """Return the time of a run's manifest; 0 where there is none to be found."""
    if name not in {listing.name for listing in qsovae.list_runs(folder)}:
        return 0
    path = folder / name / "manifest.json"
    return path.stat().st_mtime_ns if path.is_file() else 0


@st.cache_resource(max_entries=8, show_spinner="Opening the run …")
def _run(name: str, folder: str, modified_ns: int) -> qsovae.Run:
    return qsovae.open_run(name, Path(folder))


def opened_run(name: str) -> qsovae.Run:
    """Return a finished run, every file of it checked.

    Raises
    ------
    RunError
        If there is none of that name, or its files disagree with its manifest.
    """
    folder = qsovae.runs_folder()
    return _run(name, str(folder.resolve()), _run_stamp(name, folder))


# Whose labelled rows are scored: a catalog's stamp, mapping and label column; None for
# the run's own test rows.
Scored = tuple[Stamp, str, str] | None


@st.cache_resource(max_entries=8, show_spinner="Scoring …")
def evaluated(
    key: tuple[str, str, int], of: Scored, choice: str = "without",
    bits: tuple[str, ...] = (),
) -> qsovae.Evaluated:  # fmt: skip
    """Return scores and scored rows of the run of a ``run_key``."""
    run = _run(*key)
    if of is None:
        return qsovae.evaluate_rows(run, quality_choice=choice, quality=bits)
    stamped, mapping_toml, label = of
    catalog = _catalog(stamped, mapping_toml)
    return qsovae.evaluate_rows(run, catalog, label, choice, bits)


def evaluation(
    run: qsovae.Run, of: Scored, choice: str = "without", bits: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return a run's scores on labelled rows that did not train it.

    Of those with, or without, quality bits.

    Raises
    ------
    CatalogError
        If the catalog lacks features, or labels of the run's classes.
    """
    if of is None and not bits:
        return qsovae.saved_report(run)
    return evaluated(run_key(run), of, choice, bits).report


def evaluated_rows(
    run: qsovae.Run, of: Scored, choice: str = "without", bits: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Return the rows that ``evaluation`` scores."""
    if of is None and not bits:
        return _tested(run_key(run))
    return evaluated(run_key(run), of, choice, bits).rows


@st.cache_resource(max_entries=4, show_spinner="Reading the rows …")
def _tested(key: tuple[str, str, int]) -> pd.DataFrame:
    return qsovae.test_rows(_run(*key))


@st.cache_resource(max_entries=16, show_spinner=False)
def _tested_quality(key: tuple[str, str, int]) -> pd.Series[int]:
    rows = _run(*key).rows(("split", "quality"))
    return rows.loc[rows["split"] == "test", "quality"]


def tested_quality(run: qsovae.Run) -> pd.Series[int]:
    """Return the quality bits of a run's test rows."""
    return _tested_quality(run_key(run))


@st.cache_data(max_entries=64, show_spinner=False)
def _details(
    key: tuple[str, str, int], of: Scored, choice: str, bits: tuple[str, ...],
    morphology: str, prior: str | None, sought: str | None, parts: tuple[str, ...],
) -> dict[str, Any]:  # fmt: skip
    run = _run(*key)
    rows = qsovae.with_morphology(evaluated_rows(run, of, choice, bits), morphology)
    return qsovae.evaluation_details(run, rows, prior, sought, parts)


def sample_details(
    run: qsovae.Run, of: Scored, morphology: str, prior: str | None, sought: str,
    choice: str = "without", bits: tuple[str, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return what samples of a class are like, by thresholds and of the first rows."""
    return _details(
        run_key(run), of, choice, bits, morphology, prior, sought, ("samples",)
    )


def evaluation_details(
    run: qsovae.Run, of: Scored, morphology: str, parts: tuple[str, ...],
    choice: str = "without", bits: tuple[str, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return parts of what a referee asks beside the scores of rows of a morphology.

    Parts as of `qsovae.DETAILS`, but for the samples.
    """
    return _details(run_key(run), of, choice, bits, morphology, None, None, parts)


@st.cache_resource(max_entries=4, show_spinner="Reading the latent map …")
def _latent_table(name: str, folder: str, modified_ns: int) -> pd.DataFrame:
    return qsovae.run_table(_run(name, folder, modified_ns))


def latent_table(run: qsovae.Run) -> pd.DataFrame:
    """Return a run's rows in catalog order with ``map_1, map_2``, if it has a map."""
    return _latent_table(*run_key(run))


@st.cache_resource(max_entries=16, show_spinner=False)
def _planes(
    key: tuple[str, str, int], names: tuple[str, ...], has_catalog: bool,
    _columns: qsovae.RunColumns,
) -> dict[str, qsovae.Plane]:  # fmt: skip
    return qsovae.standard_planes(_columns)


def planes(
    run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> dict[str, qsovae.Plane]:
    """Return the planes on which rows of a run can be looked at, by key."""
    columns = qsovae.RunColumns(run, table, catalog)
    return _planes(run_key(run), tuple(table), catalog is not None, columns)


_VERDICTS = "verdicts.jsonl"


@st.cache_resource(max_entries=16, show_spinner=False)
def _verdicts(key: tuple[str, str, int], of: Stamp) -> pd.DataFrame:
    return qsovae.read_verdicts(_run(*key))


def said_of(run: qsovae.Run) -> str:
    """Return what changes with what people say of a run's rows, while it stays."""
    return f"{len(verdicts(run))} {qsovae.list_selections(run)}"


def verdicts(run: qsovae.Run) -> pd.DataFrame:
    """Return all verdicts on objects of a run, read anew once one was added.

    Raises
    ------
    RunError
        If a line is damaged.
    """
    path = run.folder / _VERDICTS
    of = stamp(path) if path.is_file() else Stamp(str(path), 0, 0)
    return _verdicts(run_key(run), of)


class FoundCatalog(NamedTuple):
    """The catalog of a run, and the file it was found in."""

    catalog: qsovae.Catalog
    path: Path


def run_catalog(run: qsovae.Run, opened: Source | None) -> FoundCatalog | None:
    """Return the catalog that a run was trained on, None where it is not to be had.

    It is looked for where the run found it and in what the visitor has opened; only
    the very same content counts.
    """
    stamps = _stamps_of_catalog(run, opened)
    _looked_for().add((run_key(run), stamps))
    for of in stamps:
        try:
            found = _catalog(of, run.manifest["mapping"])
        except qsovae.CatalogError:
            continue
        if found.sha256 == run.manifest["catalog"]["sha256"]:
            return FoundCatalog(found, Path(of.path))
    return None


def is_catalog_unread(run: qsovae.Run, opened: Source | None) -> bool:
    """Return whether ``run_catalog`` has yet to read what there is, if anything."""
    stamps = _stamps_of_catalog(run, opened)
    return bool(stamps) and (run_key(run), stamps) not in _looked_for()


@st.cache_resource
def _looked_for() -> set[tuple[tuple[str, str, int], tuple[Stamp, ...]]]:
    return set()


def _stamps_of_catalog(run: qsovae.Run, opened: Source | None) -> tuple[Stamp, ...]:
    """Return the files in which a run's catalog may be."""
    stated = Path(str(run.manifest["catalog"].get("path", "")))
    places = [stated, opened.path if opened else None]
    return tuple(stamp(place) for place in places if place and place.is_file())


def run_key(run: qsovae.Run) -> tuple[str, str, int]:
    """Return what tells a run from others, and from what it was before.

    Projections are kept beside the manifest, which does not know of them.
    """
    modified_ns = (run.folder / "manifest.json").stat().st_mtime_ns
    projections = run.folder / "projections"
    if projections.is_dir():
        modified_ns = max(modified_ns, projections.stat().st_mtime_ns)
    return run.name, str(run.folder.parent), modified_ns
