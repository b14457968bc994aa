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


def read_text(folder, text, name="table.csv"):
    path = folder / name
    path.write_text(text)
    return read_table(path)


def test_points_in_names_do_not_hide_decimal_commas(tmp_path):
    frame = read_text(tmp_path, "name;g\nJ1.2;20,5\nJ1.3;-1,25\n").frame
    assert frame["g"].tolist() == [20.5, -1.25]
    frame = read_text(tmp_path, "name;g\na,b;20.5\nc,d;21.5\n").frame
    assert frame["g"].tolist() == [20.5, 21.5]


def test_csv_with_comments_blank_lines_and_blanks_after_commas(tmp_path):
    text = '# made by hand\n\nname, g\n"x, y", 20.5\n\n"two\nlines", --\n'
    frame = read_text(tmp_path, text).frame
    assert frame["name"].tolist() == ["x, y", "two\nlines"]
    assert frame["g"].tolist()[0] == 20.5
    assert frame["g"].isna().tolist() == [False, True]


def test_a_blank_line_in_a_table_of_one_column_is_a_row(tmp_path):
    assert read_text(tmp_path, "g\n20\n\n21\n").frame["g"].isna().tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_a_column_without_a_name_gets_one_and_a_note(tmp_path):
    raw = read_text(tmp_path, ",g,\n0,20,\n1,21,\n")
    assert list(raw.frame.columns) == ["column_1", "g", "column_3"]
    assert raw.notes[0] == "column 1 has no name: called column_1"
    assert len(raw.notes) == 2


def test_ids_with_gaps_and_above_63_bits_stay_exact_in_csv(tmp_path):
    text = f"a,b\n{BIG_ID},{2**63 + 5}\n,\n{BIG_ID + 2},{2**63 + 7}\n"
    frame = read_text(tmp_path, text).frame
    assert frame["a"].dropna().tolist() == [BIG_ID, BIG_ID + 2]
    assert [int(v) for v in frame["b"].dropna()] == [2**63 + 5, 2**63 + 7]
    assert frame.isna().sum().tolist() == [1, 1]


@pytest.mark.parametrize("suffix", WRITABLE_SUFFIXES)
def test_blank_text_is_null_in_every_format(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    write_table(pd.DataFrame({"kind": ["QSO", "  ", ""], "g": [1.0, 2.0, 3.0]}), path)
    assert read_table(path).frame["kind"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("suffix", WRITABLE_SUFFIXES)
def test_nulls_short_integers_and_other_alphabets_survive(tmp_path, suffix):
    frame = pd.DataFrame(
        {
            "name": pd.array(["δ Cen", "é", "x"], dtype="string"),
            "is_point": pd.array([True, None, False], dtype="boolean"),
            "code": pd.array([-128, None, 3], dtype="Int8"),
            "wide": pd.array([2**63 + 1, None, 3], dtype="UInt64"),
        }
    )
    path = tmp_path / f"table{suffix}"
    write_table(frame, path)
    again = read_table(path).frame
    assert again["name"].tolist() == ["δ Cen", "é", "x"]
    for name in ("is_point", "code", "wide"):
        assert again[name].isna().tolist() == [False, True, False]
        written = frame[name].dropna().tolist()
        assert [int(v) for v in again[name].dropna()] == [int(v) for v in written]


def test_names_that_fits_has_no_room_for_are_shortened_and_stay_apart(tmp_path):
    long = "a" * 70
    frame = pd.DataFrame({"größe": [1], "grüße": [2], "gr??e": [3], long: [4],
                          f"{long}b": [5], "<b>": [6]})  # fmt: skip
    path = tmp_path / "names.fits"
    write_table(frame, path, units={"grüße": "mag"}, descriptions={long: "many"})
    again = read_table(path)
    assert again.frame.iloc[0].to_dict() == {
        "gr??e_2": 1, "gr??e_3": 2, "gr??e": 3, "a" * 68: 4, f"{'a' * 66}_2": 5,
        "<b>": 6,
    }  # fmt: skip
    assert again.units == {"gr??e_3": "mag"}
    header = fits.getheader(path, 1)
    assert header["TCOMM4"] == "many"


def test_the_null_of_an_unsigned_column_is_shifted_as_the_standard_says(tmp_path):
    # What is stored is the value less 2**63: the stored null means the value 5.
    column = fits.Column(
        "n", "K", bzero=2**63, null=5 - 2**63, array=np.array([7, 5], dtype=np.uint64)
    )
    path = tmp_path / "table.fits"
    fits.BinTableHDU.from_columns([column]).writeto(path)
    frame = read_table(path).frame
    assert frame["n"].isna().tolist() == [False, True]
    assert frame["n"][0] == 7


def test_nested_columns_of_parquet_are_left_out_and_decimals_are_numbers(tmp_path):
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"g": [Decimal("20.5"), None], "spectrum": [[1.0], [2.0, 3.0]]})
    pq.write_table(table, tmp_path / "table.parquet")
    raw = read_table(tmp_path / "table.parquet")
    assert list(raw.frame.columns) == ["g"]
    assert raw.frame["g"][0] == 20.5
    assert "spectrum holds arrays" in raw.notes[0]


