"""Room for large arrays: memory, and beyond that files that nobody sees.

Layer: above errors.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import CatalogError

_MOST_IN_MEMORY = 1 << 28  # bytes of one array


def room_for(shape: tuple[int, int], folder: Path) -> NDArray[np.float32]:
    """Return an array of zeros; a large one is a file, mapped into memory.

    The file has no name and goes with the last use of the array, even if the process is
    killed.

    Parameters
    ----------
    shape : (n_rows, n_columns)
    folder : Path
        On the disk that has room for it.

    Raises
    ------
    CatalogError
        If the disk has not.
    """
    n_bytes = shape[0] * shape[1] * np.dtype(np.float32).itemsize
    if n_bytes <= _MOST_IN_MEMORY:
        return np.zeros(shape, dtype=np.float32)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            if hasattr(os, "posix_fallocate"):
                # Taken now: a disk that is full later would end the process.
                os.posix_fallocate(file.fileno(), 0, n_bytes)
            return np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
    except OSError as error:
        raise CatalogError(
            f"there is no room for {n_bytes / 2**30:.1f} GiB of features: "
            f"{error.strerror}",
            str(folder),
            "Free that much, or keep runs on another disk.",
        ) from None
