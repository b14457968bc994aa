"""What to combine.

Within combine: lowest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from qsovae.bands import COMBINED_SURVEYS
from qsovae.crossmatch import LARGEST_RADIUS_ARCSEC
from qsovae.errors import ConfigError
from qsovae.tables import WRITABLE_SUFFIXES

PRIMARY = next(iter(COMBINED_SURVEYS))
MATCH_KINDS = ("best", "mutual")


@dataclass(frozen=True)
class CombineRequest:
    """What to combine.

    Attributes
    ----------
    files : mapping
        Files of each survey, one or several, by its key in ``COMBINED_SURVEYS``; the
        primary's are needed, any other survey may be absent.
    out : Path or str
        The combined catalog; its suffix names the format.
    radii_arcsec : mapping
        By survey, where it is not that of the definition.
    match : str
        ``best``: the nearest row within the radius. ``mutual``: only if it is in turn
        the nearest to it.
    ebv_column : str, optional
        Column of the primary with E(B-V) on the SFD scale; adds ``{band}_a_mag``.
    dust_map : Path or str, optional
        Dust map to take E(B-V) from instead: SFD's pair of images, by either or their
        folder, or a HEALPix map.
    with_motion : bool
        Whether positions are moved between epochs by Gaia's proper motions.
    """

    files: Mapping[str, tuple[Path, ...]]
    out: Path
    radii_arcsec: Mapping[str, float] = field(default_factory=dict)
    match: str = "best"
    ebv_column: str | None = None
    with_motion: bool = True
    dust_map: Path | None = None

    def __post_init__(self) -> None:
        """Take text for paths, and one path for a tuple of it."""
        set_field = partial(object.__setattr__, self)
        set_field("out", Path(self.out))
        set_field("files", {key: _paths(of) for key, of in self.files.items()})
        if self.dust_map is not None:
            set_field("dust_map", Path(self.dust_map))

    def checked(self) -> "CombineRequest":
        """Return itself.

        Raises
        ------
        ConfigError
            If a survey is unknown, the primary is missing, a file is given twice or as
            the output, E(B-V) is to come from two places, or a radius, the match or
            the suffix cannot be.
        """
        for key in (*self.files, *self.radii_arcsec):
            if key not in COMBINED_SURVEYS:
                raise ConfigError(
                    f"there is no survey {key!r}",
                    "combine",
                    f"Choose from {', '.join(COMBINED_SURVEYS)}.",
                )
        if not self.files.get(PRIMARY):
            raise ConfigError(
                f"no file of {COMBINED_SURVEYS[PRIMARY].title} was given",
                "combine",
                "It is the primary: the other surveys are matched to its rows.",
            )
        for key, radius in self.radii_arcsec.items():
            if not 0.0 < radius <= LARGEST_RADIUS_ARCSEC:
                raise ConfigError(
                    f"the match radius is {radius:g} arcsec",
                    f"combine, {key}",
                    f"Choose one above 0 and up to {LARGEST_RADIUS_ARCSEC:g}.",
                )
        if self.match not in MATCH_KINDS:
            raise ConfigError(
                f"match {self.match!r}",
                "combine",
                f"Choose from {', '.join(MATCH_KINDS)}.",
            )
        if self.out.suffix.lower() not in WRITABLE_SUFFIXES:
            raise ConfigError(
                f"tables cannot be written as {self.out.suffix or 'a bare name'}",
                str(self.out),
                f"End the name with one of {', '.join(WRITABLE_SUFFIXES)}.",
            )
        self._refuse_double()
        return self

    def _refuse_double(self) -> None:
        """Refuse E(B-V) from two places, a file given twice or to be overwritten."""
        if self.ebv_column is not None and self.dust_map is not None:
            raise ConfigError(
                f"E(B-V) is given as column {self.ebv_column} and as a dust map",
                "combine",
                "Choose one of the two.",
            )
        seen = {self.out.resolve(): "the output"}
        for key, paths in self.files.items():
            for path in paths:
                before = seen.setdefault(path.resolve(), key)
                if before != key or paths.count(path) > 1:
                    raise ConfigError(
                        f"the same file is given as {before} and {key}",
                        path.name,
                        "Give each file once.",
                    )

    def radius_arcsec(self, key: str) -> float:
        """Return the match radius of a survey."""
        return float(self.radii_arcsec.get(key, COMBINED_SURVEYS[key].radius_arcsec))


def _paths(given: Path | str | Iterable[Path | str]) -> tuple[Path, ...]:
    """Return one path or several as a tuple."""
    if isinstance(given, Path | str):
        return (Path(given),)
    return tuple(Path(path) for path in given)
