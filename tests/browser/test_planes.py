"""Planes of rows in a browser: what is drawn, zoomed, picked, hidden and linked to."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageChops

import qsovae

DRAWN = ".plane[data-version]"


def opened(visitor, address="explore?run=tiny"):
    """Open the page and wait until its plane is drawn."""
    visitor.open(address)
    visitor.part("plane").locator(DRAWN).wait_for()
    visitor.settle()


def told(visitor, name, key="plane"):
    return visitor.part(key).locator(".plane").get_attribute(f"data-{name}")


def pixel_of(visitor, x, y):
    """Return where in the page a place on the plane is."""
    box, (left, top, width, height), (x0, x1, y0, y1) = visitor.plane()
    across = box["x"] + left + (float(x) - x0) / (x1 - x0) * width
    down = box["y"] + top + height - (float(y) - y0) / (y1 - y0) * height
    return across, down


def wait_until_drawn(visitor, key="plane"):
    """Wait until the plane has rested so long that what is in view is drawn."""
    drawn = None
    while drawn != (drawn := told(visitor, "drawn", key)):
        visitor.page.wait_for_timeout(1000)


def picture(visitor, key="plane"):
    """Return what is drawn of the rows, as an image."""
    visitor.part(key).scroll_into_view_if_needed()
    content = visitor.part(key).locator(".frame").screenshot()
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.fixture(scope="module")
def rows(server):
    return qsovae.run_table(qsovae.open_run("tiny", server.runs))


def lonely_row(rows):
    """Return the row that is farthest from its nearest neighbour on the map."""
    places = rows[["map_1", "map_2"]].to_numpy(float)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return rows.iloc[int(apart.min(axis=1).argmax())]


def test_a_row_is_told_where_it_is_pointed_at_and_opened_where_it_is_clicked(
    visitor, rows
):
    opened(visitor)
    row = lonely_row(rows)
    at = pixel_of(visitor, row["map_1"], row["map_2"])
    visitor.page.mouse.move(*at)
    hover = visitor.part("plane").locator(".hover")
    hover.wait_for()
    assert str(row["object_id"]) in hover.inner_text()
    visitor.page.mouse.click(*at)
    visitor.page.get_by_role("heading", name=f"Object {row['object_id']}").wait_for()
    assert f"opened={row.name}" in visitor.page.url


def test_an_address_brings_back_picture_zoom_and_selected_rows(visitor, browser, rows):
    opened(visitor, "explore?run=tiny&colour=p_QSO&query=p_QSO%3E0.2&scale=cividis")
    draw_box(visitor, (0.2, 0.2), (0.7, 0.8))
    row = lonely_row(rows)
    visitor.page.mouse.move(*pixel_of(visitor, row["map_1"], row["map_2"]))
    for _ in range(4):
        visitor.page.mouse.wheel(0, -300)
    visitor.page.wait_for_url("**window=**")
    visitor.settle()
    visitor.page.mouse.move(0, 0)
    first, window = picture(visitor), told(visitor, "window")
    chosen = visitor.download("download_csv")
    assert 2 < chosen.count(b"\n") < len(rows)
    visitor.page.mouse.move(0, 0)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        other = type(visitor)(context.new_page(), visitor.address)
        opened(other, visitor.page.url.removeprefix(f"{visitor.address}/"))
        np.testing.assert_allclose(
            np.array(eval_list(told(other, "window"))),
            np.array(eval_list(window)), rtol=1e-5, atol=1e-5,
        )  # fmt: skip
        off = np.asarray(ImageChops.difference(first, picture(other)), float)
        assert (off.max(axis=2) > 60).mean() < 0.003
        assert other.download("download_csv") == chosen
    finally:
        context.close()


def eval_list(text):
    """Return the numbers of a list as JSON has it."""
    return [float(part) for part in text.strip("[]").split(",")]


def test_the_legend_counts_and_hides_and_undo_shows_again(visitor, rows):
    opened(visitor)
    legend = visitor.part("plane").locator(".legend")
    n_stars = int((rows["class_label"] == "STAR").sum())
    star = legend.get_by_role("button", name=f"STAR {n_stars:,}")
    star.click()
    legend.get_by_text(f"filtered out {n_stars:,}").wait_for()
    visitor.settle()
    assert visitor.metric("Shown") == f"{len(rows) - n_stars:,}"
    assert "hidden=STAR" in visitor.page.url
    visitor.press("explore_undo")
    assert visitor.metric("Shown") == f"{len(rows):,}"
    assert "hidden" not in visitor.page.url


def draw_box(visitor, begin, end):
    """Draw a box between shares of the plot; return its corners in the page."""
    box, (left, top, width, height), _ = visitor.plane()
    corners = [
        (round(box["x"] + left + a * width), round(box["y"] + top + b * height))
        for a, b in (begin, end)
    ]
    visitor.part("plane").get_by_role("button", name="Box").click()
    visitor.page.mouse.move(*corners[0])
    visitor.page.mouse.down()
    visitor.page.mouse.move(*corners[1], steps=4)
    visitor.page.mouse.up()
    visitor.settle()
    return corners


def test_what_is_outlined_on_another_plane_is_what_lies_there(visitor, rows, server):
    opened(visitor, "explore?run=tiny&plane=mid_infrared&beside=map")
    box, (left, top, width, height), (x0, x1, y0, y1) = visitor.plane()
    before = told(visitor, "version", "plane_map")
    begin, end = draw_box(visitor, (0.3, 0.1), (0.8, 0.6))
    redrawn = f"{DRAWN}:not([data-version='{before}'])"
    visitor.part("plane_map").locator(redrawn).wait_for()
    corners = [
        (x0 + (x - box["x"] - left) / width * (x1 - x0),
         y1 - (y - box["y"] - top) / height * (y1 - y0))
        for x, y in (begin, end)
    ]  # fmt: skip
    catalog = qsovae.open_catalog(server.folder / "data" / "demo.fits")
    w1, w2 = catalog.magnitude("w1")[0], catalog.magnitude("w2")[0]
    (low_x, high_y), (high_x, low_y) = corners
    with np.errstate(invalid="ignore"):
        inside = (w2 > low_x) & (w2 < high_x) & (w1 - w2 > low_y) & (w1 - w2 < high_y)
    picked = pd.read_csv(io.BytesIO(visitor.download("download_csv")))
    assert 0 < inside.sum() < len(rows)
    assert picked["row"].tolist() == np.flatnonzero(inside).tolist()


def test_the_keyboard_moves_the_plane_and_says_what_is_in_view(visitor, rows):
    opened(visitor)
    over = visitor.part("plane").locator(".over")
    over.focus()
    whole = eval_list(told(visitor, "window"))
    for key in ("+", "+", "ArrowRight"):
        visitor.page.keyboard.press(key)
    wait_until_drawn(visitor)
    nearer = eval_list(told(visitor, "window"))
    assert nearer[1] - nearer[0] == pytest.approx((whole[1] - whole[0]) / 2.25)
    assert nearer[0] > whole[0]
    words = visitor.part("plane").locator(".words").inner_text()
    (x0, x1, y0, y1) = nearer
    in_view = rows["map_1"].between(x0, x1) & rows["map_2"].between(y0, y1)
    assert abs(int(words.split()[0].replace(",", "")) - in_view.sum()) <= 2
    visitor.page.keyboard.press("0")
    wait_until_drawn(visitor)
    assert eval_list(told(visitor, "window")) == pytest.approx(whole)


def test_what_is_slow_to_draw_is_moved_along_and_drawn_after(visitor):
    opened(visitor)
    is_moved, is_still_moved, off, was_off = visitor.part("plane").evaluate(
        """async (part) => {
            const host = [...part.querySelectorAll("*")].find((e) => e.shadowRoot);
            const plane = host.shadowRoot.plane ?? host.plane;
            const { rows, frame } = plane;
            const pixels = () => rows.getContext("2d")
                .getImageData(0, 0, rows.width, rows.height).data;
            const share = (a, b) => a.filter((v, i) => Math.abs(v - b[i]) > 60).length
                / a.length;
            const canvas = new OffscreenCanvas(rows.width, rows.height);
            canvas.getContext("2d").drawImage(rows, 0, 0);
            const before = pixels();
            plane.last = { canvas, fromGrid: frame.fromGrid };
            plane.pan(24, 12);
            plane.zoom(0.9);
            plane.move(); // as before the next frame
            const moved = pixels();
            const isMoved = plane.isMoved;
            for (let i = 0; i < 100 && plane.isMoved; i++) {
                await new Promise((done) => setTimeout(done, 100));
            }
            const drawn = pixels();
            return [isMoved, plane.isMoved, share(moved, drawn), share(before, drawn)];
        }"""
    )
    assert is_moved
    assert not is_still_moved
    assert off < was_off / 2


def test_a_plane_that_is_moved_and_moved_back_is_not_clicked(visitor, rows):
    opened(visitor)
    row = lonely_row(rows)
    x, y = pixel_of(visitor, row["map_1"], row["map_2"])
    tools = visitor.part("plane")
    tools.get_by_role("button", name="Move", exact=True).click()
    window = eval_list(told(visitor, "window"))
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + 60, y + 30, steps=4)
    visitor.page.mouse.move(x, y, steps=4)
    visitor.page.mouse.up()
    visitor.page.wait_for_url("**window=**")
    visitor.settle()
    assert eval_list(told(visitor, "window")) == pytest.approx(window)
    assert "opened" not in visitor.page.url
    visitor.page.mouse.click(x, y)
    visitor.page.get_by_role("heading", name=f"Object {row['object_id']}").wait_for()


def test_names_with_markup_are_text_and_nothing_is_fetched(visitor):
    opened(visitor)
    visitor.part("plane").evaluate(
        """(part) => {
            const host = [...part.querySelectorAll("*")].find((e) => e.shadowRoot);
            const plane = host.shadowRoot.plane ?? host.plane;
            plane.scene.legend[0].name = "<img src=x onerror=alert(1)>";
            plane.showColours();
        }"""
    )
    legend = visitor.part("plane").locator(".legend")
    assert "<img" in legend.inner_text()
    assert legend.locator("img").count() == 0
    assert all(url.startswith((visitor.address, "blob:")) for url in visitor.asked_for)


def test_the_picture_is_a_file(visitor):
    opened(visitor)
    with visitor.page.expect_download() as waiting:
        visitor.part("plane").get_by_role("button", name="PNG").click()
    download = waiting.value
    assert download.suggested_filename == "tiny_map.png"
    image = Image.open(download.path())
    assert image.width > 500
    assert len(set(image.convert("RGB").get_flattened_data())) > 10
