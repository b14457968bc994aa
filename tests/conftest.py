"""What all tests share: hypothesis without deadlines, few threads, real catalogs."""

import os
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import settings

import qsovae

settings.register_profile("qsovae", deadline=None, max_examples=50)
settings.load_profile("qsovae")
torch.set_num_threads(1)
# The trainings that tests start, too: two at once that each want both cores wait for
# each other in busy loops, and take ten times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data():
    """Return the folder of real catalogs; a checkout without it skips and says so."""
    if not SHARED_DATA.is_dir():
        reason = "the real catalogs are not beside this checkout (../shared/data)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED_DATA


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    """Return a small simulated catalog on disk."""
    path = tmp_path_factory.mktemp("catalogs") / "sim.fits"
    qsovae.write_simulation(path, 1200, 7)
    return path


@pytest.fixture(scope="session")
def runs(tmp_path_factory, simulated):
    """Return a folder with one finished run, `tiny`, trained for a few epochs."""
    folder = tmp_path_factory.mktemp("runs")
    request = qsovae.TrainRequest(simulated, "class_true", "tiny", epochs=8)
    qsovae.train_run(request, folder)
    return folder


@pytest.fixture(scope="session")
def colour_runs(tmp_path_factory, simulated):
    """Return a folder with the run `colours`, whose features decide no magnitude."""
    folder = tmp_path_factory.mktemp("colour_runs")
    request = qsovae.TrainRequest(
        simulated, "class_true", "colours", features=("g-r", "r-i"), epochs=2,
        with_map=False,
    )  # fmt: skip
    qsovae.train_run(request, folder)
    return folder


@pytest.fixture(scope="session")
def stilts():
    """Return the program; without it its tests are skipped, but never under CI."""
    found = shutil.which("stilts")
    if found is None:
        reason = "no STILTS on this machine: `apt install stilts` to run these"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def pytest_collection_modifyitems(items):
    """Put what takes longest first: two processes then end at about the same time."""
    long = {"browser", "end_to_end"}
    items.sort(key=lambda item: long.isdisjoint(item.path.parts))
