"""Explore: one object of a selection, its SED over what its like have."""

import pandas as pd
import pytest
import streamlit as st

import qsovae
from dashboard import figures
from dashboard.state import View


class Event:
    """What a table says of its lines, of which the second is chosen."""

    class selection:  # noqa: N801 - as Streamlit has it
        rows = (1,)


@pytest.mark.usefixtures("server")
def test_a_line_of_the_selection_opens_its_object(open_page, monkeypatch, texts):
    plain = st.dataframe

    def chosen(data, **options):
        found = plain(data, **options)
        return Event if options.get("key") == "selection_table" else found

    monkeypatch.setattr(st, "dataframe", chosen)
    page = open_page("Explore", View(run="tiny", query="p_QSO > 0.5"))
    assert not page.exception
    rows = qsovae.open_run("tiny").rows()
    second = rows[rows["p_QSO"] > 0.5].iloc[1]
    assert f"Object {second['object_id']}" in [s.value for s in page.subheader]
    assert "neighbours in the latent space" in texts(page)
    assert "legacysurvey.org" in texts(page)
    page.button_group(key="object_unit").set_value("flux").run()
    assert not page.exception


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


@pytest.mark.usefixtures("server")
def test_a_verdict_is_said_on_an_object_and_shown_with_it(
    open_page, monkeypatch, texts
):
    plain = st.dataframe

    def chosen(data, **options):
        found = plain(data, **options)
        return Event if options.get("key") == "selection_table" else found

    monkeypatch.setattr(st, "dataframe", chosen)
    page = open_page("Explore", View(run="tiny", query="p_QSO > 0.5"))
    run = qsovae.open_run("tiny")
    rows = run.rows()
    name = str(rows[rows["p_QSO"] > 0.5].iloc[1]["object_id"])
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
