"""Files of selected rows: what was joined and judged, and the recipe, in them all."""

import io
import json
import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from astropy.io import fits, votable

import qsovae

BOX = ((5.0, -50.0), (50.0, -50.0), (50.0, 50.0), (5.0, 50.0))
MARKUP = "<script>alert('1')</script>"


@pytest.fixture
def run(runs, tmp_path):
    """Return a copy of the run `tiny`, to keep things with."""
    shutil.copytree(runs / "tiny", tmp_path / "runs" / "tiny")
    return qsovae.open_run("tiny", tmp_path / "runs")


@pytest.fixture(scope="module")
def rows(runs):
    """Return the rows of `tiny`."""
    return qsovae.run_table(qsovae.open_run("tiny", runs))


@pytest.fixture(scope="module")
def odd(rows):
    """Return the rows with columns that nobody would wish for, joined by id."""
    n_rows = len(rows)
    frame = pd.DataFrame({
        "name": rows["object_id"].astype(str), "constant": 1.5,
        "nothing": [None] * n_rows, "nan": np.nan, "never": pd.NaT,
        "many": [f"c{k}" for k in range(n_rows)],
        "<b>markup</b>": MARKUP, "größe": 2, "gr??e": 3, "it's": "a'b",
        "ra_deg": 7.0, "big": 2**62 + np.arange(n_rows), "is_in": True,
        "latent_9": 9.0, "latent_heat": 8.0, "p_value": "low", "a" * 80: 4,
    })  # fmt: skip
    return qsovae.join_columns(rows, frame, "name").rows


def judge(run, object_id, vi_class, **said):
    qsovae.add_verdict(run, qsovae.Verdict(str(object_id), vi_class, 3, "Ada", **said))


def test_what_was_joined_and_judged_stands_after_what_is_known(run, rows):
    extra = pd.DataFrame({
        "object_id": rows["object_id"][:9], "radio_mjy": np.arange(9.0), "split": "x"
    })  # fmt: skip
    joined = qsovae.join_columns(rows, extra).rows
    chosen = np.arange(len(rows)) < 12
    plain = qsovae.selection_table(rows, chosen, None, run)
    assert not [name for name in plain if name.startswith("vi_")]
    judge(run, rows["object_id"][3], "STAR", vi_comment="first")
    judge(run, rows["object_id"][3], "QSO", vi_comment=MARKUP, vi_z=2.5)
    judge(run, rows["object_id"][40], "STAR")
    picked = qsovae.selection_table(joined, chosen, None, run)
    n_known = len(plain.columns)
    pd.testing.assert_frame_equal(picked.iloc[:, :n_known], plain)
    assert picked.columns[n_known:].tolist() == [
        "radio_mjy", "split_joined", "vi_class", "vi_quality", "vi_issue", "vi_z",
        "vi_scanner", "vi_comment", "vi_time_utc",
    ]  # fmt: skip
    assert picked["radio_mjy"].tolist()[:9] == list(range(9))
    assert picked["radio_mjy"][9:].isna().all()
    judged = picked[picked["vi_class"].notna()]
    assert judged["object_id"].tolist() == [rows["object_id"][3]]
    assert judged[["vi_class", "vi_z", "vi_comment"]].values.tolist() == [
        ["QSO", 2.5, MARKUP]
    ]
    assert not [n for n in qsovae.selection_table(joined, chosen) if n[:3] == "vi_"]


def test_a_joined_position_does_not_hide_the_catalogs(run, odd):
    catalog = qsovae.run_catalog(run)
    chosen = np.arange(len(odd)) % 100 == 0
    picked = qsovae.selection_table(odd, chosen, catalog, run)
    assert picked["ra_deg"].tolist() == catalog.position[0][chosen].tolist()
    assert picked["ra_deg_joined"].tolist() == [7.0] * int(chosen.sum())
    assert qsovae.selection_table(odd, chosen)["ra_deg"].eq(7.0).all()


@pytest.mark.parametrize("suffix", qsovae.WRITABLE_SUFFIXES)
def test_odd_columns_are_written_and_read_again(run, odd, tmp_path, suffix):
    judge(run, odd["object_id"][0], "QSO", vi_comment=MARKUP)
    picked = qsovae.selection_table(odd, np.arange(len(odd)) < 20, None, run)
    path = tmp_path / f"odd{suffix}"
    qsovae.write_table(picked, path)
    read = qsovae.read_table(path).frame
    assert len(read.columns) == len(picked.columns)
    assert read["big"].astype("int64").tolist() == picked["big"].tolist()
    assert read["<b>markup</b>"].astype(str).tolist() == [MARKUP] * 20
    assert read["it's"].astype(str).tolist() == ["a'b"] * 20
    assert read["constant"].tolist() == [1.5] * 20
    assert read["nan"].isna().all()
    assert read["many"].astype(str).tolist() == [f"c{k}" for k in range(20)]
    assert str(read["vi_comment"][0]) == MARKUP
    if suffix == ".fits":
        assert {"gr??e", "gr??e_2", "a" * 68} <= set(read)


