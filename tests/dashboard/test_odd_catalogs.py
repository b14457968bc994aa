"""Explore on a catalog that nobody would wish for, and at addresses of what is gone."""

import shutil

import numpy as np
import pytest

import qsovae
from dashboard import plane_heard
from dashboard.colours import Category
from dashboard.outlines import outlines_to_text, rounded_outline
from dashboard.plane_heard import keep_outline
from dashboard.state import View

N_ROWS = 600
MARKED = "<img src=x onerror=alert(1)>"
ODD = ("constant", "nothing", "nan", "many", "markup", MARKED, "a `b`", "kind",
       "infinite", "some_infinite", "huge", "truth", "never", "when",
       "object_id")  # fmt: skip


@pytest.fixture(scope="module")
def odd_folder(tmp_path_factory, odd_catalog):
    """Return a server's folder with the odd catalog, and runs with and without map."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "data").mkdir()
    path = shutil.copy(odd_catalog, folder / "data")
    for name, with_map in (("odd", True), ("bare", False)):
        request = qsovae.TrainRequest(path, "kind", name, epochs=1, with_map=with_map)
        qsovae.train_run(request, folder / "checkpoints")
    return folder


@pytest.fixture
def odd(odd_folder, empty_server):
    """Return a server's folder with all that."""
    shutil.copytree(odd_folder, empty_server, dirs_exist_ok=True)
    return empty_server


@pytest.mark.usefixtures("odd")
def test_odd_columns_colour_make_planes_and_facets(open_page, errors):
    page = open_page("Explore", run="odd")
    for name in ODD:
        page.selectbox(key="explore_colour").set_value(f"col:{name}").run()
        assert not page.exception, name
        assert not page.error, name
    for plane in (("constant", "nan"), ("infinite", "some_infinite"),
                  ("huge", f"`{MARKED}`"), ("tiny_spread", "huge * huge")):  # fmt: skip
        view = page.session_state["view"]
        page.session_state["explore_plane"] = "own"
        page.session_state["explore_x"], page.session_state["explore_y"] = plane
        page.run()
        assert not page.exception, plane
        assert not page.error, (plane, errors(page))
        assert view.plane == plane
    for name in ODD:
        if "`" not in name:
            page.multiselect(key="explore_facets").set_value([name]).run()
            assert not page.exception, name
            assert not page.error, name


@pytest.mark.usefixtures("odd")
def test_what_cannot_be_a_plane_is_said(open_page, errors):
    for x, words in (("markup", "this is text"), ("<b>gone</b>", "cannot be read"),
                     ("gone", "no column"), ("nothing", "this is text")):  # fmt: skip
        page = open_page("Explore", run="odd", plane=[x, "row"])
        assert not page.exception
        assert words in errors(page), x


@pytest.mark.usefixtures("odd")
def test_odd_objects_open_and_the_sky_lacks_those_without_a_place(open_page, texts):
    page = open_page("Explore", run="odd", plane="sky", opened="0")
    assert not page.exception
    assert not page.error
    assert "rows have no place on this plane" in texts(page)
    assert "it's" in texts(page)


BOX = ((-50.0, -50.0), (50.0, -50.0), (50.0, 50.0), (-50.0, 50.0))
DRAWN = outlines_to_text((BOX,))


@pytest.mark.parametrize(
    "outlines",
    [
        ((BOX[0], BOX[2], BOX[1], BOX[3]),),
        (((1.0, 1.0), (1.0, 1.0), (1.0, 1.0)),),
        (rounded_outline((np.cos(k), np.sin(3 * k)) for k in range(5000)),),
    ],
    ids=["crossing", "empty", "long"],
)
@pytest.mark.usefixtures("odd")
def test_odd_outlines_select_and_survive_their_permalink(open_page, metrics, outlines):
    page = open_page("Explore", View(run="odd", outlines=outlines))
    assert not page.exception
    assert not page.error
    again = open_page("Explore", **dict(page.query_params))
    assert not again.exception
    assert again.session_state["view"].outlines != ()
    assert metrics(again)["Selected"] == metrics(page)["Selected"]


@pytest.mark.usefixtures("odd")
def test_outlines_too_long_for_a_link_are_said_and_go_into_one_by_a_name(
    open_page, metrics
):
    rng = np.random.default_rng(8)
    outlines = tuple(
        tuple(map(tuple, rng.normal(size=(1500, 2)) * 50)) for _ in range(3)
    )
    page = open_page("Explore", View(run="odd", outlines=outlines))
    wanted = metrics(page)["Selected"]
    assert 0 < int(wanted) <= N_ROWS
    assert ["lacks the outlines" in words.value for words in page.warning] == [True]
    assert "outlines" not in page.query_params
    page.text_input(key="selection_name").set_value("scribbled").run()
    page.button(key="selection_save").click().run()
    page.button(key="explore_clear").click().run()
    assert not page.warning
    page.text_input(key="explore_query").set_value("sel_scribbled").run()
    again = open_page("Explore", **dict(page.query_params))
    assert metrics(again)["Selected"] == wanted


