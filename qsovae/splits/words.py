"""What a split's rule says, in words.

Within splits: lowest.
"""

from collections.abc import Mapping
from typing import Any


def split_words(rule: Mapping[str, Any]) -> str:
    """Return how rows were held out, to follow "held out".

    Parameters
    ----------
    rule : mapping
        As of ``Split``, or under ``split`` in a run's manifest and a report.
    """
    share, seed = rule.get("test_fraction"), rule.get("seed", "-")
    part = "" if share is None else f"{share:.0%} of "
    kind = rule.get("kind", "stratified")
    if kind == "sky":
        words = (
            f"in whole cells of the sky ({part}the rows, HEALPix NSIDE "
            f"{rule['nside']}, {rule['cell_deg2']:.3g} deg² each, seed {seed})"
        )
    elif kind == "bright-to-faint":
        words = (
            f"from bright to faint ({part}the rows are fainter in {rule['band']} than "
            "all that trained)"
        )
    elif kind == "column" and rule["values"]:
        words = f"by column {rule['column']}: {', '.join(rule['values'])}"
    elif kind == "column":
        words = (
            f"by whole values of column {rule['column']} ({part}the rows, seed {seed})"
        )
    else:
        words = f"at random ({part}each class, seed {seed})"
    fold = f", fold {rule['fold']} of {rule['folds']}" if "fold" in rule else ""
    return words + fold
