"""Class mixes as people state them.

Within class_mix: lowest.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import ConfigError

ESTIMATE = "estimate"
# Shares by class, or ``ESTIMATE``.
Prior = Mapping[Any, float] | str

# Shares written with few digits sum to one within this.
SUM_TOLERANCE = 0.01


def parse_prior(text: str) -> Prior:
    """Return the prior in a text: ``estimate``, or ``QSO=0.02,STAR=0.9,GALAXY=0.08``.

    Raises
    ------
    ConfigError
        If it is neither, or names a class twice.
    """
    if text.strip() == ESTIMATE:
        return ESTIMATE
    shares: dict[Any, float] = {}
    for part in text.split(","):
        name, _, share = (word.strip() for word in part.rpartition("="))
        try:
            number = float(share)
        except ValueError:
            raise ConfigError(
                f"{part.strip()!r} is no share of a class",
                "prior",
                f"Write QSO=0.02,STAR=0.98, or {ESTIMATE}.",
            ) from None
        if name in shares:
            raise ConfigError(
                f"the class {name!r} has two shares", "prior", "State one."
            )
        shares[name] = number
    return shares


def stated_shares(
    prior: Mapping[Any, float], classes: list[Any]
) -> NDArray[np.float64]:
    """Return the shares in the order of the classes, (n_classes,), with the sum one.

    Raises
    ------
    ConfigError
        If a class has no share or is unknown, or a share or their sum is out of range.
    """
    known = ", ".join(map(str, classes))
    unknown = [str(name) for name in prior if name not in classes]
    lacking = [str(name) for name in classes if name not in prior]
    if unknown or lacking:
        what = f"there is no class {', '.join(unknown)}" if unknown else (
            f"the share of {', '.join(lacking)} is not stated"
        )  # fmt: skip
        raise ConfigError(what, "prior", f"State a share for each of {known}.")
    shares = np.array([float(prior[name]) for name in classes])
    wrong = ~(np.isfinite(shares) & (shares > 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ConfigError(
            f"the share of {classes[first]} is {shares[first]:g}",
            "prior",
            "Use numbers above 0; a class that is all but absent may have 1e-6.",
        )
    total = shares.sum()
    if not np.isclose(total, 1.0, atol=SUM_TOLERANCE):
        raise ConfigError(
            f"the shares sum to {total:.4g}", "prior", "They must sum to 1."
        )
    return np.asarray(shares / total)
