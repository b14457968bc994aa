"""How many threads are worth starting.

Layer: lowest. NumPy, Arrow and torch let go of the interpreter's lock in most of
what takes long, so that threads share the work.
"""

import os


def n_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
