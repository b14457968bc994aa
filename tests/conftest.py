"""What all tests share: hypothesis without deadlines, few threads, real catalogs."""

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
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
def odd_catalog(tmp_path_factory):
    """Return a simulated catalog with columns that nobody would wish for."""
    folder = tmp_path_factory.mktemp("odd_catalog")
    qsovae.write_simulation(folder / "simulated.fits", 600, 7)
    frame = qsovae.read_table(folder / "simulated.fits").frame.copy()
    n_rows, rng = len(frame), np.random.default_rng(1)
    numbers = np.arange(n_rows)
    image, script = "<img src=x onerror=alert(1)>", "<script>alert(1)</script>"
    frame["object_id"] = [
        f'it\'s "{k}" `<b>` \\n' if k % 2 == 0 else f"{image} *{k}*" for k in numbers
    ]
    frame["kind"] = frame["class_true"].replace({"GALAXY": "<i>GALAXY</i> $x$ **b**"})
    frame["constant"] = 1.5
    frame["nothing"] = pd.Series([None] * n_rows, dtype="string")
    frame["nan"] = np.nan
    frame["many"] = [f"c{k}" for k in numbers]
    texts = [script, image, "**b** [x](http://a) :smile:", "$x$", ""]
    frame["markup"] = rng.choice(texts, n_rows)
    frame[image] = frame["a `b`"] = rng.normal(size=n_rows)
    frame["infinite"] = np.where(numbers % 3, np.inf, -np.inf)
    frame["some_infinite"] = np.where(numbers % 9, rng.normal(size=n_rows), np.inf)
    frame["huge"] = rng.normal(size=n_rows) * 1e300
    frame["tiny_spread"] = rng.normal(size=n_rows) * 1e-6
    frame["truth"] = rng.random(n_rows) < 0.5
    frame["never"] = pd.NaT
    frame["when"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(numbers, "D")
    frame.loc[::4, "ra_deg"], frame.loc[1::7, "dec_deg"] = np.nan, np.inf
    path = folder / "odd.parquet"
    frame.to_parquet(path)
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
    """Put what takes longest first: processes then end at about the same time."""
    long = {"browser", "end_to_end"}
    items.sort(key=lambda item: long.isdisjoint(item.path.parts))
