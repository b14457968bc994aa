"""Files to tables: what comes in comes out, and what cannot is said in one sentence."""

import gzip
import io

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.io.votable import validate as votable_validate
from astropy.table import MaskedColumn, Table
from hypothesis import given
from hypothesis import strategies as st

from qsovae.errors import CatalogError
from qsovae.tables import WRITABLE_SUFFIXES, read_table, table_bytes, write_table

BIG_ID = 2**62 + 1  # a float64 would spoil it


def sample():
    return pd.DataFrame(
        {
            "source_id": np.array([BIG_ID, BIG_ID + 1, -5], dtype=np.int64),
            "g_mag": np.array([20.5, np.nan, 19.25], dtype=np.float32),
            "n_match": pd.array([1, None, 3], dtype="Int32"),
            "class": pd.array(["QSO", None, "STAR"], dtype="string"),
            "in_footprint": [True, False, True],
        }
    )


@pytest.mark.parametrize("suffix", WRITABLE_SUFFIXES)
def test_a_table_survives_writing_and_reading(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    write_table(sample(), path, units={"g_mag": "mag"}, meta={"is_sim": True})
    raw = read_table(path)
    assert raw.frame["source_id"].tolist() == [BIG_ID, BIG_ID + 1, -5]
    assert raw.frame["source_id"].dtype == np.int64
    np.testing.assert_array_equal(raw.frame["g_mag"], sample()["g_mag"])
    assert raw.frame["n_match"].isna().tolist() == [False, True, False]
    assert raw.frame["n_match"].dropna().tolist() == [1, 3]
    text = raw.frame["class"].fillna("")
    assert text.tolist() == ["QSO", "", "STAR"]
    assert raw.frame["in_footprint"].tolist() == [True, False, True]
    if suffix != ".csv":
        assert raw.units["g_mag"] == "mag"
        stated = {k.lower(): v.lower() for k, v in raw.meta.items()}
        assert stated["is_sim"] in ("true", "t")


@pytest.mark.parametrize("suffix", WRITABLE_SUFFIXES)
def test_the_same_table_gives_the_same_bytes(suffix):
    assert table_bytes(sample(), suffix) == table_bytes(sample(), suffix)


def test_fits_and_votable_are_valid(tmp_path):
    meta = {"is_sim": True, "a_long_keyword": "x" * 200}
    with fits.open(
        io.BytesIO(table_bytes(sample(), ".fits", units={"g_mag": "mag"}, meta=meta))
    ) as hdus:
        hdus.verify("exception")
    path = tmp_path / "table.vot"
    write_table(sample(), path, units={"g_mag": "mag"}, meta={"is_sim": True})
    told = io.StringIO()
    assert votable_validate(str(path), output=told), told.getvalue()


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
def test_no_64_bit_integer_passes_through_a_float(numbers):
    frame = pd.DataFrame({"object_id": np.array(numbers, dtype=np.int64)})
    with fits.open(io.BytesIO(table_bytes(frame, ".fits"))) as hdus:
        assert hdus[1].data["object_id"].tolist() == numbers


def test_csv_with_bom_semicolons_and_blank_integers(tmp_path):
    path = tmp_path / "table.csv"
    text = f"object_id;ra;n\n{BIG_ID};10,5;1\n{BIG_ID + 1};11,5;\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    frame = read_table(path).frame
    assert list(frame.columns) == ["object_id", "ra", "n"]
    assert frame["object_id"].tolist() == [BIG_ID, BIG_ID + 1]
    assert frame["ra"].tolist() == [10.5, 11.5]
    assert frame["n"].isna().tolist() == [False, True]


def test_gzipped_csv_is_read(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read_table(path).frame.to_dict("list") == {"a": [1], "b": [2]}


def test_fits_with_masked_unsigned_big_endian_padded_and_array_columns(tmp_path):
    table = Table()
    table["id"] = np.array([2**63 + 3, 7], dtype=np.uint64)
    table["n"] = MaskedColumn([1, 2], mask=[False, True], dtype=np.int16)
    table["n"].fill_value = -99
    table["mag"] = np.array([20.0, 21.0], dtype=">f4")
    table["name"] = np.array(["a   ", "bb"], dtype="S4")
    table["spectrum"] = np.zeros((2, 3))
    path = tmp_path / "table.fits"
    table.write(path)
    raw = read_table(path)
    assert raw.frame["id"].tolist() == [2**63 + 3, 7]
    assert raw.frame["n"].isna().tolist() == [False, True]
    assert raw.frame["mag"].dtype == np.dtype("float32")
    assert raw.frame["name"].tolist() == ["a", "bb"]
    assert "spectrum" not in raw.frame
    assert any("spectrum" in note for note in raw.notes)


def image_only(path):
    fits.PrimaryHDU(np.zeros((3, 3))).writeto(path)


def truncated(path):
    content = table_bytes(pd.DataFrame({"a": np.arange(5000.0)}), ".fits")
    path.write_bytes(content[: len(content) // 2])


def two_of_one_name(path):
    path.write_text("a,a\n1,2\n")


BROKEN = {
    "empty.fits": (lambda p: p.write_bytes(b""), "empty"),
    "truncated.fits": (truncated, "truncated"),
    "image.fits": (image_only, "only images"),
    "text.fits": (lambda p: p.write_text("a,b\n1,2\n"), "says FITS"),
    "page.dat": (lambda p: p.write_text("hello"), "no known kind"),
    "ragged.csv": (lambda p: p.write_text("a,b\n1,2\n1,2,3\n"), "line 3 has 3 values"),
    "short.csv": (lambda p: p.write_text("a,b\n1,2\n1\n"), "line 3 has 1 values"),
    "double.csv": (two_of_one_name, "two columns are named a"),
    "cut.csv.gz": (
        lambda p: p.write_bytes(gzip.compress(b"a,b\n" * 99)[:20]),
        "unpack",
    ),
    "cut.parquet": (lambda p: p.write_bytes(b"PAR1" + b"\x00" * 50), "Parquet"),
    "odd.vot": (lambda p: p.write_text("<?xml version='1.0'?><VOTABLE"), "VOTable"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_words(tmp_path, name):
    make, words = BROKEN[name]
    make(tmp_path / name)
    with pytest.raises(CatalogError, match=words) as caught:
        read_table(tmp_path / name)
    assert name in str(caught.value)


def test_two_fits_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "double.fits"
    columns = [fits.Column("a", "E", array=[1.0]), fits.Column("b", "E", array=[2.0])]
    hdu = fits.BinTableHDU.from_columns(columns)
    hdu.writeto(path)
    path.write_bytes(path.read_bytes().replace(b"'b       '", b"'a       '"))
    with pytest.raises(CatalogError, match="two columns are named a"):
        read_table(path)


def test_a_missing_file_and_a_table_without_rows(tmp_path):
    with pytest.raises(CatalogError, match="no such file"):
        read_table(tmp_path / "absent.fits")
    path = tmp_path / "empty.csv"
    path.write_text("a,b\n")
    assert len(read_table(path).frame) == 0


def test_writing_where_nothing_can_be_written_leaves_nothing(tmp_path):
    with pytest.raises(CatalogError, match="cannot be written"):
        write_table(sample(), tmp_path / "absent" / "table.fits")
    with pytest.raises(CatalogError, match=r"\.fits"):
        write_table(sample(), tmp_path / "table.doc")
    assert list(tmp_path.iterdir()) == []
