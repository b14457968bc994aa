"""What each column of a catalog is: guessed, corrected by a person, saved, found again.

Layer: above bands and tables.
"""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from qsovae.bands import BAND_ROLES, BANDS, COUNT_UNITS, FLUX_UNITS
from qsovae.errors import CatalogError
from qsovae.tables import write_whole

ROLES = (
    "id", "ra", "dec", *BAND_ROLES, "feature", "feature_error", "astrometry", "label",
    "redshift", "morphology", "ignore",
)  # fmt: skip
SYSTEMS = ("AB", "Vega")
# Of these a catalog has one at most.
_SINGLE = ("id", "ra", "dec", "label", "morphology")


@dataclass(frozen=True)
class Column:
    """What one column is.

    Attributes
    ----------
    name, role : str
        As in the file; one of ``ROLES``.
    band, system : str or None
        Of what belongs to a band, one of ``BANDS``; of a magnitude, AB or Vega.
    unit : str or None
    sentinels, nondetections : tuple of float
        Values that mean 'missing'; those of a magnitude, or of its error, that mean
        'looked, and saw nothing'.
    limit_without_error : bool
        Of a magnitude: whether it is an upper limit where its error is missing.
    error_of : str or None
        Of an error: the column whose error it is.
    reason : str
        Why this was guessed.
    """

    name: str
    role: str
    band: str | None = None
    system: str | None = None
    unit: str | None = None
    sentinels: tuple[float, ...] = ()
    error_of: str | None = None
    reason: str = ""
    nondetections: tuple[float, ...] = ()
    limit_without_error: bool = False

    @property
    def is_measurement(self) -> bool:
        """Whether it is a magnitude, a flux or another feature, or an error of one."""
        return self.role.startswith(("magnitude", "flux", "feature"))


@dataclass(frozen=True)
class Mapping:
    """What every column of a catalog is."""

    columns: tuple[Column, ...] = field(default=())

    def column(self, name: str) -> Column:
        """Return one column.

        Raises
        ------
        CatalogError
            If there is none of that name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise CatalogError(
            f"there is no column {name!r}",
            "catalog",
            f"Its columns are {', '.join(c.name for c in self.columns)}.",
        )

    def with_column(self, name: str, **changes: Any) -> "Mapping":
        """Return the mapping with one column changed, and checked."""
        changed = replace(self.column(name), **changes)
        columns = tuple(changed if c.name == name else c for c in self.columns)
        return Mapping(columns).checked()

    def names(self, role: str) -> list[str]:
        """Return the names of the columns with a role, in the file's order."""
        return [c.name for c in self.columns if c.role == role]

    def only(self, role: str) -> str | None:
        """Return the one column with a role, None without."""
        names = self.names(role)
        return names[0] if names else None

    def checked(self, where: str = "mapping") -> "Mapping":
        """Return itself.

        Raises
        ------
        CatalogError
            If a role, band or system is unknown, a magnitude lacks its band, or two
            columns claim what only one can be.
        """
        for column in self.columns:
            _check_column(column, where)
        claims: dict[tuple[str, str | None], str] = {}
        for column in self.columns:
            key = (column.role, column.band if column.role in BAND_ROLES else None)
            if column.role not in (*_SINGLE, *BAND_ROLES):
                continue
            if key in claims:
                what = f"{column.role} {column.band or ''}".strip()
                raise CatalogError(
                    f"{claims[key]} and {column.name} are both the {what}",
                    where,
                    "Set the role of one of them to 'ignore'.",
                )
            claims[key] = column.name
        return self

    def to_toml(self) -> str:
        """Return the mapping as TOML, one table a column."""
        parts = []
        for column in self.columns:
            lines = ["[[column]]"]
            for key, value in asdict(column).items():
                if value not in (None, "", (), False):
                    lines.append(f"{key} = {_toml_value(value)}")
            parts.append("\n".join(lines))
        return "\n\n".join(parts) + "\n"

    @classmethod
    def from_toml(cls, text: str, where: str = "mapping") -> "Mapping":
        """Return the mapping that ``to_toml`` wrote or a person did.

        Raises
        ------
        CatalogError
            If the text is not TOML or says what no column can be.
        """
        try:
            entries = tomllib.loads(text)["column"]
            columns = tuple(_column_from_toml(entry) for entry in entries)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise CatalogError(
                f"the mapping cannot be read: {error}",
                where,
                "Write one [[column]] table a column with name and role.",
            ) from None
        return cls(columns).checked(where)

    def fitted_to(self, names: Sequence[str]) -> "Mapping | None":
        """Return the mapping for a catalog's columns, None if it does not fit.

        It fits if every column with a role is there; others are ignored.
        """
        mine = {c.name: c for c in self.columns}
        if any(c.role != "ignore" and c.name not in names for c in self.columns):
            return None
        unknown = "not named in the mapping"
        return Mapping(
            tuple(mine.get(n, Column(n, "ignore", reason=unknown)) for n in names)
        )


def _check_column(column: Column, where: str) -> None:
    """Refuse a column that says what no column can be."""
    wrong = None
    if column.role not in ROLES:
        wrong = f"role {column.role!r} is none of {', '.join(ROLES)}"
    elif column.role in BAND_ROLES and column.band not in BANDS:
        wrong = f"band {column.band!r} is none of {', '.join(BANDS)}"
    elif column.role == "magnitude" and column.system not in SYSTEMS:
        wrong = f"magnitude system {column.system!r} is neither AB nor Vega"
    elif column.role == "flux" and not _is_flux_unit(column.unit):
        wrong = (
            f"flux unit {column.unit!r} is none of {', '.join(FLUX_UNITS)}, "
            f"{', '.join(COUNT_UNITS)}"
        )
    elif column.role == "feature_error" and not column.error_of:
        wrong = "an error must name its column in error_of"
    if wrong:
        raise CatalogError(wrong, f"{where}, column {column.name}", "Correct it.")


def _is_flux_unit(unit: str | None) -> bool:
    return (unit or "").strip().lower() in (*FLUX_UNITS, *COUNT_UNITS)


def _column_from_toml(entry: dict[str, Any]) -> Column:
    """Return a column from its table, codes as tuples of floats."""
    codes = {
        key: tuple(map(float, entry.get(key, ())))
        for key in ("sentinels", "nondetections")
    }
    return Column(**(entry | codes))


def _toml_value(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(repr(float(v)) for v in value) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", text) + '"'


class MappingStore:
    """Mappings on disk, each found again by the set of column names.

    Parameters
    ----------
    folder : Path
        Made when the first mapping is saved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, names: Sequence[str]) -> Mapping | None:
        """Return the mapping saved for exactly these columns, in any order."""
        path = self._path(names)
        if not path.is_file():
            return None
        mapping = Mapping.from_toml(path.read_text("utf-8"), path.name)
        return mapping.fitted_to(names)

    def save(self, mapping: Mapping) -> Path:
        """Save a mapping, replacing an older one for the same columns."""
        path = self._path([c.name for c in mapping.columns])
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, mapping.checked().to_toml().encode("utf-8"))
        return path

    def _path(self, names: Sequence[str]) -> Path:
        digest = hashlib.sha256("\x00".join(sorted(names)).encode()).hexdigest()
        return self.folder / f"{digest[:16]}.toml"
