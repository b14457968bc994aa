"""What columns of a run's projections are called where they colour a map."""

from __future__ import annotations

import re

_NAMED = {
    "map_stability": "Stability of the map, share recurring",
    "map_kept": "Latent neighbours kept on the map",
}
_METHODS = {
    "pca": "Principal component", "umap3d": "UMAP in space", "densmap": "densMAP",
    "densmap3d": "densMAP in space",
}  # fmt: skip
_COORDINATE = re.compile(r"(.+)_([1-3])")


def projected_words(name: str) -> str | None:
    """Return what a column is called, None of one that is no projection's."""
    found = _COORDINATE.fullmatch(name)
    if found is not None and found[1] in _METHODS:
        return f"{_METHODS[found[1]]} {found[2]}"
    return _NAMED.get(name)
