"""Explore: columns that take long are made with a bar, and can be stopped."""

import numpy as np
import pytest
import streamlit as st

import qsovae
from dashboard import slow_columns
from dashboard.state import View
from qsovae.workflow import residuals

QUERY = "abs(residual_i) > 1.5"
COLOUR = "told:residual_i"


@pytest.fixture
def impatient(server, monkeypatch):
    """Take 1,200 rows for many, and make columns 300 rows at a time."""
    monkeypatch.setattr(slow_columns, "_FEW_ROWS", 1_000)
    monkeypatch.setattr(residuals, "_ROWS_AT_ONCE", 300)
    return server


@pytest.fixture
def told(monkeypatch):
    """Return the list of what bars are told."""
    entries = []
    telling = slow_columns.telling

    def listened(bar):
        tell = telling(bar)
        return lambda entry: entries.append(entry["fraction"]) or tell(entry)

    monkeypatch.setattr(slow_columns, "telling", listened)
    return entries


@pytest.fixture
def halting(monkeypatch):
    """End each run of a page in the midst of a bar, as long as nobody stops that."""

    def halted(bar):
        def tell(entry):
            bar.progress(entry["fraction"])
            if entry["fraction"] > 0.2:
                st.stop()

        return tell

    with monkeypatch.context() as patch:
        patch.setattr(slow_columns, "telling", halted)
        yield patch


def shown(metrics, page):
    return int(metrics(page)["Shown"].replace(",", ""))


@pytest.mark.usefixtures("impatient")
def test_a_query_of_them_shows_its_rows_when_they_are_made(open_page, metrics, told):
    run = qsovae.open_run("tiny")
    found = qsovae.band_residuals(run, qsovae.run_catalog(run))["i"]
    page = open_page("Explore", View(run="tiny"))
    page.text_input(key="explore_query").set_value(QUERY).run()
    assert not page.exception
    assert not page.error
    assert told[-1] == 1.0
    assert len(told) >= 3
    assert shown(metrics, page) == np.count_nonzero(np.abs(found) > 1.5)
    assert not page.get("progress")
    assert "slow_columns_stop" not in [button.key for button in page.button]
    n_told = len(told)
    page.text_input(key="explore_query").set_value("residual_i > 1.5").run()
    assert len(told) == n_told
    assert shown(metrics, page) == np.count_nonzero(found > 1.5)


@pytest.mark.usefixtures("impatient", "told")
@pytest.mark.parametrize(
    "view",
    [
        {"colour": COLOUR},
        {"colour": "formula:residual_g - residual_r"},
        {"plane": ("i_mag_ab", "residual_i")},
        {"facets": ("residual_i",), "brushes": ("residual_i=0:3",)},
        {
            "outlined_on": ("i_mag_ab", "residual_i"),
            "outlines": (((10.0, -9.0), (30.0, -9.0), (30.0, 0.0)),),
        },
    ],
    ids=lambda view: next(iter(view)),
)
def test_whatever_asks_for_them_waits_with_a_bar(open_page, told, view):
    page = open_page("Explore", View(run="tiny", **view))
    assert not page.exception
    assert not page.error
    assert told[-1] == 1.0


@pytest.mark.usefixtures("server", "told")
def test_what_is_soon_there_needs_no_bar(open_page, told):
    page = open_page("Explore", View(run="tiny", query=QUERY))
    assert not page.error
    assert told == []


@pytest.mark.usefixtures("impatient")
def test_stop_takes_the_step_back_and_it_can_be_gone_on_with(
    open_page, metrics, texts, halting
):
    page = open_page("Explore", View(run="tiny", query="p_QSO > 0.5"))
    before = shown(metrics, page)
    page.text_input(key="explore_query").set_value(QUERY).run()
    assert len(page.get("progress")) == 1
    page.button(key="slow_columns_stop").click().run()
    assert not page.exception
    assert not page.get("progress")
    assert page.text_input(key="explore_query").value == "p_QSO > 0.5"
    assert shown(metrics, page) == before
    assert "was taken back" in texts(page)
    halting.undo()
    page.button(key="slow_columns_on").click().run()
    assert page.text_input(key="explore_query").value == QUERY
    assert 0 < shown(metrics, page) != before
    assert "was taken back" not in texts(page)


@pytest.mark.usefixtures("impatient", "halting")
def test_stop_leads_to_all_rows_where_nothing_was_before(open_page, metrics):
    page = open_page("Explore", View(run="tiny", colour=COLOUR, query=QUERY))
    page.button(key="slow_columns_stop").click().run()
    assert not page.exception
    assert shown(metrics, page) == len(qsovae.open_run("tiny").rows())
    assert page.selectbox(key="explore_colour").value == "class_label"
    assert "query" not in page.query_params


@pytest.mark.usefixtures("impatient", "halting")
def test_an_own_plane_is_taken_back_as_well(open_page):
    page = open_page("Explore", View(run="tiny"))
    page.selectbox(key="explore_plane").select("own").run()
    page.text_input(key="explore_y").set_value("residual_i").run()
    page.button(key="slow_columns_stop").click().run()
    assert not page.exception
    assert page.text_input(key="explore_y").value == "latent_2"


@pytest.mark.usefixtures("impatient", "halting")
def test_another_click_goes_before_what_is_made(open_page, metrics):
    page = open_page("Explore", View(run="tiny"))
    everything = shown(metrics, page)
    page.selectbox(key="explore_colour").select(COLOUR).run()
    assert len(page.get("progress")) == 1
    # The menu still stands in a browser, as it was.
    page.session_state["explore_colour"] = "class_predicted"
    page.run()
    assert not page.exception
    assert not page.get("progress")
    assert shown(metrics, page) == everything
