"""Tables written in portions: the same bytes as at once, and never half a file."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae import CatalogError
from qsovae.tables import TableWriter, table_bytes

N = 900
SAID = {
    "units": {"mag": "mag"}, "ucds": {"mag": "phot.mag"},
    "descriptions": {"mag": "a magnitude", "name": "a name"},
    "meta": {"is_sim": True, "a_longer_name": 3},
}  # fmt: skip


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "object_id": 2**62 + np.arange(N),
            "unsigned": np.uint64(2**63) + np.arange(N, dtype=np.uint64),
            "mag": rng.normal(20, 1, N).astype(np.float32),
            "ra_deg": rng.uniform(0, 360, N),
            "cell": rng.integers(-5, 5, N).astype(np.int16),
            "known": rng.random(N) < 0.5,
            "name": [f"é{k}" * (k % 7) for k in range(N)],
            "status": rng.choice(["ok", "unobserved"], N).astype(object),
            "maybe": pd.array([None, 7, 9] * (N // 3), dtype="Int32"),
        }
    )


def written(path, frame, cuts):
    widths = {"name": frame["name"].str.encode("utf-8").str.len().max(), "status": 10}
    with TableWriter(path, len(frame), text_widths=widths, **SAID) as writer:
        for start, stop in zip([0, *cuts], [*cuts, len(frame)], strict=True):
            writer.append(frame[start:stop])


@pytest.mark.parametrize("cuts", [(), (1,), (400, 401, 800)])
@pytest.mark.parametrize("suffix", [".fits", ".csv", ".vot", ".ecsv"])
def test_portions_give_the_bytes_of_the_whole(tmp_path, frame, suffix, cuts):
    path = tmp_path / f"table{suffix}"
    frame["mag"] = frame["mag"].where(frame.index % 5 > 0)
    written(path, frame, cuts)
    assert path.read_bytes() == table_bytes(frame, suffix, **SAID)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_parquet_in_portions_holds_the_same_table(tmp_path, frame):
    written(tmp_path / "table.parquet", frame, (400, 800))
    (tmp_path / "whole.parquet").write_bytes(table_bytes(frame, ".parquet", **SAID))
    one, other = (qsovae.read_table(tmp_path / f"{n}.parquet")
                  for n in ("table", "whole"))  # fmt: skip
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.units == other.units == {"mag": "mag"}
    assert one.meta == other.meta


@pytest.mark.parametrize("suffix", [".fits", ".parquet", ".csv"])
def test_an_error_in_the_midst_leaves_the_old_file_alone(tmp_path, frame, suffix):
    path = tmp_path / f"table{suffix}"
    path.write_text("old")
    writer = TableWriter(path, N, text_widths={"name": 99, "status": 10}, **SAID)

    def cut_short():
        with writer:
            writer.append(frame[:100])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_short()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_rows_that_are_missing_or_too_wide_are_no_file(tmp_path, frame):
    path = tmp_path / "table.fits"
    with pytest.raises(ValueError, match="100 rows of 900"):
        append_all(TableWriter(path, N, text_widths={}, **SAID), frame[800:])
    with pytest.raises(CatalogError, match="name has text of"):
        append_all(TableWriter(path, N, text_widths={}, **SAID), frame[:1], frame[1:])
    with pytest.raises(CatalogError, match="maybe has nulls that its first rows"):
        append_all(
            TableWriter(path, N, text_widths={"name": 99, "status": 10}, **SAID),
            frame[1:3].astype({"maybe": "int32"}),
            frame[3:],
        )
    assert not path.exists()


def append_all(writer, *portions):
    with writer:
        for portion in portions:
            writer.append(portion)


def test_a_folder_that_is_not_there_is_said(tmp_path, frame):
    writer = TableWriter(tmp_path / "no" / "t.fits", N, text_widths={}, **SAID)
    with pytest.raises(CatalogError, match="cannot be written"), writer:
        writer.append(frame)
