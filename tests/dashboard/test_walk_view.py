"""Explore: a walk through the latent space, and the line between two objects."""

import shutil

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import qsovae
from dashboard import figures
from dashboard.state import View


def page():
    import streamlit as st

    from dashboard import cache
    from dashboard.state import current_view
    from dashboard.walk_view import show_walk

    run = cache.opened_run(st.session_state.get("run_name", "tiny"))
    found = cache.run_catalog(run, None) if st.session_state.get("at_hand") else None
    show_walk(
        current_view(), run, cache.latent_table(run), found and found.catalog,
        st.session_state.get("start"),
        lambda name: st.session_state.update(opened=name),
    )  # fmt: skip


@pytest.fixture
def walk(server):
    """Return a function that opens the walk as a visitor with a view would see it."""

    def opened(view=None, **state):
        app = AppTest.from_function(page, default_timeout=120)
        app.session_state["view"] = view or View()
        for name, value in state.items():
            app.session_state[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return opened


@pytest.fixture
def rows(server):
    """Return the rows of the run `tiny`."""
    return qsovae.run_table(qsovae.open_run("tiny"))


def latent_of(rows):
    return rows[[c for c in rows if c.startswith("latent_")]].to_numpy(dtype=float)


def nearest(app):
    (said,) = [m.value for m in app.markdown if m.value.startswith("Nearest row")]
    return said.split("**")[1]


def test_nothing_is_decoded_before_somebody_asks(walk):
    app = walk()
    assert not app.slider
    app.toggle(key="walk_on").set_value(True).run()
    assert not app.exception
    assert app.slider
    assert "From the mean of all rows." in [c.value for c in app.caption]
    app.toggle(key="walk_on").set_value(False).run()
    assert not app.slider
    assert app.session_state["view"] == View()


def test_a_walk_begins_at_an_object_and_its_sliders_lead_away(walk, rows):
    app = walk(start=7, walk_on=True, at_hand=True)
    ranges = qsovae.latent_ranges(rows)
    active = [k for k, line in enumerate(ranges["is_active"]) if line]
    assert [s.value for s in app.slider] == pytest.approx(latent_of(rows)[7][active])
    assert nearest(app) == str(rows["object_id"].iloc[7])
    shares = app.dataframe[0].value.set_index("class")["probability"]
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert shares["QSO"] == pytest.approx(rows["p_QSO"].iloc[7], abs=1e-5)
    slider = app.slider[0]
    slider.set_value(slider.max).run()
    place = latent_of(rows)[7].copy()
    place[active[0]] = slider.max
    assert app.session_state["view"].walk == pytest.approx(place)
    apart = np.linalg.norm(latent_of(rows) - place, axis=1)
    assert nearest(app) == str(rows["object_id"].iloc[apart.argmin()])
    assert [float(v) for v in app.query_params["walk"]] == pytest.approx(
        place.tolist(), rel=1e-4
    )
    app.button_group(key="walk_unit").set_value("flux").run()
    assert not app.exception
    app.button(key="walk_back").click().run()
    assert nearest(app) == str(rows["object_id"].iloc[7])


def test_another_start_begins_another_walk(walk, rows):
    app = walk(start=7, walk_on=True)
    app.slider[0].set_value(app.slider[0].max).run()
    app.session_state["start"] = 11
    app.run()
    assert nearest(app) == str(rows["object_id"].iloc[11])
    app.toggle(key="walk_on").set_value(False).run()
    # Whoever clicks the map wants to walk from there.
    there = rows.loc[20, ["map_1", "map_2"]].tolist()
    app.session_state["start"] = tuple(there)
    app.run()
    assert nearest(app) == str(rows["object_id"].iloc[20])


def test_the_address_brings_a_walk_back(walk, rows):
    place = latent_of(rows)[30]
    app = walk(View(walk=tuple(place.tolist())))
    assert nearest(app) == str(rows["object_id"].iloc[30])
    # One of another run does not fit, and is left.
    app = walk(View(walk=(0.5, 0.5)), start=7)
    assert nearest(app) == str(rows["object_id"].iloc[7])


def test_far_from_all_rows_it_is_said_that_nothing_is_known(walk, rows):
    n_latent = latent_of(rows).shape[1]
    app = walk(View(walk=(3000.0,) * n_latent))
    assert "No such objects are known" in app.warning[0].value
    app = walk(start=7, walk_on=True)
    assert not app.warning


def test_the_nearest_object_can_be_opened(walk, rows):
    app = walk(start=7, walk_on=True)
    app.button(key="walk_open").click().run()
    assert app.session_state["opened"] == str(rows["object_id"].iloc[7])


def test_a_line_between_two_objects_lies_in_the_address(walk, rows, errors, texts):
    ends = tuple(str(rows["object_id"].iloc[place]) for place in (3, 42))
    app = walk(walk_on=True)
    app.text_input(key="walk_end_0").set_value(ends[0]).run()
    assert "Give two ids" in texts(app)
    app.text_input(key="walk_end_1").set_value(ends[1]).run()
    assert "21 places on the straight line" in texts(app)
    assert app.session_state["view"].walk_between == ends
    again = walk(View(walk_between=ends), at_hand=True)
    assert "21 places on the straight line" in texts(again)
    for name, said in (("<b>x</b>", "no row has the id"), (ends[0], "both ends")):
        app.text_input(key="walk_end_1").set_value(name).run()
        assert said in errors(app)
        assert "<b>" not in errors(app).replace("\\<", "")


def test_where_no_band_is_decided_features_are_shown(walk, server, colour_runs, texts):
    shutil.copytree(colour_runs / "colours", server / "checkpoints" / "colours")
    ids = qsovae.open_run("colours").rows()["object_id"].astype(str)
    view = View(walk_between=(ids.iloc[3], ids.iloc[42]))
    app = walk(view, run_name="colours", start=7, at_hand=True)
    told = next(d.value for d in app.dataframe if "spread" in d.value)
    assert told["name"].tolist() == ["g_mag_ab - r_mag_ab", "r_mag_ab - i_mag_ab"]
    assert told["nearest row"].notna().any()
    assert "21 places on the straight line" in texts(app)


def bands(**columns):
    table = pd.DataFrame({"label": ["g", "r"], "wavelength_um": [0.48, 0.64]})
    return table.assign(**columns)


def test_a_place_is_drawn_in_either_unit_over_the_nearest_row():
    decoded = bands(
        decoded_mag_ab=[20.0, None], decoded_mag_ab_low=[19.5, 22.0],
        decoded_mag_ab_high=[20.5, None], decoded_flux_ujy=[36.3, 1.0],
        decoded_flux_ujy_low=[30.0, -0.5], decoded_flux_ujy_high=[40.0, 2.0],
    )  # fmt: skip
    measured = bands(
        status="ok", mag_ab=[20.1, 21.0], mag_ab_err=0.1, flux_ujy=[33.0, 14.5],
        flux_ujy_err=1.0,
    )  # fmt: skip
    by_unit = {
        unit: {
            trace.name: trace
            for trace in figures.place_figure(
                decoded, measured, unit, is_simulated=True
            ).data
            if trace.name
        }
        for unit in (figures.MAGNITUDES, figures.FLUXES)
    }
    magnitudes, fluxes = by_unit[figures.MAGNITUDES], by_unit[figures.FLUXES]
    assert list(magnitudes["decoded here, 68 %"].y) == [20.0]
    assert list(fluxes["decoded here, 68 %"].y) == [36.3, 1.0]
    assert list(magnitudes["nearest row, measured"].y) == [20.1, 21.0]
    assert list(fluxes["nearest row, measured"].y) == [33.0, 14.5]
    # What may be nothing at all has no end on a logarithmic axis.
    (shade,) = [
        trace for trace in figures.place_figure(
            decoded, None, figures.FLUXES, is_simulated=False
        ).data if trace.fill
    ]  # fmt: skip
    assert list(shade.y) == [30.0, 40.0]


def test_bands_in_which_no_neighbour_was_seen_stand_apart():
    decoded = bands(
        decoded_mag_ab=[20.0, 24.0], decoded_mag_ab_low=[19.5, 23.0],
        decoded_mag_ab_high=[20.5, 25.0], detected=[0.8, np.nan],
    )  # fmt: skip
    figure = figures.place_figure(decoded, None, figures.MAGNITUDES, is_simulated=False)
    drawn = {trace.name: list(trace.y) for trace in figure.data if trace.name}
    assert drawn == {
        "decoded here, 68 %": [20.0], "decoded, neighbours not seen": [24.0],
    }  # fmt: skip


def test_along_a_line_colours_run_from_end_to_end_and_probabilities_are_stacked():
    lines = pd.concat([
        bands(along=along, decoded_mag_ab=[20.0 + along, 21.0])
        for along in (0.0, 0.5, 1.0)
    ])  # fmt: skip
    figure = figures.line_seds_figure(lines, ("<a>", "b"), is_simulated=False)
    assert [t.name for t in figure.data if t.showlegend] == ["&lt;a&gt;", "b"]
    assert list(figure.data[1].y) == [20.5, 21.0]
    assert len({trace.line.color for trace in figure.data}) == 3
    lines["detected"] = [1.0, 0.2] * 3
    figure = figures.line_seds_figure(lines, ("a", "b"), is_simulated=False)
    assert [list(trace.y) for trace in figure.data] == [[20.0], [20.5], [21.0]]
    table = pd.DataFrame({
        "along": [0.0, 0.5, 1.0], "p_QSO": [1.0, 0.5, 0.0], "p_STAR": [0.0, 0.5, 1.0],
        "is_far": [False, True, False],
    })  # fmt: skip
    figure = figures.line_classes_figure(
        table, ("QSO", "STAR"), ("<a>", "b"), is_simulated=False
    )
    stacked = [trace.name for trace in figure.data if trace.stackgroup]
    assert stacked == ["QSO", "STAR"]
    assert list(figure.data[-1].x) == [0.5]
    assert "&lt;a&gt;" in figure.layout.xaxis.title.text
