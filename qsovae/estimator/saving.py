"""A trained model as files: JSON and safetensors, never pickle.

Within estimator: beside inferring, below classifier.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from qsovae.batch import Scaler
from qsovae.errors import RunError
from qsovae.model import Network, NetworkConfig

SAVED_FILES = ("config.json", "scaler.json", "weights.safetensors")


class SavedModel(NamedTuple):
    """What is kept of a trained model.

    ``settings`` holds the estimator's parameters, ``random_state``, ``feature_names``
    and ``n_iter``, ready for JSON.
    """

    settings: dict[str, Any]
    classes: NDArray[Any]
    class_prior: NDArray[np.float64]
    scaler: Scaler
    network: Network


def write_model(folder: Path, model: SavedModel) -> None:
    """Write ``SAVED_FILES`` to a folder, made if absent."""
    folder.mkdir(parents=True, exist_ok=True)
    config = model.settings | {
        "network": model.network.config.to_json(),
        "classes": model.classes.tolist(),
        "classes_dtype": model.classes.dtype.str,
        "class_prior": model.class_prior.tolist(),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    (folder / "scaler.json").write_text(json.dumps(model.scaler.to_json()))
    weights = folder / "weights.safetensors"
    save_file(model.network.state_dict(), weights)
    weights.chmod(0o644)  # safetensors keeps it to the owner; a run is for sharing


@contextmanager
def saved_files(folder: Path) -> Iterator[None]:
    """Read a saved model in here: what its files lack ends in one sentence.

    Raises
    ------
    RunError
        If a file is missing or damaged, or the files do not belong together.
    """
    missing = [f for f in SAVED_FILES if not (folder / f).is_file()]
    if missing:
        raise RunError(
            f"there is no {', '.join(missing)}",
            str(folder),
            f"A saved model holds {', '.join(SAVED_FILES)}: restore the files.",
        )
    try:
        yield
    except (
        KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError,
    ) as error:  # fmt: skip
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise RunError(
            f"the saved model cannot be read: {reason}",
            str(folder),
            "Restore the folder from a copy, or train again.",
        ) from None


def read_model(folder: Path) -> SavedModel:
    """Return the model that ``write_model`` wrote, its network ready for inference."""
    config = json.loads((folder / "config.json").read_text())
    network = Network(NetworkConfig.from_json(config.pop("network")))
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    model = SavedModel(
        settings=config,
        classes=np.array(config["classes"], dtype=np.dtype(config["classes_dtype"])),
        class_prior=np.array(config["class_prior"]),
        scaler=Scaler.from_json(json.loads((folder / "scaler.json").read_text())),
        network=network.eval(),
    )
    _refuse_strangers(model)
    return model


def _refuse_strangers(model: SavedModel) -> None:
    """Raise ValueError if the files do not belong together."""
    config, scaler = model.network.config, model.scaler
    sizes = {
        "classes": (len(model.classes), config.n_classes),
        "class_prior": (len(model.class_prior), config.n_classes),
        "scaler": (scaler.centre.size, config.n_features),
        "scaler's width": (scaler.width.size, config.n_features),
        "scaler's typical_sigma": (scaler.typical_sigma.size, config.n_features),
        "feature_names": (
            len(model.settings["feature_names"] or range(config.n_features)),
            config.n_features,
        ),
    }
    for name, (found, expected) in sizes.items():
        if found != expected:
            raise ValueError(f"the {name} has {found} entries, the weights {expected}")
    numbers = [scaler.centre, scaler.width, scaler.typical_sigma, model.class_prior]
    numbers += [w.numpy() for w in model.network.state_dict().values()]
    if not all(np.isfinite(n).all() for n in numbers) or not (scaler.width > 0).all():
        raise ValueError("a weight or a statistic is not a number, or a width is zero")
