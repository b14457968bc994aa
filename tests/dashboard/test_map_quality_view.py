"""How far the map can be trusted, shown beside it and measured on request."""

import time

import pytest
from streamlit.testing.v1 import AppTest

import qsovae
from dashboard import projecting
from dashboard.map_quality_view import quality_words
from dashboard.projected_columns import projected_words


def part():
    import qsovae
    from dashboard.map_quality_view import show_map_quality

    show_map_quality(qsovae.open_run("tiny"))


@pytest.fixture
def run(server):
    return qsovae.open_run("tiny", server / "checkpoints")


def shown():
    page = AppTest.from_function(part, default_timeout=120).run()
    assert not page.exception, page.exception
    return page


def wait_for_end(run, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = projecting.PROJECTING.job(run)
        if job is not None and not job.is_busy:
            return
        time.sleep(0.1)
    pytest.fail("the process did not end")


def test_it_is_measured_from_the_page_and_then_shown(run, metrics, texts):
    page = shown()
    assert not page.metric
    page.button(key="quality_start").click().run()
    assert "Laying out and measuring" in [s.value for s in page.subheader]
    with pytest.raises(qsovae.ConfigError, match="right now"):
        projecting.start(run, "quality")
    wait_for_end(run)
    found = qsovae.map_quality(run)
    page = shown()
    assert metrics(page) == {
        "Trustworthiness": f"{found['trustworthiness']:.3f}",
        "Continuity": f"{found['continuity']:.3f}",
        "Latent neighbours kept": f"{found['kept']:.0%}",
        "Recurring over seeds": f"{found['agreement']:.0%}",
    }
    assert "map_stability" in texts(page)
    assert "how they are turned does not" in texts(page)


def test_one_that_is_stopped_says_so_until_it_is_dismissed(run, texts):
    page = shown()
    page.button(key="quality_start").click().run()
    page.button(key="quality_stop_tiny").click().run()
    wait_for_end(run)
    assert qsovae.map_quality(run) is None
    page = shown()
    assert "stopped: nothing of it is kept" in texts(page)
    page.button(key="quality_dismiss_tiny").click().run()
    assert projecting.PROJECTING.job(run) is None
    assert page.button(key="quality_start")


def test_another_projection_is_made_from_the_page_and_becomes_a_plane(run):
    page = shown()
    page.button(key="project_densmap").click().run()
    wait_for_end(run)
    page = shown()
    assert "project_densmap" not in [button.key for button in page.button]
    rows = qsovae.run_table(run)
    planes = qsovae.standard_planes(qsovae.RunColumns(run, rows))
    assert planes["densmap"].y == "densmap_2"


def test_a_damaged_record_is_refused_in_words(run, errors):
    (run.folder / "projections").mkdir()
    (run.folder / "projections" / "map_quality.json").write_text("{")
    assert "map\\_quality is damaged" in errors(shown())


def test_the_words_have_the_numbers():
    words = quality_words(
        {"n_neighbors": 15, "agreement": 0.782, "kept": 0.46,
         "percentiles": {"agreement": {"5": 0.53}}}
    )  # fmt: skip
    for said in ("15 rows", "78% are", "one row in twenty 53%", "46% of its 15"):
        assert said in words


def test_every_column_of_a_projection_has_words_and_no_other_has(run):
    qsovae.evaluate_map(run)
    qsovae.make_projection(run, "umap", 3, max_fit_rows=100)
    columns = qsovae.projection_columns(run, run.rows())
    words = [projected_words(name) for name in columns]
    assert None not in words
    assert len(set(words)) == len(words) == 8
    assert [projected_words(name) for name in ("map_1", "pca_4", "flux_1")] == [
        None
    ] * 3
