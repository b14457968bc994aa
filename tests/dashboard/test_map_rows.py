"""What the map shows: filters grey rows, samples say nothing false, ids stay exact."""

import io

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table

import qsovae
from dashboard import map_rows
from dashboard.map_rows import quality_words, shown_mask
from dashboard.state import View


@pytest.fixture
def table():
    """Return four rows of a map."""
    return pd.DataFrame(
        {
            "row": range(4), "object_id": [2**62 + n for n in range(4)],
            "split": ["train", "test", "unlabelled", "test"],
            "class_label": ["QSO", "STAR", None, "QSO"],
            "class_predicted": ["QSO", "QSO", "STAR", "GALAXY"],
            "p_QSO": [0.9, 0.6, 0.2, 0.1],
            "morphology": ["point", "point", "extended", "unknown"],
            "quality": [0, 1, 0, 6], "outlier_score": [1.0, 2.0, 3.0, 4.0],
            "map_1": [0.0, 1.0, 2.0, 3.0], "map_2": [0.0, 1.0, 2.0, 3.0],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("choices", "shown"),
    [
        ({}, [0, 1, 2, 3]),
        ({"morphology": "point"}, [0, 1]),
        ({"quality": ("SENTINEL",)}, [0, 2, 3]),
        ({"quality": ("SENTINEL", "INVALID_ERROR")}, [0, 2]),
        ({"quality": ("NON_FINITE",), "quality_choice": "with"}, [3]),
        ({"quality_choice": "with"}, [0, 1, 2, 3]),
        ({"classes": ("QSO",)}, [0, 1]),
        ({"classes": ("QSO",), "class_kind": "class_label"}, [0, 3]),
        ({"classes": ("unlabelled",), "class_kind": "class_label"}, [2]),
        ({"band": "i", "magnitudes": (18.0, 20.0)}, [0, 1]),
        ({"band": "i", "magnitudes": (18.0, 19.0), "morphology": "point"}, [0]),
    ],
)
def test_filters_let_through_exactly_the_rows_they_name(table, choices, shown):
    magnitude = np.array([18.0, 20.0, 21.0, np.nan])
    mask = shown_mask(table, View(**choices), magnitude if "band" in choices else None)
    assert np.flatnonzero(mask).tolist() == shown


def test_quality_bits_are_named():
    both = qsovae.Quality.SENTINEL | qsovae.Quality.DUPLICATE_ID
    assert quality_words(int(both)) == "SENTINEL + DUPLICATE_ID"
    assert quality_words(0) == "none"


def test_a_selection_keeps_64_bit_ids_exact_in_every_file(table):
    chosen = np.array([True, False, True, False])
    picked = qsovae.selection_table(table, chosen, None)
    wanted = [2**62, 2**62 + 2]
    assert picked["object_id"].tolist() == wanted
    for suffix, form in ((".fits", "fits"), (".vot", "votable")):
        content = io.BytesIO(qsovae.table_bytes(picked, suffix))
        assert Table.read(content, format=form)["object_id"].tolist() == wanted
    csv = pd.read_csv(io.BytesIO(qsovae.table_bytes(picked, ".csv")))
    assert csv["object_id"].tolist() == wanted


def test_positions_stand_beside_the_ids_where_the_catalog_has_them(table, tmp_path):
    path = tmp_path / "sky.csv"
    path.write_text(
        "object_id,ra,dec,g_mag_ab\n1,10,-5,20\n2,20,95,21\n3,30,5,20\n4,4,4,2\n"
    )
    catalog = qsovae.open_catalog(path)
    picked = qsovae.selection_table(
        table, np.array([True, True, False, False]), catalog
    )
    assert picked.columns[:3].tolist() == ["object_id", "ra_deg", "dec_deg"]
    assert picked["ra_deg"].iloc[0] == 10.0
    assert np.isnan(picked["dec_deg"].iloc[1])  # off the sphere


def test_hover_texts_have_a_line_for_each_thing_told(table):
    table["object_id"] = ["<b>1</b>", "a\tb\nc", None, "4"]
    texts = map_rows.hover_texts(
        table, ["QSO"], ("i (AB)", np.array([18.0, np.nan, 19, 20]))
    )
    assert texts[0].split("\t") == [
        "<b>1</b>", "true: QSO", "predicted: QSO (p = 0.900)", "i (AB) = 18.00"
    ]  # fmt: skip
    assert texts[1].split("\t")[0] == "a b c"
    assert texts[2].split("\t")[:2] == ["no id", "true: unlabelled"]
