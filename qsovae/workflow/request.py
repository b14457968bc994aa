"""What to train.

Within workflow: lowest.
"""

from dataclasses import dataclass, field
from pathlib import Path

from qsovae.columns import Mapping
from qsovae.splits import SplitPlan, parse_split


@dataclass(frozen=True)
class TrainRequest:
    """What to train.

    Attributes
    ----------
    catalog : Path or str
    label : str
        Column with the classes.
    run : str
        Name of the run.
    mapping : Mapping, optional
        What the columns are; recognised by default.
    features : tuple of str, optional
        ``g-r``, ``i`` or column names; ``default_features`` by default.
    epochs, n_latent : int
        As of ``VAEClassifier``.
    test_fraction : float
        Share of the labelled rows held out for the scores.
    seed : int
        Of the split, the network, the baseline and the map.
    overwrite : bool
        Whether a finished run of that name may be replaced.
    with_map : bool
        Whether to make the latent map as well.
    split : SplitPlan or str
        Which rows are held out: the same share of each class at random by default; as
        text see ``parse_split``.
    """

    catalog: Path
    label: str
    run: str
    mapping: Mapping | None = None
    features: tuple[str, ...] | None = None
    epochs: int | None = None
    n_latent: int = 8
    test_fraction: float = 0.3
    seed: int = 0
    overwrite: bool = False
    with_map: bool = True
    split: SplitPlan = field(default_factory=SplitPlan)

    def __post_init__(self) -> None:
        """Take text for a path and for a split."""
        object.__setattr__(self, "catalog", Path(self.catalog))
        if isinstance(self.split, str):
            object.__setattr__(self, "split", parse_split(self.split))
