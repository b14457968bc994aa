"""A catalog gathered in portions is the catalog as a whole."""

import errno
import os

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae import CatalogError, ConfigError, TrainRequest
from qsovae.catalog import portions as portions_module
from qsovae.scratch import room_for
from qsovae.workflow.gathering import gather

SUFFIXES = (".parquet", ".fits", ".csv")


@pytest.fixture
def in_portions(monkeypatch):
    """Make catalogs go by in portions of 250 rows."""
    monkeypatch.setattr(portions_module, "ROWS_A_PORTION", 250)


@pytest.fixture
def on_disk(monkeypatch):
    """Let no array stay in memory."""
    monkeypatch.setattr("qsovae.scratch._MOST_IN_MEMORY", 0)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_portions_give_what_the_whole_catalog_gives(
    simulated, tmp_path, in_portions, on_disk, monkeypatch, suffix
):
    monkeypatch.setattr("qsovae.tables.portions.WHOLE_CSV_BYTES", 0)
    path = tmp_path / f"rows{suffix}"
    frame = qsovae.read_table(simulated).frame
    # A row twice, in portions far apart.
    frame.loc[1100] = frame.loc[3]
    qsovae.write_table(frame, path)
    found = gather(TrainRequest(path, "class_true", "r"), tmp_path)
    whole = qsovae.open_catalog(path)
    table = qsovae.build_features(whole, qsovae.default_features(whole))
    assert found.table.features == table.features
    assert isinstance(found.table.values, np.memmap)
    np.testing.assert_array_equal(found.table.values, table.values.astype(np.float32))
    np.testing.assert_array_equal(found.table.sigma, table.sigma.astype(np.float32))
    labels = whole.labels("class_true")
    assert found.labels.classes == labels.classes
    assert found.labels.class_label.tolist() == labels.class_label.tolist()
    assert found.facts.object_id.tolist() == whole.object_id.tolist()
    assert found.facts.quality.tolist() == qsovae.row_flags(whole).tolist()
    assert found.facts.quality[[3, 1100]].all()
    assert found.facts.morphology.tolist() == whole.morphology.tolist()
    assert (found.name, found.sha256) == (whole.name, whole.sha256)
    assert found.mapping.to_toml() == whole.mapping.to_toml()
    # Nothing is left beside the catalog.
    assert list(tmp_path.iterdir()) == [path]


def test_rows_without_ids_are_numbered_through(tmp_path, in_portions):
    rng = np.random.default_rng(0)
    path = tmp_path / "plain.parquet"
    qsovae.write_table(
        pd.DataFrame({"g_mag_ab": rng.normal(20, 1, 600),
                      "r_mag_ab": rng.normal(19, 1, 600),
                      "class": np.arange(600) % 2}), path,
    )  # fmt: skip
    found = gather(TrainRequest(path, "class", "r"), tmp_path)
    assert found.facts.object_id.tolist() == list(range(600))
    assert found.labels.classes == ("0", "1")
    assert found.table.sigma is None


def test_a_run_of_mapped_files_is_that_of_memory(
    simulated, tmp_path, in_portions, monkeypatch
):
    manifests, rows = [], []
    for name, limit in (("memory", 1 << 30), ("files", 0)):
        monkeypatch.setattr("qsovae.scratch._MOST_IN_MEMORY", limit)
        qsovae.train_run(
            TrainRequest(simulated, "class_true", name, epochs=3, with_map=False),
            tmp_path,
        )
        run = qsovae.open_run(name, tmp_path)
        manifests.append(run.manifest["scores"])
        rows.append(run.rows())
    assert manifests[0] == manifests[1]
    pd.testing.assert_frame_equal(*rows)


def test_reading_tells_how_far_it_is_and_stops_when_asked(
    simulated, tmp_path, in_portions
):
    told = []

    def ask():
        return len(told) > 8

    with pytest.raises(ConfigError, match="stopped"):
        gather(TrainRequest(simulated, "class_true", "r"), tmp_path, told.append, ask)
    shares = [entry["fraction"] for entry in told]
    assert shares == sorted(shares)
    assert 0.5 < shares[-1] < 1.0
    assert "features" in told[-1]["message"]


def test_a_label_that_is_not_there_is_refused_before_anything_is_read(
    simulated, tmp_path
):
    with pytest.raises(CatalogError, match="flavour"):
        gather(TrainRequest(simulated, "flavour", "r"), tmp_path)


def test_a_full_disk_is_told_in_words(tmp_path, on_disk, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(CatalogError, match=r"no room for 0.0 GiB .*No space left"):
        room_for((10, 2), tmp_path)


def test_room_is_memory_until_it_is_large(tmp_path, monkeypatch):
    monkeypatch.setattr("qsovae.scratch._MOST_IN_MEMORY", 80)
    for rows, kind in ((10, np.ndarray), (11, np.memmap)):
        room = room_for((rows, 2), tmp_path)
        assert type(room) is kind
        assert room.shape == (rows, 2)
        assert not room.any()
        room[:] = 1.0
        assert room.sum() == 2 * rows
