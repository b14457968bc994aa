"""qsovae: from raw survey catalogs to a vetted quasar sample.

Each public name loads its module when first used, so that importing the package, and
asking the command line for help, need not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qsovae.bands import (
        BAND_ROLES,
        BANDS,
        COMBINED_SURVEYS,
        MORPHOLOGIES,
        QUALITY_DESCRIPTIONS,
        Band,
        Quality,
        SurveyDefinition,
    )
    from qsovae.baseline import (
        fit_baseline,
    )
    from qsovae.catalog import (
        Catalog,
        Labels,
        open_catalog,
        with_morphology,
    )
    from qsovae.checks import (
        CheckReport,
        Finding,
        check_catalog,
        check_page,
        write_check_page,
    )
    from qsovae.columns import (
        ROLES,
        SYSTEMS,
        Column,
        Mapping,
        MappingStore,
    )
    from qsovae.combine import (
        MATCH_KINDS,
        CombineRequest,
        combine_surveys,
    )
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
    from qsovae.estimator import (
        Inference,
        VAEClassifier,
    )
    from qsovae.evaluation import (
        ClassScores,
        Scores,
        confusion_table,
        score_by_morphology,
        score_predictions,
        scores_table,
    )
    from qsovae.features import (
        Feature,
        FeatureTable,
        build_features,
        default_features,
        missing_sources,
        parse_features,
    )
    from qsovae.inference import (
        probability_matrix,
        score_rows,
    )
    from qsovae.projection import (
        MapProgress,
        MapResult,
        Projector,
        fit_map,
        inside_outline,
        inside_outline_mask,
    )
    from qsovae.recognition import (
        recognise_columns,
    )
    from qsovae.runs import (
        Run,
        RunListing,
        list_runs,
        open_run,
        runs_folder,
    )
    from qsovae.simulation import (
        SIM_VERSION,
        simulate,
        simulate_separately,
        write_separately,
        write_simulation,
    )
    from qsovae.splits import (
        PARTS,
        Split,
        row_fingerprints,
        stratified_split,
        with_validation,
    )
    from qsovae.tables import (
        READABLE_SUFFIXES,
        WRITABLE_SUFFIXES,
        RawTable,
        file_sha256,
        read_table,
        table_bytes,
        write_table,
    )
    from qsovae.training import (
        EpochReport,
        LossTerms,
    )
    from qsovae.workflow import (
        TrainRequest,
        evaluate_run,
        make_map,
        project_catalog,
        test_rows,
        train_run,
    )

_HOMES = {
    "BANDS": "bands",
    "BAND_ROLES": "bands",
    "COMBINED_SURVEYS": "bands",
    "MATCH_KINDS": "combine",
    "MORPHOLOGIES": "bands",
    "PARTS": "splits",
    "QUALITY_DESCRIPTIONS": "bands",
    "READABLE_SUFFIXES": "tables",
    "ROLES": "columns",
    "SIM_VERSION": "simulation",
    "SYSTEMS": "columns",
    "WRITABLE_SUFFIXES": "tables",
    "Band": "bands",
    "Catalog": "catalog",
    "CatalogError": "errors",
    "CheckReport": "checks",
    "ClassScores": "evaluation",
    "Column": "columns",
    "CombineRequest": "combine",
    "ConfigError": "errors",
    "EpochReport": "training",
    "Feature": "features",
    "FeatureTable": "features",
    "Finding": "checks",
    "Inference": "estimator",
    "InputError": "errors",
    "Labels": "catalog",
    "LossTerms": "training",
    "ManifestMismatchError": "errors",
    "MapProgress": "projection",
    "MapResult": "projection",
    "Mapping": "columns",
    "MappingStore": "columns",
    "Projector": "projection",
    "QsovaeError": "errors",
    "Quality": "bands",
    "RawTable": "tables",
    "Run": "runs",
    "RunError": "errors",
    "RunIncompleteError": "errors",
    "RunListing": "runs",
    "Scores": "evaluation",
    "ShapeError": "errors",
    "Split": "splits",
    "SurveyDefinition": "bands",
    "TrainRequest": "workflow",
    "TrainingDivergedError": "errors",
    "VAEClassifier": "estimator",
    "build_features": "features",
    "check_catalog": "checks",
    "check_page": "checks",
    "combine_surveys": "combine",
    "confusion_table": "evaluation",
    "default_features": "features",
    "evaluate_run": "workflow",
    "file_sha256": "tables",
    "fit_baseline": "baseline",
    "fit_map": "projection",
    "inside_outline": "projection",
    "inside_outline_mask": "projection",
    "list_runs": "runs",
    "make_map": "workflow",
    "missing_sources": "features",
    "open_catalog": "catalog",
    "open_run": "runs",
    "parse_features": "features",
    "probability_matrix": "inference",
    "project_catalog": "workflow",
    "read_table": "tables",
    "recognise_columns": "recognition",
    "row_fingerprints": "splits",
    "runs_folder": "runs",
    "score_by_morphology": "evaluation",
    "score_predictions": "evaluation",
    "score_rows": "inference",
    "scores_table": "evaluation",
    "simulate": "simulation",
    "simulate_separately": "simulation",
    "stratified_split": "splits",
    "table_bytes": "tables",
    "test_rows": "workflow",
    "train_run": "workflow",
    "with_morphology": "catalog",
    "with_validation": "splits",
    "write_check_page": "checks",
    "write_separately": "simulation",
    "write_simulation": "simulation",
    "write_table": "tables",
}

__all__ = [
    "BANDS",
    "BAND_ROLES",
    "COMBINED_SURVEYS",
    "MATCH_KINDS",
    "MORPHOLOGIES",
    "PARTS",
    "QUALITY_DESCRIPTIONS",
    "READABLE_SUFFIXES",
    "ROLES",
    "SIM_VERSION",
    "SYSTEMS",
    "WRITABLE_SUFFIXES",
    "Band",
    "Catalog",
    "CatalogError",
    "CheckReport",
    "ClassScores",
    "Column",
    "CombineRequest",
    "ConfigError",
    "EpochReport",
    "Feature",
    "FeatureTable",
    "Finding",
    "Inference",
    "InputError",
    "Labels",
    "LossTerms",
    "ManifestMismatchError",
    "MapProgress",
    "MapResult",
    "Mapping",
    "MappingStore",
    "Projector",
    "QsovaeError",
    "Quality",
    "RawTable",
    "Run",
    "RunError",
    "RunIncompleteError",
    "RunListing",
    "Scores",
    "ShapeError",
    "Split",
    "SurveyDefinition",
    "TrainRequest",
    "TrainingDivergedError",
    "VAEClassifier",
    "build_features",
    "check_catalog",
    "check_page",
    "combine_surveys",
    "confusion_table",
    "default_features",
    "evaluate_run",
    "file_sha256",
    "fit_baseline",
    "fit_map",
    "inside_outline",
    "inside_outline_mask",
    "list_runs",
    "make_map",
    "missing_sources",
    "open_catalog",
    "open_run",
    "parse_features",
    "probability_matrix",
    "project_catalog",
    "read_table",
    "recognise_columns",
    "row_fingerprints",
    "runs_folder",
    "score_by_morphology",
    "score_predictions",
    "score_rows",
    "scores_table",
    "simulate",
    "simulate_separately",
    "stratified_split",
    "table_bytes",
    "test_rows",
    "train_run",
    "with_morphology",
    "with_validation",
    "write_check_page",
    "write_separately",
    "write_simulation",
    "write_table",
]


def __getattr__(name: str) -> Any:
    """Return a public name from the module that it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module 'qsovae' has no attribute {name!r}")
    return getattr(import_module(f"qsovae.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
