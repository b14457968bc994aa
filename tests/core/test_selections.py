"""Selections kept with a run: saved, told again, joined, applied elsewhere, refused."""

import dataclasses
import json
import shutil

import numpy as np
import pandas as pd
import pytest

import qsovae

BOX = ((5.0, -50.0), (50.0, -50.0), (50.0, 50.0), (5.0, 50.0))


@pytest.fixture
def run(runs, tmp_path):
    """Return a copy of the run `tiny`, to keep things with."""
    shutil.copytree(runs / "tiny", tmp_path / "runs" / "tiny")
    return qsovae.open_run("tiny", tmp_path / "runs")


@pytest.fixture
def rows(run):
    """Return the run's rows."""
    return qsovae.run_table(run)


def test_a_selection_is_saved_and_told_again(run, rows):
    saved = qsovae.save_selection(
        run, "left", rows, query="p_QSO > 0.5", outlines=[BOX]
    )
    expected = (rows["p_QSO"] > 0.5).to_numpy() & (rows["map_1"] > 5).to_numpy()
    assert 0 < saved.rows == expected.sum() < len(rows)
    assert qsovae.open_selection(run, "left") == saved
    again = qsovae.selection_mask(run, saved, rows)
    assert again.tolist() == expected.tolist()
    (listed,) = qsovae.list_selections(run)
    assert (listed.name, listed.value, listed.message) == ("left", saved, "")
    assert saved.is_simulated
    # What the manifest lists is as it was.
    assert qsovae.open_run("tiny", run.folder.parent).manifest == run.manifest


def test_the_ids_of_the_rows_are_kept_and_what_changed_is_counted(run, rows):
    first, second = rows["object_id"].astype(str)[:2]
    qsovae.add_verdict(run, qsovae.Verdict(first, "QSO", 4, "a"))
    saved = qsovae.save_selection(run, "judged", rows, query="vi_quality > 2")
    ids = qsovae.selected_ids(run, "judged")
    assert ids["object_id"].astype(str).tolist() == [first]
    assert ids["row"].tolist() == [rows["row"][0]]
    told = qsovae.selection_mask(run, saved, rows)
    assert qsovae.changed_rows(run, saved, rows, told) == (0, 0)
    qsovae.add_verdict(run, qsovae.Verdict(first, "QSO", 1, "a"))
    qsovae.add_verdict(run, qsovae.Verdict(second, "QSO", 4, "a"))
    told = qsovae.selection_mask(run, saved, rows)
    assert qsovae.changed_rows(run, saved, rows, told) == (1, 1)
    qsovae.rename_selection(run, "judged", "seen")
    pd.testing.assert_frame_equal(qsovae.selected_ids(run, "seen"), ids)
    kept = run.folder / "selections" / "seen.parquet"
    assert sorted(p.name for p in kept.parent.iterdir()) == ["seen.json", kept.name]
    kept.write_bytes(b"other")
    with pytest.raises(qsovae.RunError, match="its ids are others"):
        qsovae.selected_ids(run, "seen")
    qsovae.delete_selection(run, "seen")
    assert not kept.exists()


def test_a_selection_without_ids_says_so(run, rows):
    saved = qsovae.save_selection(run, "old", rows, query="p_QSO > 0.5")
    (run.folder / "selections" / "old.parquet").unlink()
    with pytest.raises(qsovae.RunError, match="does not know the ids"):
        qsovae.selected_ids(run, "old")
    before = dataclasses.replace(saved, rows_sha256="")
    told = qsovae.selection_mask(run, before, rows)
    assert qsovae.changed_rows(run, before, rows, told) is None


def test_selections_join_in_queries(run, rows):
    # One that is named as a column hides nothing.
    qsovae.save_selection(run, "p_QSO", rows, query="p_QSO > 0.7")
    left = qsovae.save_selection(run, "left-side", rows, outlines=[BOX])
    qsovae.save_selection(run, "sure", rows, query="p_max > 0.9")
    told = qsovae.query_mask(run, "`sel_left-side` and not sel_sure", rows)
    expected = qsovae.selection_mask(run, left, rows)
    shares = qsovae.probability_matrix(rows, run.classes).max(axis=1)
    assert told.tolist() == (expected & ~(shares > 0.9)).tolist()
    both = qsovae.save_selection(run, "both", rows, query="sel_sure or `sel_left-side`")
    assert both.rows == (expected | (shares > 0.9)).sum()


def test_a_query_is_cited_without_names_that_others_do_not_know(run, rows):
    qsovae.save_selection(run, "sure", rows, query="p_QSO > 0.9 or p_STAR > 0.9")
    qsovae.save_selection(run, "blue-1", rows, query="not sel_sure and latent_1 < 0")
    qsovae.save_selection(run, "left", rows, outlines=[BOX])
    query = "`sel_blue-1` and not (sel_sure or sel_left)"
    cited = qsovae.cited_query(run, query)
    assert cited.names == ("p_QSO", "p_STAR", "latent_1", "sel_left")
    masks = [qsovae.query_mask(run, one, rows).tolist() for one in (query, cited)]
    assert masks[0] == masks[1]
    assert qsovae.cited_query(run, "p_QSO > 0.9").text == "p_QSO > 0.9"