def test_a_name_that_says_another_format_is_noted(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(table_bytes(sample(), ".fits"))
    raw = read_table(path)
    assert len(raw.frame) == 3
    assert raw.notes == ("the name says CSV; the file is FITS and was read as that",)


def test_of_several_tables_the_first_with_rows_is_read_and_named(tmp_path):
    tables = [
        fits.BinTableHDU.from_columns([fits.Column("a", "E", array=rows)], name=name)
        for name, rows in (("EMPTY", []), ("FULL", [1.0]), ("MORE", [2.0]))
    ]
    fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(tmp_path / "many.fits")
    raw = read_table(tmp_path / "many.fits")
    assert raw.frame["a"].tolist() == [1.0]
    assert raw.notes == ("the file holds 3 tables: FULL was read",)


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


def truncated(path, share=0.5):
    content = table_bytes(pd.DataFrame({"a": np.arange(5000.0)}), ".fits")
    path.write_bytes(content[: int(share * len(content))])


def compressed_image(path):
    image = fits.CompImageHDU(np.zeros((50, 50)))
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(path)


def two_of_one_name(path):
    path.write_text("a,a\n1,2\n")


BROKEN = {
    "empty.fits": (lambda p: p.write_bytes(b""), "empty"),
    "truncated.fits": (truncated, "truncated"),
    "header.fits": (lambda p: truncated(p, 0.07), "truncated"),
    "start.fits": (lambda p: truncated(p, 0.01), "corrupt"),
    "image.fits": (image_only, "only images"),
    "compressed.fits": (compressed_image, "only images"),
    "text.fits": (lambda p: p.write_text("a,b\n1,2\n"), "says FITS.*end in .csv"),
    "page.dat": (lambda p: p.write_text("hello"), "no known kind"),
    "web.csv": (lambda p: p.write_text("<!DOCTYPE html>\n<html>"), "a web page"),
    "wide.csv": (lambda p: p.write_text("a,b\n1,2", "utf-16"), "not plain text"),
    "blank.csv": (lambda p: p.write_bytes(b"\xef\xbb\xbf\n\n"), "no header line"),
    "ragged.csv": (lambda p: p.write_text("a,b\n1,2\n1,2,3\n"), "line 3 has 3 values"),
    "short.csv": (lambda p: p.write_text("a,b\n1,2\n1\n"), "line 3 has 1 values"),
    "late.csv": (lambda p: p.write_text('a,b\n"x\ny",2\n1\n'), "line 4 has 1"),
    "double.csv": (two_of_one_name, "two columns are named a"),
    "cut.csv.gz": (
        lambda p: p.write_bytes(gzip.compress(b"a,b\n" * 99)[:20]),
        "unpack",
    ),
    "spoilt.csv.gz": (
        lambda p: p.write_bytes(gzip.compress(b"a,b\n")[:10] + b"\xff" * 20),
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
