"""What tests of the library share: the run `tiny`, its rows and its catalog."""

import pytest

import qsovae


@pytest.fixture(scope="module")
def run(runs):
    """Return the run `tiny`."""
    return qsovae.open_run("tiny", runs)


@pytest.fixture(scope="module")
def rows(run):
    """Return its rows."""
    return qsovae.run_table(run)


@pytest.fixture(scope="module")
def catalog(run):
    """Return its catalog."""
    return qsovae.run_catalog(run)
