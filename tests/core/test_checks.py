"""The table by column, against faults planted in a small catalog."""

import pandas as pd
import pytest

import qsovae

_TEXT = """objid,ra,dec,psfmag_g,psfmagerr_g,class
7,10.0,-5.0,18.0,0.1,QSO
7,370.0,-5.0,-9999,0.1,STAR
8,-1.0,95.0,inf,-0.2,STAR
9,12.0,,19.0,0,QSO
""" + "".join(f"{i},1.0,1.0,19.0,0.1,STAR\n" for i in range(10, 30))


@pytest.fixture
def lines(tmp_path):
    """Return the report's lines by column name."""
    path = tmp_path / "faults.csv"
    path.write_text(_TEXT)
    report = qsovae.check_catalog(qsovae.open_catalog(path))
    return report.columns.set_index("column")


@pytest.mark.parametrize(
    ("column", "count", "wanted"),
    [
        ("objid", "duplicate_ids", 2),
        ("ra", "out_of_range", 2),
        ("dec", "out_of_range", 1),
        ("dec", "nans", 1),
        ("psfmag_g", "sentinel_rows", 1),
        ("psfmag_g", "non_finite", 1),
        ("psfmagerr_g", "non_positive_errors", 2),
    ],
)
def test_each_planted_fault_is_counted_in_its_column(lines, column, count, wanted):
    assert lines.loc[column, count] == wanted


def test_a_count_without_a_meaning_is_missing_not_zero(lines):
    assert pd.isna(lines.loc["ra", "duplicate_ids"])
    assert pd.isna(lines.loc["psfmag_g", "out_of_range"])
    assert pd.isna(lines.loc["class", "sentinel_rows"])
    assert pd.isna(lines.loc["objid", "median"])  # an id is a name


def test_the_report_as_json_has_null_where_a_count_is_missing(tmp_path):
    path = tmp_path / "faults.csv"
    path.write_text(_TEXT)
    report = qsovae.check_catalog(qsovae.open_catalog(path)).to_json()
    line = next(c for c in report["columns"] if c["column"] == "class")
    assert line["duplicate_ids"] is None
    assert report["quality"]["DUPLICATE_ID"] == 2


def test_a_table_of_text_alone_has_every_column_of_the_report(tmp_path, lines):
    path = tmp_path / "text.csv"
    path.write_text("name,kind\na,b\nc,d\n")
    columns = qsovae.check_catalog(qsovae.open_catalog(path)).columns
    assert list(columns) == ["column", *lines.columns]
    assert columns["median"].isna().all()
    assert columns["observed_share"].tolist() == [1.0, 1.0]