@pytest.mark.parametrize(
    ("query", "n_rows"),
    [
        ("constant = 1.5", 1200), ("nothing is missing and nan is missing", 1200),
        ("nothing = 'x' or nan > 0", 0), ("never is missing", 1200),
        ("many = 'c7'", 1), ("many in ('c1', 'c2', 'c3') and is_in", 3),
        (f"`<b>markup</b>` = '{MARKUP.replace(chr(39), chr(39) * 2)}'", 1200),
        ("`it's` = 'a''b'", 1200), (f"big = {2**62 + 5}", 1), ("`größe` = 2", 1200),
    ],
)  # fmt: skip
def test_odd_columns_are_asked_for(run, odd, query, n_rows):
    assert qsovae.query_mask(run, query, odd).sum() == n_rows


def test_odd_columns_neither_move_rows_nor_stop_an_explanation(run, rows, odd):
    some = rows["object_id"][7]
    query = f"near('{some}', 50)"
    near = qsovae.query_mask(run, query, rows)
    assert qsovae.query_mask(run, query, odd).tolist() == near.tolist()
    assert {"latent_9_joined", "latent_heat"} <= set(odd)
    found = qsovae.explain_selection(run, odd, near)
    assert not {"constant", "nothing"} & {line["name"] for line in found["columns"][:5]}
    told = qsovae.describe_object(run, odd, 7)
    assert told["neighbours"] == qsovae.describe_object(run, rows, 7)["neighbours"]


def test_ten_thousand_categories_are_asked_for_written_and_explained(run, rows):
    table = pd.concat([rows] * 10, ignore_index=True)
    table["object_id"] = table["row"] = np.arange(len(table))
    many = pd.Series(np.arange(len(table)) % 10_000).map("c{}".format)
    frame = pd.DataFrame({"object_id": table["object_id"], "many": many})
    joined = qsovae.join_columns(table, frame).rows
    chosen = qsovae.query_mask(run, "many in ('c7', 'c9999')", joined)
    assert np.flatnonzero(chosen).tolist() == [7, 9_999, 10_007]
    picked = qsovae.selection_table(joined, chosen, None, run)
    for suffix in (".fits", ".csv"):
        assert qsovae.table_bytes(picked, suffix).count(b"c9999") == 1
    found = qsovae.explain_selection(run, joined, (joined["p_QSO"] > 0.5).to_numpy())
    assert [line["kind"] for line in found["columns"] if line["name"] == "many"] == [
        "share"
    ]


def test_the_header_has_all_that_told_the_rows(run, rows):
    qsovae.save_selection(run, "left", rows, outlines=[BOX])
    qsovae.save_selection(run, "both", rows, query="sel_left and p_QSO > 0.5")
    qsovae.save_selection(run, "idle", rows, query="p_QSO > 0.5")
    query = "SEL_both\nand class_label != 'é'"
    joined = qsovae.JoinedFile("extra.csv", "0123", "name")
    meta = qsovae.selection_meta(run, query, [BOX], joined=joined)
    assert list(meta) == ["run", "catalog", "query", "is_sim", "recipe"]
    assert meta["query"] == "SEL_both and class_label != 'é'"
    assert meta["is_sim"] is True
    box, on_map = [list(corner) for corner in BOX], list(qsovae.ON_MAP)
    trained = run.manifest["catalog"]
    recipe = {
        "run": "tiny", "catalog": trained["name"],
        "weights_sha256": run.manifest["artifacts"]["weights.safetensors"],
        "catalog_sha256": trained["sha256"], "query": query, "outlines": [box],
        "plane": on_map,
        "joined": {"name": "extra.csv", "sha256": "0123", "on": "name"},
        "selections": {
            "both": {"query": "sel_left and p_QSO > 0.5", "outlines": [],
                     "plane": on_map},
            "left": {"query": None, "outlines": [box], "plane": on_map},
        },
    }  # fmt: skip
    assert json.loads(meta["recipe"]) == recipe
    headers = {
        ".fits": lambda file: fits.getheader(file, 1)["RECIPE"],
        ".vot": lambda file: next(
            found.value for found in votable.parse(file).infos
            + votable.parse(file).resources[0].infos if found.name == "recipe"
        ),
        ".parquet": lambda file: pq.read_schema(file).metadata[b"recipe"],
    }  # fmt: skip
    for suffix, read in headers.items():
        content = io.BytesIO(qsovae.table_bytes(rows.head(3), suffix, meta=meta))
        assert json.loads(read(content)) == recipe, suffix


def test_rows_of_another_catalog_bear_its_digest(run, tmp_path):
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 50, 5)
    other = qsovae.open_catalog(path)
    meta = qsovae.selection_meta(run, None, catalog=other)
    recipe = json.loads(meta["recipe"])
    assert (meta["catalog"], meta["query"]) == ("other.fits", "")
    assert recipe["catalog_sha256"] == other.sha256
    assert (recipe["query"], recipe["outlines"], recipe["selections"]) == (None, [], {})
    assert recipe["joined"] is None
