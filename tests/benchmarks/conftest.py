"""What tests of the benchmarks share."""

import importlib
from pathlib import Path

import pytest

import qsovae


@pytest.fixture
def module(monkeypatch):
    """Return a function that imports a file of the benchmarks."""
    folder = Path(qsovae.__file__).resolve().parents[1] / "benchmarks"
    monkeypatch.syspath_prepend(folder)
    return importlib.import_module
