"""The catalogs that methods are measured on, and how one is split for a repeat."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import report
from numpy.typing import NDArray

import qsovae

TEST_FRACTION = 0.3
MOCK_ROWS, MOCK_SEED = 10_000, 0

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class BoardSet:
    """A catalog to class.

    Attributes
    ----------
    about : str
        What tables call it.
    file : str, optional
        Name of a real catalog; without one the simulator makes it.
    label, positive : str
        Column of classes; the class whose F1 is told.
    where : str, optional
        Column of booleans: only rows where it is true are used.
    surveys : mapping
        Bands, quantities and columns that each survey gives; empty for one survey.
    stranger : str, optional
        The class that is held out to be found as strange.
    above_redshift : float, optional
        Only rows of that class above it are held out.
    has_errors : bool
        Whether errors are stated, and are errors.
    """

    about: str
    file: str | None
    label: str
    positive: str
    where: str | None = None
    surveys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stranger: str | None = None
    above_redshift: float | None = None
    has_errors: bool = False

    @property
    def is_simulated(self) -> bool:
        """Whether the simulator made it."""
        return self.file is None


_VST = BoardSet(
    "VST ATLAS + WISE", "vst_atlas_wise_dev", "class", "Quasar",
    surveys={
        "VST ATLAS": ("r", "umg", "gmr", "rmi", "imz", "rmw1"),
        "WISE": ("rmw1", "w1m2"),
    },
    stranger="White Dwarf",
)  # fmt: skip
_WISE = ("w1", "w2", "w3", "w4")
SETS: dict[str, BoardSet] = {
    "sdss17_10k": BoardSet("SDSS DR17", "sdss17_10k", "class", "QSO"),
    "vst_atlas_wise_dev": _VST,
    "vst_atlas_wise_dev_detected": replace(
        _VST, about="VST ATLAS + WISE, detected in WISE", where="wise_detected"
    ),
    "ps1_2mass_wise_dwarfs": BoardSet(
        "Pan-STARRS + 2MASS + WISE dwarfs", "ps1_2mass_wise_dwarfs", "label", "1",
        surveys={
            "Pan-STARRS": ("g", "r", "i", "z", "y"), "2MASS": ("j", "h", "ks"),
            "WISE": _WISE,
        },
        has_errors=True,
    ),
    # Its optical errors repeat the magnitudes, and so are none.
    "delve_vhs_wise_dwarfs_hzqso": BoardSet(
        "Legacy + VHS + WISE, M, L, T dwarfs and quasars",
        "delve_vhs_wise_dwarfs_hzqso", "class", "QSO",
        surveys={
            "Legacy": ("g", "r", "i", "z"), "VHS": ("y", "j", "h", "ks"),
            "WISE": _WISE, "Gaia": ("pm_sig",),
        },
        stranger="T_DWARF",
    ),
    "mock": BoardSet(
        "DELVE + VHS + CatWISE + Gaia mock", None, "class_true", "QSO",
        surveys={
            "DELVE": ("g", "r", "i", "z", "y", "spread_model", "point_probability"),
            "VHS": ("y", "j", "h", "ks"), "CatWISE": ("w1", "w2"),
            "Gaia": ("gaia_g", "gaia_bp", "gaia_rp", "pm_sig", "parallax_sig"),
        },
        stranger="QSO", above_redshift=3.0, has_errors=True,
    ),
}  # fmt: skip


class Opened(NamedTuple):
    """A set opened: its catalog, the default features, and class numbers, -1 unknown.

    ``held_out`` marks the rows of the strangers.
    """

    catalog: qsovae.Catalog
    table: qsovae.FeatureTable
    classes: tuple[str, ...]
    targets: Codes
    held_out: NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """An opened set, split: positions of the rows that train and of those held out."""

    opened: Opened
    train: NDArray[np.int64]
    test: NDArray[np.int64]

    @property
    def names(self) -> list[str]:
        """Names of the features."""
        return self.opened.table.names

    @property
    def x_train(self) -> Floats:
        """Features to train on, NaN where unobserved."""
        return self.opened.table.values[self.train]

    @property
    def x_test(self) -> Floats:
        """Features of the rows held out."""
        return self.opened.table.values[self.test]

    @property
    def sigma_train(self) -> Floats | None:
        """Errors of ``x_train``, None where none is known."""
        sigma = self.opened.table.sigma
        return None if sigma is None else sigma[self.train]

    @property
    def sigma_test(self) -> Floats | None:
        """Errors of ``x_test``, None where none is known."""
        sigma = self.opened.table.sigma
        return None if sigma is None else sigma[self.test]

    @property
    def y_train(self) -> Codes:
        """Class numbers to train on."""
        return self.opened.targets[self.train]

    @property
    def y_test(self) -> Codes:
        """Class numbers of the rows held out."""
        return self.opened.targets[self.test]


@cache
def open_set(key: str, folder: Path) -> Opened:
    """Return a set with the features that `qsovae train` would take by itself."""
    board = SETS[key]
    catalog = _catalog(board, folder)
    labels = catalog.labels(board.label)
    table = qsovae.build_features(catalog, qsovae.default_features(catalog))
    numbers = {name: k for k, name in enumerate(labels.classes)}
    targets = np.array([numbers.get(c, -1) for c in labels.class_label])
    return Opened(
        catalog, table, labels.classes, targets,
        _strangers(board, catalog, labels.class_label),
    )  # fmt: skip


def _strangers(
    board: BoardSet, catalog: qsovae.Catalog, class_label: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Return which rows are of the class, or the part of one, that is held out."""
    held_out = np.array([c is not None and c == board.stranger for c in class_label])
    if board.above_redshift is not None:
        redshift = catalog.numbers(str(catalog.mapping.only("redshift")))
        held_out &= redshift > board.above_redshift
    return held_out


def _catalog(board: BoardSet, folder: Path) -> qsovae.Catalog:
    """Return the catalog, its label column a label and nothing else."""
    catalog = _opened_file(board, folder)
    mapping, raw = catalog.mapping, catalog.raw
    if mapping.column(board.label).role not in ("label", "ignore"):
        mapping = mapping.with_column(board.label, role="ignore", band=None)
    if board.where is not None:
        wanted = raw.frame[board.where].to_numpy(dtype=bool)
        raw = replace(raw, frame=raw.frame[wanted].reset_index(drop=True))
    return qsovae.Catalog(raw, mapping)


def _opened_file(board: BoardSet, folder: Path) -> qsovae.Catalog:
    """Return the catalog as its file has it; the mock is made anew."""
    if board.file is not None:
        return qsovae.open_catalog(report.find_catalog(folder, board.file))
    with tempfile.TemporaryDirectory(prefix="qsovae-") as made:
        path = Path(made) / "mock.parquet"
        qsovae.write_simulation(path, MOCK_ROWS, MOCK_SEED)
        return qsovae.open_catalog(path)


def split_set(opened: Opened, repeat: int) -> Sample:
    """Return the set split for a repeat; what repeats a training row trains."""
    names = np.array([*opened.classes, None], dtype=object)
    split = qsovae.stratified_split(names[opened.targets], TEST_FRACTION, seed=repeat)
    prints = qsovae.row_fingerprints(opened.table.values)
    train, test = split.rows("train"), split.rows("test")
    repeats = np.isin(prints[test], prints[train])
    repeats &= prints[test] != qsovae.NO_FINGERPRINT
    return Sample(opened, np.sort([*train, *test[repeats]]), test[~repeats])
