"""Explore on a catalog that nobody would wish for, in a browser: what only it shows."""

import io
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

import qsovae
from dashboard.outlines import rounded_outline
from dashboard.state import View

IMAGE = "<img src=x onerror=alert(1)>"
MARKUP = ("<script>alert(1)</script>", IMAGE, "**b** [x](http://a) :smile:", "$x$")
# Of everything on the page, what is inside of components included.
PLANTED = """() => {
    const within = (root) => [...root.querySelectorAll("*")].flatMap(
        (one) => [one, ...(one.shadowRoot ? within(one.shadowRoot) : [])]);
    const WORDS = /^(b|\\d+|GALAXY)$/;
    return within(document).filter(
        (one) => one.matches("[onerror], [src=x], a[href='http://a'], .katex")
            || (one.tagName === "SCRIPT" && one.textContent.includes("alert(1)"))
            || (one.matches("strong, em, i") && WORDS.test(one.textContent))
    ).map((one) => one.outerHTML);
}"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory, odd_catalog):
    """Return a folder with a run of the odd catalog, and no other."""
    folder = tmp_path_factory.mktemp("odd_runs")
    request = qsovae.TrainRequest(odd_catalog, "kind", "odd", epochs=1)
    qsovae.train_run(request, folder)
    return folder


@pytest.fixture(scope="module")
def odd(runs, odd_catalog):
    """Return the run's rows and the catalog."""
    run = qsovae.open_run("odd", runs)
    return qsovae.run_table(run), qsovae.read_table(odd_catalog).frame


@pytest.fixture
def careful(visitor):
    """Return a person whose pages asked nothing and hold no markup of the catalog."""
    asked = []
    visitor.page.on("dialog", lambda box: (asked.append(box.message), box.dismiss()))
    yield visitor
    assert not visitor.page.evaluate(PLANTED)
    assert not asked
    assert not [url for url in visitor.asked_for if url.endswith("/x")]


def opened(visitor, **parameters):
    """Open the page of the odd run and wait until its plane is drawn."""
    visitor.open(f"explore?{urlencode({'run': 'odd', **parameters}, doseq=True)}")
    visitor.part("plane").locator(".plane[data-version]").wait_for()
    visitor.settle()
    assert not visitor.errors()


def colour_by(visitor, column):
    """Choose a column of the catalog in the long list of colours."""
    field = visitor.part("explore_colour").locator("input").first
    field.fill(f"Column {column}")
    visitor.page.get_by_role("option", name=f"Column {column}", exact=True).click()
    visitor.settle()


def legend(visitor):
    return visitor.part("plane").locator(".legend").inner_text()


def lasso(visitor, shares):
    """Draw through shares of the plot; return the corners on the plane."""
    box, (left, top, width, height), (x0, x1, y0, y1) = visitor.plane()
    ends = [(round(box["x"] + left + a * width), round(box["y"] + top + b * height))
            for a, b in shares]  # fmt: skip
    visitor.page.mouse.move(*ends[0])
    visitor.page.mouse.down()
    for end in ends[1:]:
        visitor.page.mouse.move(*end)
    visitor.page.mouse.up()
    visitor.settle()
    return [
        (x0 + (x - box["x"] - left) / width * (x1 - x0),
         y1 - (y - box["y"] - top) / height * (y1 - y0))
        for x, y in ends
    ]  # fmt: skip


def even_odd(x, y, corners):
    """Return from which places a ray meets the outline an odd number of times."""
    inside = np.zeros(len(x), dtype=bool)
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        is_level = (y0 > y) != (y1 > y)
        if y0 != y1:
            inside ^= is_level & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return inside


def picked(visitor):
    """Return the places of the rows in the download."""
    return pd.read_csv(io.BytesIO(visitor.download("download_csv")))["row"].tolist()


def test_odd_columns_colour_a_plane_and_their_markup_is_text(careful, odd):
    rows, frame = odd
    n_rows = f"{len(rows):,}"
    opened(careful)
    for name, words in (
        ("constant", ["1.5\n", f"\n1.5 · {n_rows}"]),
        ("many", [f"other {len(rows) - 19}", "c0 1"]),
        ("markup", [f"{text} {(frame['markup'] == text).sum()}" for text in MARKUP]),
    ):  # fmt: skip
        colour_by(careful, name)
        told = legend(careful)
        assert name in told
        for word in words:
            assert word in told, name
        assert not careful.errors()
    # A category whose name is markup is hidden by a click, as any other.
    careful.part("plane").locator(".legend button", has_text="onerror").click()
    careful.settle()
    hidden = int((frame["markup"] == IMAGE).sum())
    assert careful.metric("Greyed by filters") == str(hidden) != "0"


def test_odd_columns_are_counted_and_their_markup_is_text(careful, odd):
    rows, frame = odd
    names = ["constant", "nothing", "nan", "many", "markup", IMAGE, "infinite", "kind"]
    opened(careful, facets=names)
    facets = careful.page.locator(".facet")
    told = {
        facet.get_attribute("data-column"): facet.inner_text().split("\n")
        for facet in facets.all()
    }
    assert list(told) == names
    n_rows = f"{len(rows):,}"
    for name, bar in (("constant", "1.5"), ("nothing", "missing"), ("nan", "missing"),
                      ("infinite", "missing")):  # fmt: skip
        assert bar in told[name]
        assert n_rows in told[name]
    assert f"other ({len(rows) - 20} more)" in told["many"]
    assert set(MARKUP) <= set(told["markup"])
    kinds = frame["kind"].value_counts()
    assert set(kinds.index) <= set(told["kind"])
    bars = facets.nth(names.index("markup")).locator(".bin")
    bars.filter(has_text="script").click()
    careful.settle()
    assert careful.metric("Shown") == str((frame["markup"] == MARKUP[0]).sum())