@pytest.mark.parametrize("x", ["row * 1e6", "tiny_spread", "huge"])
@pytest.mark.usefixtures("odd")
def test_outlines_of_any_size_survive_their_permalink(open_page, metrics, x):
    frame = qsovae.read_table("data/odd.parquet").frame
    frame["row"] = np.arange(len(frame))
    middle = float(frame.eval(x).median())
    end = float(2.0 * np.abs(frame.eval(x)).max())
    outline = ((middle, -1.0), (end, -1.0), (end, 1e4), (middle, 1e4))
    view = View(run="odd", plane=(x, "row"), outlined_on=(x, "row"))
    keep_outline(view, (x, "row"), [list(corner) for corner in outline])
    page = open_page("Explore", view)
    assert not page.exception
    assert metrics(page)["Selected"] == str(N_ROWS // 2)
    again = open_page("Explore", **dict(page.query_params))
    assert again.session_state["view"].outlines == view.outlines
    assert metrics(again)["Selected"] == str(N_ROWS // 2)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"run": "gone"}, "no such run"),
        ({"run": "odd", "plane": "gone"}, ""),
        ({"run": "odd", "beside": ["gone", "map", "sky"]}, ""),
        ({"run": "odd", "query": "sel_gone"}, "no column sel"),
        ({"run": "odd", "query": "not sel_gone and p_QSO > 0.1"}, "no column sel"),
        ({"run": "odd", "window": ["1", "1", "0", "2"]}, ""),
        ({"run": "odd", "window": ["nan", "inf", "x", ""]}, ""),
        ({"run": "odd", "opened": "99999999999"}, ""),
        ({"run": "odd", "opened": "-1"}, ""),
        ({"run": "odd", "colour": "told:sel_gone"}, ""),
        ({"run": "odd", "colour": "formula:<b>gone</b>"}, "cannot be read"),
        ({"run": "odd", "colour": "col:gone"}, ""),
        ({"run": "odd", "facets": ["gone", "many"]}, ""),
        ({"run": "odd", "outlined_on": ["gone", "row"], "outlines": "!"}, ""),
        (
            {"run": "odd", "outlined_on": ["gone", "row"], "outlines": DRAWN},
            "no column",
        ),
        ({"run": "odd", "outlined_on": ["many", "row"], "outlines": DRAWN}, "is text"),
        ({"run": "odd", "facets": "a `b`", "brushes": "a `b`=0:0"}, ""),
        ({"run": "odd", "facets": "many", "brushes": "many=900:999"}, ""),
        ({"run": "odd", "slices": "gone=1"}, ""),
        ({"run": "odd", "hidden": "gone", "band": "gone"}, ""),
        ({"run": "odd", "walk": ["1e4", "x"], "walk_between": ["a", "b"]}, ""),
        ({"run": "bare"}, ""),
        ({"run": "bare", "plane": "sky", "query": "p_QSO > 0.5", "opened": "3"}, ""),
    ],
)
@pytest.mark.usefixtures("odd")
def test_an_address_of_what_is_gone_shows_the_page(
    open_page, errors, metrics, parameters, words
):
    page = open_page("Explore", **parameters)
    assert not page.exception
    assert words in errors(page)
    assert ("Shown" in metrics(page)) == (parameters["run"] == "odd")


@pytest.mark.parametrize(
    "value",
    [
        "x", "1", None, -1, N_ROWS, 0.5, float("nan"), [], [[]], {"a": 1}, [1, "2"],
        [["a", "b"]], [[1, 2], [3, 4]], [[1, 2], [3, 4], [5, float("nan")]],
        [[1, 2], [3, 4], [5, float("inf")]], [[1, 2], [[3], 4], [5, 6]],
        [[1, 2, 3]] * 4, [float("nan")] * 4, [0, 0, 1, 1], 10**400, [10**400, 1],
        [[10**400, 1], [2, 3], [4, 5]], [True, False], [1, 2, 3, 10**400],
    ],
)  # fmt: skip
@pytest.mark.parametrize("event", ["outlined", "picked", "placed", "toggled", "viewed"])
def test_what_a_browser_cannot_have_said_changes_nothing(monkeypatch, event, value):
    view, state = View(), {}
    monkeypatch.setattr(plane_heard.st, "session_state", state)
    monkeypatch.setattr(plane_heard, "current_view", lambda: view)
    legend = (Category("a", 0, "#000000", "circle", 1),)
    plane = qsovae.own_plane("map_1", "map_2")
    plane_heard.hear(plane, np.arange(N_ROWS), legend, event, value, is_first=True)
    assert view == View()
    assert not state.get(plane_heard.PLACED)


@pytest.mark.parametrize("value", [True, False, 1.0])
def test_only_a_whole_number_picks_a_row(monkeypatch, value):
    view = View()
    monkeypatch.setattr(plane_heard.st, "session_state", {})
    monkeypatch.setattr(plane_heard, "current_view", lambda: view)
    plane = qsovae.own_plane("map_1", "map_2")
    plane_heard.hear(plane, np.arange(N_ROWS), (), "picked", value, is_first=True)
    assert view.opened is None
