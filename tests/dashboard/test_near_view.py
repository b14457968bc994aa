"""Explore: rows near an object, like a selection, or unsure, as queries."""

import numpy as np
import pytest

import qsovae
from dashboard.state import View

BOX = ((5.0, -50.0), (50.0, -50.0), (50.0, 50.0), (5.0, 50.0))


@pytest.fixture
def run(server):
    """Return the run `tiny` of the server."""
    return qsovae.open_run("tiny")


@pytest.fixture
def rows(run):
    """Return its rows."""
    return qsovae.run_table(run)


def query_of(page):
    """Return what is written in the query, and lies in the address."""
    said = page.query_params["query"]
    assert page.text_input(key="explore_query").value == said
    return said


def test_rows_near_an_object_are_selected(run, rows, open_page, metrics, errors):
    page = open_page(
        "Explore", View(run="tiny", morphology="extended", outlines=(BOX,))
    )
    page.text_input(key="near_id_").set_value(f" {rows['object_id'][7]} ")
    page.number_input(key="near_rows").set_value(30)
    page.button(key="near_object").click().run()
    assert not page.exception
    assert query_of(page) == f"near('{rows['object_id'][7]}', 30)"
    assert metrics(page)["Selected"] == "31"
    assert metrics(page)["Shown"] == "31"
    assert page.button_group(key="explore_morphology").value == "all"
    page.text_input(key="near_id_").set_value("it's <b>")
    page.button(key="near_object").click().run()
    assert query_of(page) == "near('it''s <b>', 30)"
    assert "no row has the id it's" in errors(page)
    assert page.code[0].value.splitlines()[1] == " " * 5 + "▲"
    assert not page.exception
    page.text_input(key="near_id_").set_value("")
    page.button(key="near_object").click().run()
    assert query_of(page) == "near('it''s <b>', 30)"


def test_rows_like_those_of_filters_and_query(run, rows, open_page, metrics):
    view = View(run="tiny", morphology="point", query="p_QSO > 0.5 or p_max < 0.5")
    page = open_page("Explore", view)
    page.number_input(key="like_rows").set_value(120)
    page.button(key="near_like").click().run()
    assert not page.exception
    claim = "morphology = 'point' and (p_QSO > 0.5 or p_max < 0.5)"
    assert query_of(page) == f"like({claim}, 120)"
    assert metrics(page)["Selected"] == "120"
    assert page.button_group(key="explore_morphology").value == "all"
    wanted = qsovae.query_mask(run, f"like({claim}, 120)", rows)
    listed = next(d.value for d in page.dataframe if "object_id" in d.value)
    assert (
        listed["object_id"].tolist() == rows["object_id"][wanted].astype(str).tolist()
    )
    # Among these, those of which the model is unsure.
    page.button_group(key="near_join").set_value("among").run()
    page.slider(key="near_unsure").set_value(0.75)
    page.button(key="near_unsure_rows").click().run()
    assert query_of(page) == f"(like({claim}, 120)) and p_max < 0.75"
    shares = qsovae.probability_matrix(rows, run.classes).max(axis=1)
    n_unsure = np.count_nonzero(wanted & (shares < 0.75))
    assert metrics(page)["Selected"] == f"{n_unsure}"
    assert qsovae.list_selections(run) == []


def test_outlines_are_named_first(run, rows, open_page, metrics, errors):
    qsovae.save_selection(run, "taken", rows, query="p_QSO > 0.5")
    page = open_page("Explore", View(run="tiny", outlines=(BOX,), query="p_QSO > 0.01"))
    assert "near_like" not in {button.key for button in page.button}
    page.text_input(key="near_name").set_value("taken").run()
    page.button(key="near_save").click().run()
    assert "already a selection taken" in errors(page)
    page.text_input(key="near_name").set_value("isle-1").run()
    page.button(key="near_save").click().run()
    assert not page.exception
    saved = qsovae.open_selection(run, "isle-1")
    assert (saved.query, saved.outlines) == ("p_QSO > 0.01", (BOX,))
    page.number_input(key="like_rows").set_value(40)
    page.button(key="near_like").click().run()
    assert query_of(page) == "like(`sel_isle-1`, 40)"
    assert metrics(page)["Selected"] == "40"
    assert "outlines" not in page.query_params
    wanted = qsovae.query_mask(run, "like(`sel_isle-1`, 40)", rows)
    assert wanted.sum() == 40


@pytest.mark.usefixtures("run")
def test_without_a_selection_there_is_nothing_to_be_like(open_page, texts, metrics):
    page = open_page("Explore", View(run="tiny"))
    assert "Select rows first" in texts(page)
    page.button(key="near_unsure_rows").click().run()
    assert query_of(page) == "p_max < 0.6"
    assert int(metrics(page)["Selected"]) > 0


def test_the_object_that_is_looked_at_is_proposed(rows, open_page):
    place = int(np.flatnonzero(rows["p_QSO"] > 0.5)[1])
    page = open_page("Explore", View(run="tiny", query="p_QSO > 0.5", opened=place))
    second = str(rows["object_id"].iloc[place])
    assert page.text_input(key=f"near_id_{second}").value == second
    page.button(key="near_object").click().run()
    assert query_of(page) == f"near('{second}', 50)"
