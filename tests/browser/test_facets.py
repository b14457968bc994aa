"""Facets in a browser: bars that are clicked, drawn over, typed at and cleared."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

import qsovae

SCRIPT = Path(__file__).with_name("facets_app.py")


@pytest.fixture
def known(server):
    """Return the run's rows and the bins of two columns."""
    run = qsovae.open_run("tiny", server.runs)
    rows, catalog = qsovae.run_table(run), qsovae.run_catalog(run)
    columns = qsovae.RunColumns(run, rows, catalog)
    names = ("class_predicted", "i_mag_ab")
    return rows, {name: qsovae.facet_bins(name, columns[name]) for name in names}


def facet(visitor, column):
    return visitor.page.locator(f".facet[data-column={column}]")


def bin_of(visitor, column, place):
    return facet(visitor, column).locator(f".bin[data-part='{place}']")


def drag(visitor, column, first, last):
    """Draw over bars of a histogram."""
    boxes = [bin_of(visitor, column, place).bounding_box() for place in (first, last)]
    (x, y), (end, _) = (
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes
    )
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(end, y, steps=5)
    visitor.page.mouse.up()
    visitor.settle()


def brushes(visitor):
    return parse_qs(urlsplit(visitor.page.url).query).get("brushes", [])


def pressed(visitor, column):
    """Return the places of the bars that a screen reader says are pressed."""
    found = facet(visitor, column).locator(".bin[aria-pressed=true]")
    return [int(bar.get_attribute("data-part")) for bar in found.all()]


def shown(visitor):
    return int(visitor.metric("Shown").replace(",", ""))


def test_bars_are_clicked_and_drawn_over_and_cleared(visitor, known):
    rows, bins = known
    visitor.open("")
    bin_of(visitor, "class_predicted", 0).click()
    visitor.settle()
    first = bins["class_predicted"].mask([0])
    assert shown(visitor) == first.sum() < len(rows)
    assert pressed(visitor, "class_predicted") == [0]
    drag(visitor, "i_mag_ab", 9, 4)
    drawn = bins["i_mag_ab"].mask(range(4, 10))
    assert shown(visitor) == (first & drawn).sum() > 0
    name, part = bins["class_predicted"].bins[0].value, bins["i_mag_ab"].bins[4:10]
    span = f"{part[0].ends[0]}..{part[-1].ends[1]}"
    assert brushes(visitor) == [f"class_predicted=is {name}", f"i_mag_ab={span}"]
    assert pressed(visitor, "i_mag_ab") == [4, 5, 6, 7, 8, 9]
    chip = facet(visitor, "i_mag_ab").locator(".chip")
    assert chip.locator("span").inner_text() == bins["i_mag_ab"].label(range(4, 10))
    # What the other column lets through, not what this one does.
    counts = np.bincount(bins["class_predicted"].codes[drawn], minlength=3)
    told = facet(visitor, "class_predicted").locator(".count").all_inner_texts()
    assert [int(n.replace(",", "")) for n in told] == counts.tolist()
    chip.click()
    visitor.settle()
    assert shown(visitor) == first.sum()
    bin_of(visitor, "class_predicted", 0).click()
    visitor.settle()
    assert shown(visitor) == len(rows)
    assert brushes(visitor) == []


def test_bars_are_chosen_by_the_keyboard(visitor, known):
    _, bins = known
    visitor.open("")
    keys = visitor.page.keyboard
    bin_of(visitor, "class_predicted", 0).focus()
    keys.press("ArrowDown")
    keys.press("Enter")
    visitor.settle()
    assert pressed(visitor, "class_predicted") == [1]
    keys.press("ArrowDown")  # the bar that was chosen has kept the focus
    keys.press(" ")
    visitor.settle()
    assert pressed(visitor, "class_predicted") == [1, 2]
    bin_of(visitor, "i_mag_ab", 5).focus()
    for _ in range(3):
        keys.press("Shift+ArrowRight")
    keys.press("Enter")
    visitor.settle()
    assert pressed(visitor, "i_mag_ab") == [5, 6, 7, 8]
    both = bins["class_predicted"].mask([1, 2]) & bins["i_mag_ab"].mask(range(5, 9))
    assert shown(visitor) == both.sum()
    keys.press("Escape")
    visitor.settle()
    assert pressed(visitor, "i_mag_ab") == []


def test_counts_are_told_of_a_bar_and_drawn_on_either_scale(visitor, known):
    _, bins = known
    visitor.open("?brushes=class_predicted%3D0:0")
    bar = bin_of(visitor, "i_mag_ab", 3)
    bar.hover()
    codes = bins["i_mag_ab"].codes
    n_all = int((codes == 3).sum())
    n_shown = int((codes == 3)[bins["class_predicted"].mask([0])].sum())
    hint = visitor.page.locator(".hint").inner_text().split("\n")
    assert hint[0] == bins["i_mag_ab"].bins[3].label
    assert [hint[2], hint[4]] == [str(n_all), str(n_shown)]
    said = bar.get_attribute("aria-label")
    assert said.startswith(f"{hint[0]}: {n_all} all, {n_shown} shown")
    heights = {}
    for scale in ("linear", "log"):
        layers = [bar.locator(f".{name}") for name in ("all", "shown")]
        heights[scale] = [layer.bounding_box()["height"] for layer in layers]
        visitor.page.get_by_role("button", name="logarithmic").click()
    most = max(np.bincount(codes)[:-1])
    room = bar.bounding_box()["height"]
    assert heights["linear"] == pytest.approx(
        [room * n / most for n in (n_all, n_shown)], abs=0.6
    )
    assert heights["log"] == pytest.approx(
        [room * np.log1p(n) / np.log1p(most) for n in (n_all, n_shown)], abs=0.6
    )


def test_markup_of_a_catalog_is_text(visitor, server):
    run = qsovae.open_run("tiny", server.runs)
    extra = qsovae.run_table(run)[["object_id"]].assign(
        note="<img src=x onerror=alert(1)>"
    )
    extra.to_parquet(server.folder / "data" / "extra.parquet")
    visitor.open("?facets=note&joined=1/extra.parquet&joined=object_id")
    label = facet(visitor, "note").locator(".label")
    assert label.inner_text() == "<img src=x onerror=alert(1)>"
    assert visitor.page.locator(".panel img").count() == 0
