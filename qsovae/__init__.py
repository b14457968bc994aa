"""qsovae: from raw survey catalogs to a vetted quasar sample."""

from qsovae.baseline import fit_baseline
from qsovae.errors import (
    CatalogError,
    ConfigError,
    InputError,
    ManifestMismatchError,
    QsovaeError,
    RunError,
    RunIncompleteError,
    ShapeError,
    TrainingDivergedError,
)
from qsovae.estimator import Inference, VAEClassifier
from qsovae.evaluation import (
    ClassScores,
    Scores,
    confusion_table,
    score_by_morphology,
    score_predictions,
    scores_table,
)
from qsovae.projection import (
    MapProgress,
    MapResult,
    Projector,
    fit_map,
    inside_outline,
    inside_outline_mask,
)
from qsovae.splits import (
    PARTS,
    Split,
    row_fingerprints,
    stratified_split,
    with_validation,
)

__all__ = [
    "PARTS",
    "CatalogError",
    "ClassScores",
    "ConfigError",
    "Inference",
    "InputError",
    "ManifestMismatchError",
    "MapProgress",
    "MapResult",
    "Projector",
    "QsovaeError",
    "RunError",
    "RunIncompleteError",
    "Scores",
    "ShapeError",
    "Split",
    "TrainingDivergedError",
    "VAEClassifier",
    "confusion_table",
    "fit_baseline",
    "fit_map",
    "inside_outline",
    "inside_outline_mask",
    "row_fingerprints",
    "score_by_morphology",
    "score_predictions",
    "scores_table",
    "stratified_split",
    "with_validation",
]
