"""From the tables of four surveys to the latent map, in a browser."""

import numpy as np
import pytest

import qsovae

MOMENTS = 240_000  # ms for a training with its map, on a slow machine


@pytest.fixture
def four_files(server):
    """Return the rows of the first of four surveys' tables, put on the server."""
    rows = qsovae.write_separately(server.folder / "data" / "sky", 1500, 3)
    return rows["delve.fits"]


def test_from_four_files_to_the_latent_map(visitor, server, four_files):
    visitor.open("combine")
    assert (
        "Begin with DELVE" in visitor.page.locator("[data-testid=stMain]").inner_text()
    )
    for key in qsovae.COMBINED_SURVEYS:
        visitor.pick(f"combine_files_{key}", f"1/sky/{key}.fits")
        visitor.page.keyboard.press("Escape")
        visitor.settle()
    visitor.fill("combine_name", "joined")
    visitor.press("combine_start")
    visitor.page.get_by_text("joined.fits is ready").wait_for(timeout=MOMENTS)
    visitor.settle()
    table = qsovae.read_table(server.folder / "data" / "combined" / "joined.fits").frame
    assert visitor.metric("Rows") == f"{len(table):,}" == f"{four_files:,}"
    share = table["gaia_id"].notna().mean()
    assert visitor.metric("With Gaia DR3") == f"{share:.1%}"

    visitor.press("combine_open")
    visitor.page.get_by_role("heading", name="joined.fits").wait_for()
    visitor.go("Train")
    visitor.unfold("Expert")
    visitor.fill("train_epochs", "5")
    visitor.press("train_start")
    visitor.page.get_by_text("is trained").wait_for(timeout=MOMENTS)
    visitor.press("train_evaluate_joined")
    visitor.go("Explore")
    visitor.plane()
    assert visitor.chosen("run") == "joined"
    assert visitor.metric("Shown") == f"{len(table):,}"
    places = qsovae.open_run("joined", server.runs).map()
    assert np.isfinite(places[["map_1", "map_2"]]).all(axis=None)


def test_swapped_files_end_in_a_message(visitor, server, four_files):
    visitor.open("combine")
    visitor.pick("combine_files_delve", "1/sky/delve.fits")
    visitor.page.keyboard.press("Escape")
    visitor.pick("combine_files_vhs", "1/sky/gaia.fits")
    visitor.page.keyboard.press("Escape")
    visitor.fill("combine_name", "swapped")
    visitor.press("combine_start")
    visitor.page.locator("[data-testid=stAlertContentError]").wait_for(timeout=60_000)
    assert "given as VHS" in visitor.errors()
    assert "gaia.fits" in visitor.errors()
    assert not (server.folder / "data" / "combined" / "swapped.fits").exists()