def test_rows_without_a_place_are_counted_and_not_drawn(careful, odd):
    rows, frame = odd
    opened(careful, plane="sky")
    placed = np.isfinite(frame[["ra_deg", "dec_deg"]]).all(axis=1)
    lost = int((~placed).sum())
    assert 0 < lost < len(rows)
    careful.page.get_by_text(f"{lost} rows have no place on this plane.").wait_for()
    words = careful.part("plane").locator(".words").inner_text()
    assert words.startswith(f"{placed.sum()} of {placed.sum()} rows in view")
    lasso(careful, [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    assert picked(careful) == np.flatnonzero(placed).tolist()


def test_a_lasso_may_cross_itself_or_enclose_nothing(careful, odd):
    rows, _ = odd
    opened(careful)
    turns = np.pi * (0.5 + 0.8 * np.arange(5))
    star = [(0.5 + 0.49 * np.cos(t), 0.5 - 0.49 * np.sin(t)) for t in turns]
    corners = lasso(careful, star)
    x, y = rows["map_1"].to_numpy(), rows["map_2"].to_numpy()
    inside = even_odd(x, y, rounded_outline(corners))
    middle = np.mean(corners, axis=0)
    radius = np.abs(np.subtract(corners[0], middle)) / 8
    twice = (np.abs(x - middle[0]) < radius[1]) & (np.abs(y - middle[1]) < radius[1])
    assert inside.any()
    assert not inside[twice].any()
    assert picked(careful) == np.flatnonzero(inside).tolist()
    # There and back, a line, a click: nothing is inside, or no outline at all.
    lasso(careful, [(0.2, 0.5), (0.8, 0.5), (0.5, 0.5), (0.2, 0.5)])
    assert careful.metric("Selected") == "0"
    careful.press("explore_clear")
    for shares in ([(0.01, 0.02), (0.9, 0.8)], [(0.01, 0.02)]):
        lasso(careful, shares)
        assert "outlines=" not in careful.page.url
    assert not careful.errors()


def test_twenty_long_lassos_come_back_in_another_browser(careful, browser, odd):
    rows, _ = odd
    rng = np.random.default_rng(2)
    turns = np.linspace(0, 2 * np.pi, 1500, endpoint=False)
    places = rows[["map_1", "map_2"]].to_numpy(float)
    # Of a hand, at whole pixels: one goes round half of the rows, the others about few.
    pixel = np.ptp(places, axis=0).max() / 600
    outlines = []
    for about in (np.median(places, axis=0), *places[rng.integers(0, len(rows), 19)]):
        wide = 120 if not outlines else 25
        far = wide + 4 * np.sin(9 * turns) + np.cumsum(rng.normal(0, 0.1, len(turns)))
        steps = np.column_stack([far * np.cos(turns), far * np.sin(turns)]).round()
        outlines.append(rounded_outline((about + pixel * steps).tolist()))
    inside = qsovae.inside_outline_mask(rows["map_1"], rows["map_2"], outlines)
    view = View(run="odd", outlines=tuple(outlines))
    opened(careful, **view.to_parameters())
    assert 0 < inside.sum() < len(rows)
    assert picked(careful) == np.flatnonzero(inside).tolist()
    careful.page.wait_for_url("**outlines=**")
    context = browser.new_context()
    try:
        other = type(careful)(context.new_page(), careful.address)
        other.open(careful.page.url.removeprefix(f"{careful.address}/"))
        told = other.page.locator("[data-testid=stMetricValue]")
        told.get_by_text(str(inside.sum()), exact=True).first.wait_for()
        assert other.metric("Selected") == str(inside.sum())
        assert not other.complaints
    finally:
        context.close()


def test_an_object_whose_name_is_markup_is_told_and_opened(careful, odd):
    rows, _ = odd
    places = rows[["map_1", "map_2"]].to_numpy(float)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    marked = rows["object_id"].str.startswith("<img").to_numpy()
    at = int(np.where(marked, apart.min(axis=1), -1.0).argmax())
    opened(careful)
    box, (left, top, width, height), (x0, x1, y0, y1) = careful.plane()
    x, y = places[at]
    careful.page.mouse.move(
        box["x"] + left + (x - x0) / (x1 - x0) * width,
        box["y"] + top + (y1 - y) / (y1 - y0) * height,
    )
    hover = careful.part("plane").locator(".hover")
    hover.wait_for()
    name = rows["object_id"].iloc[at]
    assert name in hover.inner_text()
    careful.page.mouse.down()
    careful.page.mouse.up()
    careful.page.get_by_role("heading", name=f"Object {name}").wait_for()
    careful.settle()
    assert not careful.errors()
    # What tells its kind from others is charts of columns whose names are markup.
    careful.fill("explore_query", f"near('{name}', 50) or markup = '{IMAGE}'")
    careful.press("why_start")
    assert not careful.errors()
    assert careful.page.locator("[data-testid=stPlotlyChart]").count() > 3
