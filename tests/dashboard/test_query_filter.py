"""Explore: rows told by a query, beside all other filters."""

import numpy as np
import pytest

import qsovae
from dashboard.query_filter import pointed
from dashboard.state import View

TEXT = "p_QSO > 0.8 and g_mag_ab < 22"


@pytest.fixture
def expected(server):
    """Return the rows of the query, reckoned without one."""
    run = qsovae.open_run("tiny")
    magnitude = qsovae.run_catalog(run).magnitude("g")[0]
    return (run.rows()["p_QSO"] > 0.8).to_numpy() & (magnitude < 22)


def shown(metrics, page):
    return int(metrics(page)["Shown"].replace(",", ""))


def test_a_query_filters_lists_its_rows_and_lies_in_the_address(
    expected, open_page, metrics, texts
):
    page = open_page("Explore", View(run="tiny"))
    page.text_input(key="explore_query").set_value(TEXT).run()
    assert not page.error
    assert 0 < shown(metrics, page) == expected.sum() < len(expected)
    assert f"true of {expected.sum():,} rows" in texts(page)
    assert metrics(page)["Selected"] == f"{expected.sum():,}"
    listed = next(d.value for d in page.dataframe if "object_id" in d.value)
    ids = qsovae.open_run("tiny").rows()["object_id"][expected]
    assert listed["object_id"].tolist() == ids.astype(str).tolist()
    fresh = open_page("Explore", **dict(page.query_params))
    assert fresh.text_input(key="explore_query").value == TEXT
    assert shown(metrics, fresh) == expected.sum()
    fresh.button(key="explore_clear").click().run()
    assert shown(metrics, fresh) == len(expected)
    assert "query" not in fresh.query_params


@pytest.mark.usefixtures("server")
def test_a_query_joins_other_filters(expected, open_page, metrics):
    point = (qsovae.open_run("tiny").rows()["morphology"] == "point").to_numpy()
    page = open_page("Explore", View(run="tiny", query=TEXT, morphology="point"))
    assert shown(metrics, page) == np.count_nonzero(expected & point)


@pytest.mark.usefixtures("server")
def test_what_is_wrong_in_a_query_is_pointed_at_and_filters_nothing(
    open_page, metrics, errors
):
    page = open_page("Explore", View(run="tiny", query="p_QSO > 0.8 adn 1 < 2"))
    assert "cannot be read from 'a'" in errors(page)
    assert page.code[0].value == f"p_QSO > 0.8 adn 1 < 2\n{' ' * 12}▲"
    assert shown(metrics, page) == len(qsovae.open_run("tiny").rows())
    assert metrics(page)["Selected"] == "0"
    page.text_input(key="explore_query").set_value("<b>bold</b> > 1").run()
    assert "cannot be read" in errors(page)


def test_the_mark_stands_beneath_the_character():
    assert pointed("a\tb c", 2) == "a b c\n  ▲"
    assert pointed("ab", 99) == "ab\n  ▲"


@pytest.mark.usefixtures("expected")
def test_a_selection_is_explained_when_asked_and_selects_by_its_cut(
    open_page, metrics, texts
):
    page = open_page("Explore", View(run="tiny", query=TEXT))
    page.button(key="why_start").click().run()
    assert not page.exception
    assert not page.error
    run = qsovae.open_run("tiny")
    rows, catalog = qsovae.run_table(run), qsovae.run_catalog(run)
    chosen = qsovae.query_mask(run, TEXT, rows, catalog)
    wanted = qsovae.explain_selection(run, rows, chosen, catalog)
    assert wanted["cut"]["query"] in [code.value for code in page.code]
    assert "The simplest cut that reproduces them" in texts(page)
    page.button(key="why_cut").click().run()
    assert page.text_input(key="explore_query").value == wanted["cut"]["query"]
    passed = qsovae.query_mask(run, wanted["cut"]["query"], rows, catalog)
    assert metrics(page)["Selected"] == f"{passed.sum():,}"
