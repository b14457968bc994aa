"""The slices that a run's scored rows fall into: by the run's rows, and by its catalog.

Within workflow: lowest.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
import pandas as pd
from astropy.coordinates import SkyCoord
from numpy.typing import ArrayLike, NDArray

from qsovae.bands import (
    BANDS,
    COMBINED_SURVEYS,
    MORPHOLOGIES,
    QUALITY_DESCRIPTIONS,
    band_columns,
)
from qsovae.catalog import OK, Catalog, CatalogPortions
from qsovae.errors import CatalogError
from qsovae.evaluation import SliceColumn
from qsovae.features import Feature
from qsovae.magnitudes import POGSON
from qsovae.progress import Progress, Teller
from qsovae.runs import Run
from qsovae.workflow.catalogs import measured_columns, own_catalog

Floats = NDArray[np.float64]

# The same edges in every catalog, so that runs can be compared.
_MAGNITUDES = np.arange(12.0, 28.1, 0.5).tolist()
_COLOURS = np.arange(-2.0, 6.1, 0.5).tolist()
_REDSHIFTS = np.arange(0.0, 7.1, 0.5).tolist()
_SIGNALS_TO_NOISE = (3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_LATITUDES_DEG = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0)
# Magnitudes are told in the band that is nearest to it.
_REFERENCE = "r"


class Slicing(NamedTuple):
    """Slices of some rows: a column each way, and what has to be said of them."""

    columns: tuple[SliceColumn, ...]
    notes: tuple[str, ...]

    def taken(self, rows: ArrayLike) -> "Slicing":
        """Return the slices of some of the rows, by number or by truth values."""
        taken = (column.taken(rows) for column in self.columns)
        return Slicing(_parting(taken), self.notes)


def slicing_columns(
    run: Run,
    rows: pd.DataFrame,
    catalog: Catalog | None = None,
    on_progress: Progress | None = None,
) -> Slicing:
    """Return the slices that rows fall into, by each column that parts them.

    Morphology and quality bits stand in the rows. By the catalog: magnitude (of the
    band nearest to r), signal to noise in it, the colours that the run uses, redshift,
    galactic latitude, how many bands were observed, and each survey present or missing.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        Those of ``Run.rows`` or ``evaluate_rows``, or some of them.
    catalog : Catalog, optional
        That the rows are of. By default the run's own, if it still is where it was;
        otherwise a note says so.
    on_progress : callable, optional
        Told how far reading the run's catalog is.

    Raises
    ------
    CatalogError
        If the catalog cannot be read.
    """
    found: tuple[SliceColumn, ...] = ()
    notes: tuple[str, ...] = ()
    if catalog is not None:
        found = tuple(catalog_slices(_as_the_run_reads(run, catalog), run.features))
    else:
        path, notes = _own_catalog(run)
        if path is not None:
            found = _gathered(run, path, on_progress)
    numbers = rows.get("row", rows.index)
    columns = (*_of_rows(rows), *(column.taken(numbers) for column in found))
    return Slicing(_parting(columns), notes)


def _parting(columns: Iterable[SliceColumn]) -> tuple[SliceColumn, ...]:
    """Return the columns in which not all rows are in one slice."""
    present = (column.present() for column in columns)
    return tuple(column for column in present if len(column.labels) > 1)


def _of_rows(rows: pd.DataFrame) -> Iterator[SliceColumn]:
    """Yield the slices that need no catalog."""
    shapes = [name for name in MORPHOLOGIES if name != "all"]
    yield SliceColumn.named("morphology", "morphology", rows["morphology"], shapes)
    bits = rows["quality"].to_numpy(dtype=np.int64)
    for bit in QUALITY_DESCRIPTIONS:
        yield SliceColumn.divided(
            f"quality {bit.name}", f"quality bit {bit.name}", bits & int(bit) > 0,
            ("with", "without"),
        )  # fmt: skip


def _as_the_run_reads(run: Run, catalog: Catalog) -> Catalog:
    """Return the run's own catalog with the run's mapping, another as it is."""
    is_own = catalog.sha256 == run.manifest["catalog"]["sha256"]
    return Catalog(catalog.raw, run.mapping) if is_own else catalog


def _own_catalog(run: Run) -> tuple[Path | None, tuple[str, ...]]:
    """Return the file that the run was trained on, or why there is none."""
    try:
        return own_catalog(run), ()
    except CatalogError as error:
        return None, (
            f"{error.what}: there are no slices by magnitude, colour and what else "
            "only the catalog knows; name it, or put it back, to have them",
        )


def _gathered(
    run: Run, path: Path, on_progress: Progress | None
) -> tuple[SliceColumn, ...]:
    """Return the slices of each row of a catalog that is gone through in portions."""
    tell = Teller("slices", 2, on_progress, None)
    mapping = measured_columns(run)
    names = [column.name for column in mapping.columns]
    portions = CatalogPortions(path, mapping, tell, names)
    tell.step("read", f"slicing the rows of {portions.name}")
    # Few rows are in the sample already: they need not be read twice.
    subjects = (p for _, p in portions) if portions.is_sampled else (portions.sample,)
    parts = [list(catalog_slices(portion, run.features)) for portion in subjects]
    tell.end()
    # Edges and names do not depend on the portion.
    return tuple(
        SliceColumn(
            same[0].name, same[0].title, same[0].labels,
            np.concatenate([part.codes for part in same]), same[0].is_spectroscopic,
        )
        for same in zip(*parts, strict=True)
    )  # fmt: skip


def catalog_slices(
    catalog: Catalog, features: Sequence[Feature]
) -> Iterator[SliceColumn]:
    """Yield the slices of each row of a catalog, the same columns for each portion."""
    if catalog.bands:
        yield from _of_brightness(catalog)
    yield from _of_colours(catalog, features)
    redshift = catalog.mapping.only("redshift")
    if redshift is not None:
        yield SliceColumn.binned(
            "redshift", "redshift", catalog.values(redshift), _REDSHIFTS,
            is_spectroscopic=True,
        )  # fmt: skip
    if catalog.position is not None:
        yield SliceColumn.binned(
            "latitude", "|galactic latitude|, deg", _latitude(*catalog.position),
            _LATITUDES_DEG,
        )  # fmt: skip
    if catalog.bands:
        yield from _of_coverage(catalog)


def _of_brightness(catalog: Catalog) -> Iterator[SliceColumn]:
    """Yield the slices by magnitude and by signal to noise, in one band."""
    wanted = BANDS[_REFERENCE].wavelength_um
    band = min(catalog.bands, key=lambda b: abs(BANDS[b].wavelength_um - wanted))
    magnitude, error = catalog.magnitude(band)
    signal_to_noise = POGSON / np.where(error > 0, error, np.nan)
    yield SliceColumn.binned(
        "magnitude", f"{band} magnitude, AB mag", magnitude, _MAGNITUDES
    )
    yield SliceColumn.binned(
        "snr", f"signal to noise in {band}", signal_to_noise, _SIGNALS_TO_NOISE
    )


def _of_colours(catalog: Catalog, features: Sequence[Feature]) -> Iterator[SliceColumn]:
    """Yield the slices by the colours among some features."""
    for feature in features:
        name = feature.name
        if feature.kind == "colour" and set(feature.sources) <= set(catalog.bands):
            blue, red = feature.sources
            colour = catalog.magnitude(blue)[0] - catalog.magnitude(red)[0]
            name = f"{blue} - {red}"
            yield SliceColumn.binned(name, f"{name}, AB mag", colour, _COLOURS)
        elif feature.kind == "column" and feature.unit == "mag":
            yield SliceColumn.binned(
                name, f"{name}, mag", catalog.values(name), _COLOURS
            )


def _of_coverage(catalog: Catalog) -> Iterator[SliceColumn]:
    """Yield the slices by what was observed."""
    seen = {band: catalog.status(band) == OK for band in catalog.bands}
    counts = [str(n) for n in range(len(seen) + 1)]
    n_seen = np.sum(list(seen.values()), axis=0)
    codes = n_seen.astype(np.int16)
    yield SliceColumn("bands", "bands observed", tuple(counts), codes)
    for title, bands in _surveys(catalog).items():
        present = np.any([seen[band] for band in bands], axis=0)
        yield SliceColumn.divided(
            f"survey {title}", title, present, ("present", "missing")
        )


def _surveys(catalog: Catalog) -> dict[str, list[str]]:
    """Return the bands of each survey in a catalog, by the survey's title."""
    known = band_columns([c.name for c in catalog.mapping.columns])
    titles: dict[str, str] = {
        str(c.band): known[c.name].survey
        for c in catalog.mapping.columns
        if c.role in ("magnitude", "flux") and c.name in known
    }
    homes = {
        band: survey.title
        for survey in reversed(COMBINED_SURVEYS.values())
        for band in survey.bands
    }
    found: dict[str, list[str]] = {}
    for band in catalog.bands:
        title = titles.get(band)
        alike = {b for b in homes if titles.get(b) == title}
        # No survey has all of them: the names are those of a combined catalog.
        is_combined = not any(
            alike <= {*survey.bands} for survey in COMBINED_SURVEYS.values()
        )
        home = homes.get(band) if title is None or is_combined else title
        found.setdefault(home or band, []).append(band)
    return found


def _latitude(ra_deg: ArrayLike, dec_deg: ArrayLike) -> Floats:
    """Return distances from the Galactic plane in deg, (n_rows,), NaN as given."""
    place: Any = SkyCoord(ra_deg * u.deg, dec_deg * u.deg)
    latitude: Floats = np.abs(place.galactic.b.deg)
    return latitude
