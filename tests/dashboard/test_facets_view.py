"""The facets of Explore: what the panel is told, and what its bars let through."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import qsovae
from dashboard.theme import class_styles


def _page():
    import numpy as np
    import streamlit as st

    import qsovae
    from dashboard import cache, facets_view
    from dashboard.join_view import joined_table
    from dashboard.state import current_view

    view = current_view()
    run = qsovae.open_run("tiny")
    table, found = cache.latent_table(run), cache.run_catalog(run, None)
    table = joined_table(view, run, table)
    catalog = found and found.catalog
    inside = facets_view.brushed_rows(view, run, table, catalog)
    point = (table["morphology"] == "point").to_numpy()
    shown = point if inside is None else point & inside
    st.metric("Brushed", "none" if inside is None else int(inside.sum()))
    st.caption(str(facets_view.facets_query(view, run, table, catalog)))
    selected = shown & (np.arange(len(table)) < 600)
    facets_view.show_facets(view, run, table, catalog, point, selected)
    view.to_address()


@pytest.fixture
def page(server):
    """Return a function that opens the facets alone with an address."""

    def opened(**parameters):
        app = AppTest.from_function(_page, default_timeout=60)
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return opened


@pytest.fixture
def known(server):
    """Return the run's rows and columns."""
    run = qsovae.open_run("tiny")
    rows = qsovae.run_table(run)
    return rows, qsovae.RunColumns(run, rows, qsovae.run_catalog(run))


def told(page):
    """Return what the browser is told of each column."""
    (panel,) = page.get("bidi_component")
    return {f["column"]: f for f in json.loads(panel.proto.json)["facets"]}


def test_the_usual_columns_are_counted(page, known):
    rows, columns = known
    facets = told(page())
    assert tuple(facets) == qsovae.facet_columns(columns)
    point = (rows["morphology"] == "point").to_numpy()
    for name, facet in facets.items():
        bins = qsovae.facet_bins(name, columns[name])
        counts = qsovae.facet_counts(
            bins.codes, len(bins.bins), point, point & (np.arange(len(rows)) < 600)
        )
        assert facet["all"] == counts.all.tolist()
        assert facet["shown"] == counts.shown.tolist()
        assert facet["selected"] == counts.selected.tolist()
        assert [b["label"] for b in facet["bins"]] == [b.label for b in bins.bins]
        assert facet["chosen"] == []
    magnitudes = facets["i_mag_ab"]
    assert magnitudes["isHistogram"]
    regular = [b["label"] for b in magnitudes["bins"] if " to " in b["label"]]
    assert magnitudes["edges"] == [
        *(label.split(" to ")[0] for label in regular), regular[-1].split(" to ")[1],
    ]  # fmt: skip
    named = {b["label"]: b["colour"] for b in facets["class_predicted"]["bins"]}
    assert named == {n: s.colour for n, s in class_styles(list(named)).items()}
    assert {b["colour"] for b in facets["p_QSO"]["bins"]} == {named["QSO"]}
    assert {b["colour"] for b in magnitudes["bins"]} == {None}


def test_bars_filter_the_rest_and_not_themselves(page, known):
    rows, columns = known
    bins = {n: qsovae.facet_bins(n, columns[n]) for n in ("class_predicted", "p_QSO")}
    quasar = [b.label for b in bins["class_predicted"].bins].index("QSO")
    shown = page(brushes=[f"class_predicted={quasar}:{quasar}", "p_QSO=10:14"])
    facets = told(shown)
    point = (rows["morphology"] == "point").to_numpy()
    is_quasar = (rows["class_predicted"] == "QSO").to_numpy()
    likely = bins["p_QSO"].mask(range(10, 15))
    assert shown.metric[0].value == str((is_quasar & likely).sum())
    for name, passed in (("class_predicted", likely), ("p_QSO", is_quasar)):
        of = bins[name]
        wanted = np.bincount(of.codes[point & passed], minlength=len(of.bins))
        assert facets[name]["shown"] == wanted.tolist()
    assert sum(facets["i_mag_ab"]["shown"]) == (point & is_quasar & likely).sum()
    assert facets["class_predicted"]["chosen"] == [quasar]
    assert facets["p_QSO"]["chip"] == bins["p_QSO"].label(range(10, 15))
    query = shown.code[0].value
    assert shown.caption[0].value == query
    run = qsovae.open_run("tiny")
    inside = qsovae.query_mask(run, query, rows)
    assert inside.tolist() == (is_quasar & likely).tolist()


def test_columns_are_chosen_and_take_their_brushes_with_them(page):
    shown = page(facets=["p_max", "has_SENTINEL"], brushes=["p_max=1:2", "p_QSO=0:3"])
    assert list(told(shown)) == ["p_max", "has_SENTINEL"]
    assert shown.caption[0].value.count("p_") == 1
    shown.multiselect(key="explore_facets").set_value(["p_max", "latent_1"]).run()
    assert list(told(shown)) == ["p_max", "latent_1"]
    assert shown.query_params["brushes"] == "p_max=1:2"
    shown.multiselect(key="explore_facets").set_value(["latent_1"]).run()
    assert list(told(shown)) == ["latent_1"]
    assert "brushes" not in shown.query_params
    assert shown.metric[0].value == "none"
    shown.multiselect(key="explore_facets").set_value([]).run()
    assert not shown.get("bidi_component")


def test_what_the_address_invents_is_ignored(page):
    shown = page(facets=["<b>", "nobody"], brushes=["nobody=0:1", "<b>=0:0"])
    assert len(told(shown)) == 5
    assert shown.metric[0].value == "none"


def test_what_people_say_is_counted_anew(page, known):
    rows, columns = known
    run = qsovae.open_run("tiny")
    qsovae.save_selection(run, "sure", rows, query="p_max > 0.9")
    first = told(page(facets=["vi_class", "sel_sure"]))
    assert first["vi_class"]["all"] == [1200]
    qsovae.delete_selection(run, "sure")
    qsovae.save_selection(run, "sure", rows, query="p_max > 0.5")
    some = str(rows["object_id"].iloc[0])
    qsovae.add_verdict(run, qsovae.Verdict(some, "QSO", 3, "Ada"))
    again = told(page(facets=["vi_class", "sel_sure"]))
    assert again["vi_class"]["all"] == [1, 1199]
    for facets, least in ((first, 0.9), (again, 0.5)):
        n_sure = int((columns["p_max"] > least).sum())
        assert facets["sel_sure"]["all"] == [n_sure, 1200 - n_sure]


def test_markup_in_a_joined_file_reaches_the_browser_as_it_is(page, server, known):
    rows, _ = known
    extra = rows[["object_id"]].assign(note="<img src=x onerror=alert(1)>")
    extra.to_parquet(server / "data" / "extra.parquet")
    shown = page(facets=["note"], joined=["1/extra.parquet", "object_id"])
    (facet,) = told(shown).values()
    assert facet["bins"][0]["label"] == "<img src=x onerror=alert(1)>"