def test_a_selection_that_tells_itself_is_refused(run, rows):
    qsovae.save_selection(run, "a", rows, query="p_QSO > 0.5")
    qsovae.save_selection(run, "b", rows, query="sel_a")
    path = run.folder / "selections" / "a.json"
    path.write_text(path.read_text().replace("p_QSO > 0.5", "not sel_b"))
    for query in ("sel_a", "sel_b", "p_QSO > 0.5 or sel_a"):
        with pytest.raises(qsovae.ConfigError, match="told by itself"):
            qsovae.query_mask(run, query, rows)
    assert qsovae.cited_query(run, "sel_a").names in (("sel_a",), ("sel_b",))
    qsovae.delete_selection(run, "a")
    with pytest.raises(qsovae.QueryError, match="no column sel_a"):
        qsovae.query_mask(run, "sel_b", rows)


def test_names_are_given_taken_and_left(run, rows):
    qsovae.save_selection(run, "one", rows, query="p_QSO > 0.5")
    with pytest.raises(qsovae.RunError, match="already a selection one"):
        qsovae.save_selection(run, "one", rows, query="p_QSO > 0.6")
    renamed = qsovae.rename_selection(run, "one", "two")
    assert renamed.name == "two"
    assert [kept.name for kept in qsovae.list_selections(run)] == ["two"]
    for bad in ("../out", "", ".hidden", "a/b"):
        with pytest.raises(qsovae.ConfigError):
            qsovae.rename_selection(run, "two", bad)
        with pytest.raises(qsovae.ConfigError):
            qsovae.save_selection(run, bad, rows, query="true")
    qsovae.delete_selection(run, "two")
    for lost in (qsovae.open_selection, qsovae.delete_selection):
        with pytest.raises(qsovae.RunError, match="no such selection"):
            lost(run, "two")
    with pytest.raises(qsovae.ConfigError, match="nothing to keep"):
        qsovae.save_selection(run, "none", rows)
    with pytest.raises(qsovae.QueryError):
        qsovae.save_selection(run, "odd", rows, query="p_QSO >")


@pytest.mark.parametrize(
    "changes",
    [{"query": "p_QSO >"}, {"outlines": [["a", "b"]]}, {"name": "other"},
     {"surplus": 1}, {"outlines": None}],
)  # fmt: skip
def test_a_damaged_file_is_named_and_harms_no_other(run, rows, changes):
    qsovae.save_selection(run, "good", rows, query="p_QSO > 0.5")
    qsovae.save_selection(run, "spoilt", rows, query="p_QSO > 0.5")
    path = run.folder / "selections" / "spoilt.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    good, spoilt = qsovae.list_selections(run)
    assert good.value is not None
    assert spoilt.value is None
    assert "spoilt is damaged" in spoilt.message
    qsovae.delete_selection(run, "spoilt")


def test_selections_outlive_another_training_and_are_refused(run, rows, simulated):
    saved = qsovae.save_selection(run, "old", rows, query="p_QSO > 0.5")
    request = qsovae.TrainRequest(
        simulated, "class_true", "tiny", epochs=1, seed=3, overwrite=True,
        with_map=False,
    )  # fmt: skip
    qsovae.train_run(request, run.folder.parent)
    anew = qsovae.open_run("tiny", run.folder.parent)
    (kept,) = qsovae.list_selections(anew)
    assert "before this run was trained again" in kept.message
    with pytest.raises(qsovae.ManifestMismatchError):
        qsovae.selection_mask(anew, saved, qsovae.run_table(anew))


def test_a_selection_is_applied_to_another_catalog_on_the_same_map(run, rows, tmp_path):
    saved = qsovae.save_selection(
        run, "left", rows, query="p_QSO > 0.5", outlines=[BOX]
    )
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 300, 5)
    catalog = qsovae.open_catalog(path)
    table = qsovae.catalog_table(run, catalog)
    assert table["row"].tolist() == list(range(300))
    chosen = qsovae.selection_mask(run, saved, table, catalog)
    expected = (table["p_QSO"] > 0.5) & (table["map_1"] > 5)
    assert chosen.tolist() == expected.tolist()
    assert 0 < chosen.sum() < 300
    picked = qsovae.selection_table(table, chosen, catalog)
    assert picked["ra_deg"].tolist() == catalog.position[0][chosen].tolist()


def test_outlines_need_a_map(run, rows):
    bare = rows.drop(columns=["map_1", "map_2"])
    with pytest.raises(qsovae.ConfigError, match="places of the rows"):
        qsovae.save_selection(run, "left", bare, outlines=[BOX])
    crossed = [((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0)), ((1.0, 1.0),)]
    saved = qsovae.save_selection(run, "crossed", rows, outlines=crossed)
    inside = qsovae.inside_outline_mask(rows["map_1"], rows["map_2"], crossed)
    assert saved.rows == np.count_nonzero(inside)
