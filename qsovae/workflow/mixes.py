"""The class mix that a sample is judged at, and the class that it is of.

Within workflow: lowest.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from qsovae.errors import ConfigError
from qsovae.evaluation import DEFAULT_LIMIT, is_quasar, sky_mix

SKY = "sky"
TEST = "test"


class Mix(NamedTuple):
    """A class mix to judge a sample at: what it is called, shares, sources per deg2.

    Without shares it is that of the rows; the sky's is that down to a magnitude in r.
    """

    kind: str
    shares: Mapping[str, float] | None
    per_deg2: float | None
    r_limit: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the mix as values that JSON knows."""
        shares = None if self.shares is None else dict(self.shares)
        return self._asdict() | {"shares": shares}


def mix_of(prior: Mapping[str, float] | str | None, classes: tuple[str, ...]) -> Mix:
    """Return the mix that a prior means.

    Parameters
    ----------
    prior : mapping or str, optional
        Shares; ``sky``, down to r = 22, or ``sky:21.5``; None for the test rows' own.
    classes : tuple of str

    Raises
    ------
    ConfigError
        If the sky's counts do not know the classes or the limit, or the prior is
        another word.
    """
    if prior is None:
        return Mix(TEST, None, None)
    if isinstance(prior, Mapping):
        return Mix("stated", prior, None)
    word, _, limit = prior.partition(":")
    if word != SKY or (limit and not _is_number(limit)):
        raise ConfigError(
            f"the prior is {prior!r}", "prior",
            'State shares like QSO=0.02,STAR=0.98, or use "sky" or "sky:21.5".',
        )  # fmt: skip
    r_limit = float(limit) if limit else DEFAULT_LIMIT
    found = sky_mix(classes, r_limit)
    return Mix(SKY, found.shares, found.per_deg2, r_limit)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def sought_class(classes: tuple[str, ...], asked: str | None = None) -> str:
    """Return the class that a sample is sought of: the quasars, else the first.

    Raises
    ------
    ConfigError
        If a class was asked for that is none of these.
    """
    if asked is not None and asked not in classes:
        raise ConfigError(
            f"there is no class {asked}", "class", f"Use one of {', '.join(classes)}."
        )
    quasars = [name for name in classes if is_quasar(name)]
    return asked or (quasars or list(classes))[0]
