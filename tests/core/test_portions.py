"""Tables read in portions: the same rows as at once, and refused in the same words."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits

import qsovae
from qsovae import CatalogError
from qsovae.tables import TablePortions, portions

N = 25


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "source_id": 2**62 + np.arange(N),
            "mag": rng.normal(20, 1, N).astype(np.float32),
            "name": [f"star {k}" if k % 3 else "" for k in range(N)],
            "maybe": pd.array([None, *range(1, N)], dtype="Int32"),
            "known": rng.random(N) < 0.5,
        }
    )


@pytest.mark.parametrize("step", [1, 7, 25, 100])
@pytest.mark.parametrize("suffix", [".fits", ".parquet", ".csv", ".vot", ".ecsv"])
def test_portions_are_the_table_cut(tmp_path, frame, suffix, step):
    path = tmp_path / f"table{suffix}"
    qsovae.write_table(frame, path, units={"mag": "mag"}, meta={"is_sim": True})
    whole = qsovae.read_table(path)
    portions = TablePortions(path, step)
    assert (portions.n_rows, portions.sha256) == (N, whole.sha256)
    for _ in range(2):  # it may be gone through again
        parts = list(portions)
        assert [len(p.frame) for p in parts[:-1]] == [step] * (len(parts) - 1)
        joined = pd.concat([p.frame for p in parts], ignore_index=True)
        for name in whole.frame:
            assert joined[name].astype("string").tolist() == (
                whole.frame[name].astype("string").tolist()
            )
        assert all(p.units == whole.units for p in parts)
        assert all(p.meta == whole.meta for p in parts)
        assert all(p.sha256 == whole.sha256 for p in parts)


@pytest.mark.parametrize("suffix", [".fits", ".parquet"])
def test_a_table_without_rows_is_one_portion_without_rows(tmp_path, frame, suffix):
    path = tmp_path / f"table{suffix}"
    qsovae.write_table(frame[:0], path)
    (part,) = TablePortions(path, 10)
    assert len(part.frame) == 0
    assert list(part.frame) == list(frame)


def test_a_compressed_file_is_read_as_well(tmp_path, frame):
    qsovae.write_table(frame, tmp_path / "t.fits")
    path = tmp_path / "t.fits.gz"
    path.write_bytes(gzip.compress((tmp_path / "t.fits").read_bytes()))
    ids = np.concatenate([p.frame["source_id"] for p in TablePortions(path, 10)])
    assert ids.tolist() == frame["source_id"].tolist()


@pytest.mark.parametrize("suffix", [".fits", ".parquet", ".csv"])
@pytest.mark.parametrize("keep", [0, 40, 3000])
def test_what_cannot_be_read_is_refused_as_by_reading_at_once(
    tmp_path, frame, suffix, keep
):
    path = tmp_path / f"table{suffix}"
    qsovae.write_table(frame, path)
    content = path.read_bytes()
    path.write_bytes(content[: min(keep, len(content) - 1)])
    said = refusal(lambda: qsovae.read_table(path))
    again = refusal(lambda: list(TablePortions(path, 10)))
    assert bool(said) == bool(again)
    if suffix == ".fits":
        assert again == said


def refusal(read):
    """Return how a file is refused, nothing if it is read."""
    try:
        read()
    except CatalogError as error:
        return str(error)
    return ""


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CatalogError, match="no such file"):
        TablePortions(tmp_path / "no.fits", 10)


# What a column holds shows late: each value below decides the kind of the whole.
_LATE = {
    "number": [1, 2, 3, 4, 5, 0.5],
    "null": [2**62 + k for k in range(5)] + [""],
    "text": ["007", "", 8, 9, 1.5, "x"],
    "truth": ["", "", "", True, False, True],
    "mixed": [True, False, 1, 0, True, False],
    "nothing": [""] * 6,
    "quoted": ['"a, b"', '"c\nd"', "e", "f", "g", "--"],
}


@pytest.mark.parametrize("step", [1, 2, 5, 6])
def test_large_csv_is_read_in_portions_as_at_once(tmp_path, monkeypatch, step):
    monkeypatch.setattr(portions, "WHOLE_CSV_BYTES", 0)
    lines = [",".join(map(str, row)) for row in zip(*_LATE.values(), strict=True)]
    head = "\ufeff# a comment\n\n" + ",".join(_LATE) + "\n"
    path = tmp_path / "late.csv"
    path.write_text(head + "\n".join([*lines[:3], "", *lines[3:]]), "utf-8")
    whole = qsovae.read_table(path)
    cut = TablePortions(path, step)
    assert (cut.n_rows, cut.sha256) == (6, whole.sha256)
    for _ in range(2):
        parts = [part.frame for part in cut]
        joined = pd.concat(parts, ignore_index=True)
        assert max(len(part) for part in parts) == step
        for name in whole.frame:
            before, after = whole.frame[name], joined[name]
            assert after.isna().tolist() == before.isna().tolist()
            assert after.dropna().tolist() == before.dropna().tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n3\n", "line 3 has 1 values"), ("# only\n\n", "no header line"),
     ("a,a\n1,2\n", "two columns are named a")],
)  # fmt: skip
def test_large_csv_is_refused_as_by_reading_at_once(tmp_path, monkeypatch, text, words):
    monkeypatch.setattr(portions, "WHOLE_CSV_BYTES", 0)
    path = tmp_path / "wrong.csv"
    path.write_text(text)
    said = refusal(lambda: TablePortions(path, 10))
    assert words in said
    assert said == refusal(lambda: qsovae.read_table(path))


def test_large_csv_in_another_encoding_and_with_decimal_commas(tmp_path, monkeypatch):
    monkeypatch.setattr(portions, "WHOLE_CSV_BYTES", 0)
    path = tmp_path / "comma.csv"
    path.write_bytes("naïve;mag\nä;1,5\nö;2\n".encode("latin-1"))
    first, second = TablePortions(path, 1)
    assert first.frame["mag"].tolist() + second.frame["mag"].tolist() == [1.5, 2.0]
    assert second.frame["naïve"].tolist() == ["ö"]


@pytest.mark.parametrize("kind", ["fixed", "of any length", "text"])
def test_fits_of_other_kinds_is_read_in_portions_as_at_once(tmp_path, kind):
    mag = fits.Column("mag", "E", array=np.arange(9.0))
    lengths = np.array([np.arange(k % 3) for k in range(9)], dtype=object)
    arrays = {
        "fixed": [fits.Column("array", "2E", array=np.ones((9, 2)))],
        "of any length": [fits.Column("array", "PE()", array=lengths)],
        "text": [],
    }[kind]
    table = fits.TableHDU if kind == "text" else fits.BinTableHDU
    hdus = [fits.PrimaryHDU(np.ones((3, 3))), table.from_columns([mag, *arrays]),
            fits.BinTableHDU.from_columns([mag])]  # fmt: skip
    fits.HDUList(hdus).writeto(tmp_path / "other.fits")
    whole = qsovae.read_table(tmp_path / "other.fits")
    parts = list(TablePortions(tmp_path / "other.fits", 4))
    joined = pd.concat([part.frame for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole.frame)
    assert [part.notes for part in parts] == [whole.notes] * 3
    assert list(joined) == ["mag"]


def test_a_name_of_another_format_is_noted_as_by_reading_at_once(tmp_path, frame):
    for written in (".fits", ".parquet"):
        qsovae.write_table(frame, tmp_path / f"table{written}")
        path = (tmp_path / f"table{written}").rename(tmp_path / "table.vot")
        notes = qsovae.read_table(path).notes
        assert "the name says VOTable" in notes[0]
        assert [part.notes for part in TablePortions(path, 20)] == [notes] * 2


def test_a_table_without_columns_is_refused_as_by_reading_at_once(tmp_path):
    path = tmp_path / "none.parquet"
    pq.write_table(pa.table({}), path)
    said = refusal(lambda: list(TablePortions(path, 20)))
    assert "no columns" in said
    assert said == refusal(lambda: qsovae.read_table(path))


def test_a_file_that_the_disk_refuses_is_refused_in_words(tmp_path, monkeypatch):
    path = tmp_path / "locked.fits"
    path.write_bytes(b"SIMPLE  =")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    said = refusal(lambda: TablePortions(path, 20))
    assert "Permission denied" in said
    assert said == refusal(lambda: qsovae.read_table(path))


def test_of_parquet_only_the_wanted_columns_are_read(tmp_path, frame):
    path = tmp_path / "table.parquet"
    qsovae.write_table(frame, path)
    wanted = list(frame.columns[1:3])
    whole = qsovae.read_table(path).frame
    parts = [raw.frame for raw in TablePortions(path, 7, wanted)]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole[wanted])
