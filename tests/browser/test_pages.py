"""What only a browser shows: addresses, sizes, reloads, broken and hostile files."""

import time
from urllib.parse import urlsplit

import pytest

import qsovae

PAGES = {"combine": "Combine", "catalog": "Catalog", "train": "Train",
         "evaluate": "Evaluate", "explore": "Explore"}  # fmt: skip


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_each_page_stands_at_its_address_and_fits(visitor, path, title, size):
    visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
    visitor.open(path)
    page = visitor.page
    assert page.locator("h1").inner_text() == title
    assert not page.get_by_text("Page not found").count()
    links = page.locator("[data-testid=stSidebarNav] a").all_inner_texts()
    assert [link.strip().split("\n")[-1] for link in links] == list(PAGES.values())
    widths = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths[0] <= widths[1]
    cut = page.evaluate(
        """[...document.querySelectorAll('[data-testid=stMetricLabel] p,'
            + ' [data-testid=stMetricValue] div, button p, h1, h2, h3')]
           .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)"""
    )
    assert not cut


def test_nothing_is_fetched_from_elsewhere(visitor):
    for path in PAGES:
        visitor.open(path)
    hosts = {urlsplit(url).hostname for url in visitor.asked_for
             if not url.startswith(("data:", "blob:"))}  # fmt: skip
    assert hosts == {"localhost"}


def test_a_broken_file_ends_in_a_message_and_a_sound_one_goes_on(
    visitor, tmp_path, simulated
):
    content = simulated.read_bytes()
    broken = tmp_path / "broken.fits"
    broken.write_bytes(content[: len(content) // 2])
    visitor.open("catalog")
    visitor.upload(broken)
    assert "broken.fits" in visitor.errors()
    visitor.go("Train")
    assert "broken.fits" in visitor.errors()
    assert not visitor.part("train_start").count()
    visitor.go("Catalog")
    sound = tmp_path / "sound.fits"
    sound.write_bytes(content)
    visitor.part("catalog_upload").locator("input[type=file]").set_input_files(sound)
    visitor.page.get_by_role("heading", name="sound.fits").wait_for()
    assert visitor.metric("Rows") == "1,200"
    assert not visitor.errors()


def test_an_upload_over_the_limit_is_refused_in_words(visitor, tmp_path):
    large = tmp_path / "large.csv"
    large.write_text("a,b\n" + "1,2\n" * (9 * 2**20 // 4))
    visitor.open("catalog")
    visitor.choose("catalog_source", "Upload a file")
    field = visitor.part("catalog_upload").locator("input[type=file]")
    field.set_input_files(large)
    said = visitor.part("catalog_upload").get_by_text("must be")
    said.first.wait_for()
    assert "8" in said.first.inner_text()


def test_text_in_a_catalog_is_never_run(visitor, tmp_path):
    evil = "<img src=x onerror=window.hit=1>"
    path = tmp_path / "evil.csv"
    lines = "".join(f"{i},{evil},{15 + i / 100},{evil}\n" for i in range(40))
    path.write_text(f"id,{evil},g_mag_ab,class\n{lines}")
    visitor.open("catalog")
    visitor.upload(path)
    for tab in ("Quality", "Pictures", "Rows"):
        visitor.page.get_by_role("tab", name=tab).click()
        visitor.settle()
    visitor.go("Train")
    assert visitor.page.evaluate("window.hit") is None
    assert not visitor.page.locator("img[src=x]").count()


def test_a_training_outlives_reload_and_closing_and_its_stop_keeps_the_run(
    visitor, server, browser
):
    visitor.open("train")
    visitor.fill("train_name", "long")
    visitor.unfold("Expert")
    visitor.fill("train_epochs", "900")
    visitor.press("train_start")
    visitor.page.get_by_text("epoch ").first.wait_for()
    # The page has a curve before it has an end.
    visitor.part("losses_long").locator(".js-plotly-plot").first.wait_for()
    visitor.page.reload()
    visitor.page.get_by_role("heading", name="Training long").wait_for()
    visitor.page.goto("about:blank")

    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{server.address}/train")
    page.get_by_role("heading", name="Training long").wait_for()
    before = _last_epoch(server)
    deadline = time.monotonic() + 60
    while _last_epoch(server) <= before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _last_epoch(server) > before
    page.locator(".st-key-train_stop_long button").click()
    page.get_by_text("long is trained").wait_for(timeout=120_000)
    context.close()
    run = qsovae.open_run("long", server.runs)
    epochs = [e for e in run.progress() if "epoch" in e]
    assert before < len(epochs) < 900
    assert any("stopped" in note for note in run.manifest["notes"])
    visitor.open("evaluate")


def _last_epoch(server):
    path = server.runs / ".training" / "long" / "progress.jsonl"
    return path.read_text().count('"epoch"') if path.is_file() else 0


def test_scores_of_another_catalog_are_taken_at_an_estimated_mix(visitor, tmp_path):
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 300, 11)
    visitor.open("catalog")
    visitor.upload(path)
    visitor.go("Evaluate")
    rows = visitor.part("evaluate_rows")
    rows.get_by_text("Opened catalog").click()
    visitor.settle()
    visitor.page.get_by_text("Expert", exact=True).click()
    visitor.choose("score_prior", "Estimated")
    taken = tmp_path / "scores.parquet"
    taken.write_bytes(visitor.download("download_scores_parquet"))
    scores = qsovae.read_table(taken)
    assert len(scores.frame) == 300
    assert scores.meta["prior_is"] == "estimated"
    assert "QSO=" in scores.meta["prior"]
