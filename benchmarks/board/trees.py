"""The tree methods: how each is built, stopped early, and searched."""

from typing import Any

import numpy as np

from board.search import MOST_ROUNDS, PATIENCE, Forest, Inner, Settings, Tree


def _xgboost(settings: Settings, seed: int) -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(**settings, n_jobs=1, random_state=seed)


def _stop_xgboost(forest: Forest, inner: Inner) -> int:
    forest.estimator.set_params(
        n_estimators=MOST_ROUNDS, early_stopping_rounds=PATIENCE
    )
    judge = [(forest.seen(inner.X_judge), inner.y_judge)]
    forest.fit(inner.X, inner.y, eval_set=judge, verbose=False)
    return int(forest.estimator.best_iteration) + 1


def _lightgbm(settings: Settings, seed: int) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        **settings, n_jobs=1, random_state=seed, deterministic=True, verbosity=-1
    )


def _stop_lightgbm(forest: Forest, inner: Inner) -> int:
    from lightgbm import early_stopping

    forest.estimator.set_params(n_estimators=MOST_ROUNDS)
    judge = [(forest.seen(inner.X_judge), inner.y_judge)]
    stopping = early_stopping(PATIENCE, verbose=False)
    forest.fit(inner.X, inner.y, eval_set=judge, callbacks=[stopping])
    return int(forest.estimator.best_iteration_)


def _boosting(settings: Settings, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    options = {"early_stopping": False} | settings
    return HistGradientBoostingClassifier(**options, random_state=seed)


def _stop_boosting(forest: Forest, inner: Inner) -> int:
    forest.estimator.set_params(
        max_iter=MOST_ROUNDS, early_stopping=True, n_iter_no_change=PATIENCE
    )
    judge = {"X_val": forest.seen(inner.X_judge), "y_val": inner.y_judge}
    forest.fit(inner.X, inner.y, **judge)
    # The first score is that of no round at all.
    best = max(int(np.argmax(forest.estimator.validation_score_)), 1)
    forest.estimator.set_params(max_iter=best, early_stopping=False)
    forest.fit(inner.X, inner.y)
    return best


def _random_forest(settings: Settings, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(**settings, n_jobs=1, random_state=seed)


def _extra_trees(settings: Settings, seed: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(**settings, n_jobs=1, random_state=seed)


_FOREST: dict[str, Any] = {
    "library": "scikit-learn",
    "default": {"n_estimators": 300},
    "space": {
        "min_samples_leaf": [1, 2, 3, 5, 10], "max_features": ["sqrt", 0.5, 0.75, 1.0],
        "criterion": ["gini", "entropy"],
    },
    "few": {"n_estimators": 300},
}  # fmt: skip
TREES: dict[str, Tree] = {
    "XGBoost": Tree(
        "xgboost-cpu", _xgboost, default={},
        space={
            "max_depth": [3, 4, 5, 6, 8, 10], "learning_rate": (0.03, 0.3),
            "min_child_weight": [1, 2, 5, 10], "subsample": [0.6, 0.8, 1.0],
            "colsample_bytree": [0.6, 0.8, 1.0], "reg_lambda": (0.3, 10.0),
        },
        few={"max_depth": 3, "learning_rate": 0.05},
        stop=_stop_xgboost,
    ),
    "LightGBM": Tree(
        "lightgbm", _lightgbm, default={},
        space={
            "num_leaves": [7, 15, 31, 63], "learning_rate": (0.03, 0.3),
            "min_child_samples": [5, 10, 20, 50], "subsample": [0.6, 0.8, 1.0],
            "subsample_freq": [1], "colsample_bytree": [0.6, 0.8, 1.0],
            "reg_lambda": (0.3, 10.0),
        },
        few={"num_leaves": 7, "min_child_samples": 3, "learning_rate": 0.05},
        stop=_stop_lightgbm,
    ),
    "random forest": Tree(build=_random_forest, **_FOREST),
    "extra trees": Tree(build=_extra_trees, **_FOREST),
    "HistGradientBoosting": Tree(
        "scikit-learn", _boosting, default={},
        space={
            "max_leaf_nodes": [7, 15, 31, 63], "learning_rate": (0.03, 0.3),
            "min_samples_leaf": [5, 10, 20, 50], "l2_regularization": (0.01, 10.0),
            "max_features": [0.6, 0.8, 1.0],
        },
        few={"max_leaf_nodes": 7, "min_samples_leaf": 3, "learning_rate": 0.05},
        stop=_stop_boosting, rounds="max_iter",
    ),
}  # fmt: skip
