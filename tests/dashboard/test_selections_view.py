"""Explore: selections are saved with the run, applied, renamed and deleted."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

import qsovae
from dashboard.selections_view import filters_query
from dashboard.state import View
from dashboard.theme import UNLABELLED

BOX = ((5.0, -50.0), (50.0, -50.0), (50.0, 50.0), (5.0, 50.0))


@pytest.mark.usefixtures("server")
def test_filters_and_outlines_are_kept_and_applied_again(open_page, metrics, texts):
    view = View(
        run="tiny", morphology="point", classes=("QSO", UNLABELLED), outlines=(BOX,),
        class_kind="class_label", query="p_QSO > 0.01", band="i",
        magnitudes=(15.0, 24.0), quality=("UPPER_LIMIT",),
    )  # fmt: skip
    page = open_page("Explore", view)
    wanted = metrics(page)["Selected"]
    assert 0 < int(wanted.replace(",", "")) < 1200
    page.text_input(key="selection_name").set_value("island").run()
    page.button(key="selection_save").click().run()
    assert not page.error
    assert "Saved island" in texts(page)
    saved = qsovae.open_selection(qsovae.open_run("tiny"), "island")
    assert f"{saved.rows:,}" == wanted
    fresh = open_page("Explore", View(run="tiny", morphology="extended"))
    fresh.button(key="selection_apply_island").click().run()
    assert not fresh.exception
    assert metrics(fresh)["Selected"] == wanted
    assert fresh.button_group(key="explore_morphology").value == "all"
    joined = open_page("Explore", View(run="tiny", query="not sel_island"))
    assert metrics(joined)["Selected"] == f"{1200 - saved.rows:,}"


@pytest.mark.usefixtures("server")
def test_a_selection_is_renamed_and_deleted_on_the_page(open_page, texts, errors):
    run = qsovae.open_run("tiny")
    qsovae.save_selection(run, "a", qsovae.run_table(run), query="p_QSO > 0.5")
    page = open_page("Explore", View(run="tiny"))
    page.text_input(key="selection_other_a").set_value("b").run()
    page.button(key="selection_rename_a").click().run()
    assert [kept.name for kept in qsovae.list_selections(run)] == ["b"]
    page.text_input(key="selection_other_b").set_value("../b").run()
    page.button(key="selection_rename_b").click().run()
    assert "cannot name a selection" in errors(page)
    page.button(key="selection_delete_b").click().run()
    assert qsovae.list_selections(run) == []


@pytest.mark.usefixtures("server")
def test_rows_that_left_a_selection_and_came_are_counted(open_page, texts):
    run = qsovae.open_run("tiny")
    rows = qsovae.run_table(run)
    first, second = rows["object_id"].astype(str)[:2]
    qsovae.add_verdict(run, qsovae.Verdict(first, "QSO", 4, "a"))
    qsovae.save_selection(run, "judged", rows, query="vi_quality > 2")
    page = open_page("Explore", View(run="tiny", query="vi_quality > 2"))
    assert "Since it was saved" not in texts(page)
    for verdict in ((first, "QSO", 1, "a"), (second, "QSO", 4, "a")):
        qsovae.add_verdict(run, qsovae.Verdict(*verdict))
    words = "1 rows have left it, and 1 have come"
    page.run()
    assert words in texts(page)
    page.text_input(key="explore_query").set_value("vi_quality > 1").run()
    assert words not in texts(page)


@pytest.mark.usefixtures("server")
def test_selections_bits_and_verdicts_colour_the_map(open_page):
    run = qsovae.open_run("tiny")
    rows = qsovae.run_table(run)
    plain = open_page("Explore", View(run="tiny"))
    offered = plain.selectbox(key="explore_colour").options
    assert "Entropy of the classes, nats" in offered
    assert "Quality bit UPPER_LIMIT" in offered
    assert "Last verdict" not in offered
    assert "Quality bit SENTINEL" not in offered
    qsovae.save_selection(run, "sure", rows, query="p_max > 0.9")
    said = qsovae.Verdict(str(rows["object_id"][0]), "QSO", 4, "Ada")
    qsovae.add_verdict(run, said)
    for colour in ("told:sel_sure", "told:vi_class", "told:vi_quality", "told:entropy"):
        page = open_page("Explore", View(run="tiny", colour=colour))
        assert not page.exception
        assert page.selectbox(key="explore_colour").value == colour


@pytest.mark.usefixtures("server")
def test_a_formula_colours_the_map_and_lies_in_the_address(open_page, errors):
    page = open_page("Explore", View(run="tiny"))
    page.selectbox(key="explore_colour").set_value("formula:").run()
    page.text_input(key="explore_formula").set_value("g_mag_ab - r_mag_ab").run()
    assert not page.exception
    assert not page.error
    fresh = open_page("Explore", **dict(page.query_params))
    assert fresh.text_input(key="explore_formula").value == "g_mag_ab - r_mag_ab"
    fresh.text_input(key="explore_formula").set_value("g_mag_ab - ").run()
    assert "ends too soon" in errors(fresh)
    assert not fresh.exception


def test_a_joined_file_colours_filters_and_lies_in_the_address(
    server, open_page, metrics, texts, errors
):
    rows = qsovae.open_run("tiny").rows()
    some = rows[["object_id"]].head(40).assign(radio_mjy=1.0, z_mag=2.0)
    some.loc[:9, "radio_mjy"] = 5.0
    some.rename(columns={"object_id": "name"}).to_csv(
        server / "data" / "extra.csv", index=False
    )
    view = View(run="tiny", joined=("1/extra.csv", "name"), query="radio_mjy > 2")
    page = open_page("Explore", view)
    assert not page.error
    assert "40 of 1,200 rows have a line" in texts(page)
    assert metrics(page)["Selected"] == "10"
    assert "Joined column radio_mjy" in page.selectbox(key="explore_colour").options
    fresh = open_page("Explore", **dict(page.query_params))
    assert metrics(fresh)["Selected"] == "10"
    fresh.selectbox(key="explore_colour").set_value("told:radio_mjy").run()
    assert not fresh.exception
    fresh.selectbox(key="explore_join_on").set_value("radio_mjy").run()
    assert "is that of a row (in the joined file)" in errors(fresh)
    gone = open_page("Explore", run="tiny", joined=["1/gone.csv", "name"])
    assert not gone.exception
    assert "joined" not in gone.query_params


@pytest.mark.usefixtures("server")
def test_slices_are_kept_with_a_selection(open_page, metrics, texts):
    run = qsovae.open_run("tiny")
    slices = ("survey VHS=missing", "morphology=point")
    page = open_page("Explore", View(run="tiny", slices=slices))
    wanted = metrics(page)["Shown"]
    assert 0 < int(wanted) < 1200
    page.text_input(key="selection_name").set_value("far").run()
    page.button(key="selection_save").click().run()
    assert not page.error
    saved = qsovae.open_selection(run, "far")
    assert saved.query == (
        "`slice_survey VHS` = 'missing' and `slice_morphology` = 'point'"
    )
    assert str(saved.rows) == wanted
    assert "not kept" not in texts(page)
    page.button(key="selection_apply_far").click().run()
    assert metrics(page)["Selected"] == wanted
    assert "slices" not in page.query_params
    # What is no slice filters nothing, and is not kept either.
    odd = open_page("Explore", run="tiny", slices=["magnitude=bright", slices[0]])
    assert odd.query_params["slices"] == slices[0]
    assert int(metrics(odd)["Shown"]) >= int(wanted)


def test_joined_columns_and_verdicts_are_listed_exactly(server, open_page):
    run = qsovae.open_run("tiny")
    rows = run.rows()
    extra = pd.DataFrame({
        "object_id": rows["object_id"], "<i>note</i>": "<script>1</script>",
        "big": 2**62 + np.arange(len(rows)), "small": 3,
    })  # fmt: skip
    extra.to_parquet(server / "data" / "extra.parquet", index=False)
    qsovae.add_verdict(run, qsovae.Verdict(str(rows["object_id"][7]), "QSO", 4, "Ada"))
    query = f"near('{rows['object_id'][7]}', 5)"
    joined = ("1/extra.parquet", "object_id")
    page = open_page("Explore", View(run="tiny", query=query, joined=joined))
    assert not page.error
    listed = next(d.value for d in page.dataframe if "object_id" in d.value)
    places = np.flatnonzero(qsovae.query_mask(run, query, rows))
    assert listed["big"].tolist() == [str(2**62 + place) for place in places]
    assert listed["small"].tolist() == [3] * 6
    assert listed["<i>note</i>"].tolist() == ["<script>1</script>"] * 6
    judged = listed.loc[listed["vi_class"].notna(), ["object_id", "vi_class"]]
    assert judged.values.tolist() == [[str(rows["object_id"][7]), "QSO"]]


def test_odd_joined_columns_and_ids_stop_nothing(server, open_page, texts, metrics):
    rows = qsovae.open_run("tiny").rows()
    extra = pd.DataFrame({
        "name": rows["object_id"].astype(str), "constant": 4.0, "nothing": np.nan,
        "many": [f"c{k}" for k in range(len(rows))], "<b>markup</b>": "<i>x</i>",
    })  # fmt: skip
    strangers = extra.head(3).assign(name=["nobody", "it's", "<b>1</b>"])
    pd.concat([extra, extra.head(5), strangers]).to_csv(
        server / "data" / "extra.csv", index=False
    )
    query = "constant = 4 and nothing is missing and `<b>markup</b>` = '<i>x</i>'"
    for name in ("constant", "nothing", "many", "<b>markup</b>"):
        view = View(run="tiny", joined=("1/extra.csv", "name"), query=query,
                    colour=f"told:{name}")  # fmt: skip
        page = open_page("Explore", view)
        assert not page.error
        assert page.selectbox(key="explore_colour").value == f"told:{name}"
        assert metrics(page)["Selected"] == "1,200"
    assert "3 lines have an id that no row has, and 5 repeat an id" in texts(page)


@pytest.mark.usefixtures("server")
def test_files_of_the_page_bear_the_whole_recipe(open_page, monkeypatch):
    metas = []
    monkeypatch.setattr(
        "dashboard.selection_view.download_table",
        lambda table, name, suffix, *, key, meta: metas.append((suffix, meta)),
    )
    view = View(run="tiny", query="p_QSO > 0.1", morphology="point", outlines=(BOX,),
                slices=("survey VHS=missing",))  # fmt: skip
    open_page("Explore", view)
    query = "morphology = 'point' and `slice_survey VHS` = 'missing' and (p_QSO > 0.1)"
    wanted = qsovae.selection_meta(qsovae.open_run("tiny"), query, (BOX,))
    assert dict(metas) == dict.fromkeys((".fits", ".vot", ".csv", ".parquet"), wanted)


def test_files_of_the_page_name_the_joined_file(server, open_page, monkeypatch):
    recipes = []
    monkeypatch.setattr(
        "dashboard.selection_view.download_table",
        lambda table, name, suffix, *, key, meta: recipes.append(meta["recipe"]),
    )
    path = server / "data" / "extra.csv"
    rows = qsovae.open_run("tiny").rows()
    rows[["object_id"]].head(40).assign(radio_mjy=1.0).to_csv(path, index=False)
    view = View(run="tiny", query="p_QSO > 0.1", joined=("1/extra.csv", "object_id"))
    page = open_page("Explore", view)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    told = {"name": "extra.csv", "sha256": digest, "on": "object_id"}
    assert json.loads(recipes[-1])["joined"] == told
    # Of a file that could not be joined nothing is told.
    page.selectbox(key="explore_join_on").set_value("radio_mjy").run()
    assert json.loads(recipes[-1])["joined"] is None


def test_what_hides_nothing_is_no_query_and_quotes_are_doubled():
    assert filters_query(View()) is None
    view = View(classes=("it's",), quality=("SENTINEL", "UPPER_LIMIT"))
    assert filters_query(view) == (
        "not (has_SENTINEL or has_UPPER_LIMIT) and class_predicted in ('it''s')"
    )
    qsovae.Query(filters_query(view))


@pytest.mark.parametrize(
    "hidden", [("STAR",), ("unlabelled",), ("QSO", "STAR"), ("QSO", "unlabelled")]
)
def test_what_the_legend_hides_is_said_by_the_query(server, hidden):
    run = qsovae.open_run("tiny", server / "checkpoints")
    rows = qsovae.run_table(run)
    query = filters_query(View(hidden=hidden))
    names = rows["class_label"].astype("string").fillna("unlabelled")
    mask = qsovae.query_mask(run, query, rows)
    assert mask.tolist() == (~names.isin(hidden)).tolist()
    assert filters_query(View(hidden=hidden, colour="quality")) is None
