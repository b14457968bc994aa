"""Explore: one object of a selection, its SED over what its like have."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from dashboard import figures
from dashboard.state import View


@pytest.fixture
def second(server):
    """Return the place of the second row that a query is true of, and its id."""
    rows = qsovae.open_run("tiny").rows()
    place = int(np.flatnonzero(rows["p_QSO"] > 0.5)[1])
    return place, str(rows["object_id"].iloc[place])


@pytest.fixture
def opened_view(second):
    """Return a view of the second object."""
    return View(run="tiny", query="p_QSO > 0.5", opened=second[0])


def test_an_object_is_told_and_leads_to_the_next(open_page, texts, opened_view, second):
    page = open_page("Explore", opened_view)
    assert f"Object {second[1]}" in [s.value for s in page.subheader]
    assert "neighbours in the latent space" in texts(page)
    assert "legacysurvey.org" in texts(page)
    page.button_group(key="object_unit").set_value("flux").run()
    assert not page.exception
    assert page.query_params["opened"] == str(second[0])
    page.button(key="object_next").click().run()
    rows = qsovae.open_run("tiny").rows()
    third = np.flatnonzero(rows["p_QSO"] > 0.5)[2]
    assert page.query_params["opened"] == str(third)
    page.button(key="object_previous").click().run()
    page.button(key="object_previous").click().run()
    assert page.button(key="object_previous").disabled
    page.button(key="object_close").click().run()
    assert "opened" not in page.query_params


@pytest.mark.usefixtures("server")
def test_an_object_that_is_not_there_is_not_opened(open_page):
    page = open_page("Explore", run="tiny", opened="99999999")
    assert not page.exception
    assert "opened" not in page.query_params


def test_the_figure_has_what_was_measured_in_either_unit():
    bands = pd.DataFrame({
        "label": ["g", "r"], "wavelength_um": [0.48, 0.64],
        "status": ["ok", "nondetect"], "mag_ab": [20.0, None],
        "mag_ab_err": [0.1, None], "flux_ujy": [36.3, 0.5], "flux_ujy_err": [3.3, 0.4],
    })  # fmt: skip
    for name in ("decoded_mag_ab", "near_mag_ab"):
        for end, off in (("", 0.0), ("_low", -1.0), ("_high", 1.0)):
            bands[f"{name}{end}"] = [20.0 + off, 21.0 + off]
    by_unit = {
        unit: figures.object_figure(bands, unit, is_simulated=True)
        for unit in (figures.MAGNITUDES, figures.FLUXES)
    }
    magnitudes = {trace.name: trace for trace in by_unit[figures.MAGNITUDES].data}
    assert list(magnitudes["measured"].y) == [20.0]
    assert list(magnitudes["decoded, 68 %"].y) == [20.0, 21.0]
    fluxes = {trace.name: trace for trace in by_unit[figures.FLUXES].data}
    assert list(fluxes["measured"].y) == [36.3, 0.5]
    assert fluxes["decoded, 68 %"].y[0] == pytest.approx(36.31, abs=0.01)


def test_a_verdict_is_said_on_an_object_and_shown_with_it(
    open_page, texts, opened_view, second
):
    page = open_page("Explore", opened_view)
    run, name = qsovae.open_run("tiny"), second[1]
    page.button_group(key=f"verdict_class_{name}").set_value("QSO")
    page.button_group(key=f"verdict_quality_{name}").set_value(3)
    page.text_input(key=f"verdict_comment_{name}").set_value("<b>broad</b> line")
    (say,) = [b for b in page.button if b.label == "Say it"]
    say.click().run()
    assert "nobody says it" in " ".join(e.value for e in page.error)
    page.text_input(key="verdict_scanner").set_value("Ada")
    (say,) = [b for b in page.button if b.label == "Say it"]
    say.click().run()
    assert not page.exception
    (said,) = qsovae.read_verdicts(run).to_dict("records")
    assert (said["object_id"], said["vi_class"], said["vi_quality"]) == (name, "QSO", 3)
    assert said["vi_comment"] == "<b>broad</b> line"
    assert "quality 3" in texts(page)
    assert "1 verdicts on objects" in texts(page)


def test_verdicts_by_key_lead_from_object_to_object(
    open_page, texts, opened_view, second
):
    page = open_page("Explore", opened_view)
    run = qsovae.open_run("tiny")
    rows = run.rows()
    places = np.flatnonzero(rows["p_QSO"] > 0.5)[1:]
    ids = rows["object_id"].astype(str).to_numpy()[places]
    by_key = {
        b.proto.shortcut: b for b in page.button if b.key and b.key.endswith(ids[0])
    }
    assert {k: b.label for k, b in by_key.items()} == {
        "q": "Quasar", "s": "Star", "g": "Galaxy", "u": "Unknown"
    }  # fmt: skip
    assert all(b.disabled for b in by_key.values())
    assert "First give your name" in texts(page)
    page.text_input(key="verdict_scanner").set_value("Ada")
    page.button_group(key="verdict_quick_quality").set_value(0).run()
    assert "Q quasar, S star, G galaxy, U unknown" in texts(page)
    page.button(key=f"verdict_quick_GALAXY_{ids[0]}").click().run()
    assert not page.exception
    assert page.query_params["opened"] == str(places[1])
    assert f"{ids[0]} is GALAXY, quality 0" in texts(page)
    # Name and quality stay, also when the object was closed in between.
    page.button(key="object_close").click().run()
    page.session_state["view"].opened = int(places[1])
    page.run()
    page.button(key=f"verdict_quick_unknown_{ids[1]}").click().run()
    page.button(key="object_previous").click().run()
    page.button(key=f"verdict_quick_STAR_{ids[1]}").click().run()
    said = qsovae.read_verdicts(run)
    assert said["object_id"].tolist() == [ids[0], ids[1], ids[1]]
    assert said["vi_class"].tolist() == ["GALAXY", "unknown", "STAR"]
    assert set(said["vi_quality"]) == {0}
    assert set(said["vi_scanner"]) == {"Ada"}


def test_a_verdict_by_key_on_the_last_object_stays_there(open_page, server):
    rows = qsovae.open_run("tiny").rows()
    place = len(rows) - 1
    name = rows["object_id"].iloc[place]
    page = open_page("Explore", View(run="tiny", opened=place))
    page.text_input(key="verdict_scanner").set_value("Ada")
    page.button_group(key="verdict_quick_quality").set_value(3).run()
    verdicts = server / "checkpoints" / "tiny" / "verdicts.jsonl"
    verdicts.mkdir()  # the disk refuses
    page.button(key=f"verdict_quick_QSO_{name}").click().run()
    assert not page.exception
    assert "cannot be written" in " ".join(e.value for e in page.error)
    verdicts.rmdir()
    page.button(key=f"verdict_quick_QSO_{name}").click().run()
    assert not page.exception
    assert page.query_params["opened"] == str(place)
    assert len(qsovae.read_verdicts(qsovae.open_run("tiny"))) == 1
