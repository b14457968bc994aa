"""The report on the Evaluate page: made when asked for, of what the page shows."""

import pytest
import streamlit as st

import qsovae
from dashboard.state import View


def downloads(page):
    """Return the labels of the report's downloads."""
    return [
        part.proto.label
        for part in page.get("download_button")
        if "download_report" in part.proto.id
    ]


@pytest.fixture
def offered(monkeypatch):
    """Return the content of every download offered so far, by its file's name."""
    contents, offer = {}, st.download_button

    def noted(label, data, **options):
        contents[options["file_name"]] = data
        return offer(label, data, **options)

    monkeypatch.setattr(st, "download_button", noted)
    return contents


@pytest.mark.usefixtures("server")
def test_the_files_are_those_that_python_gives(open_page, offered):
    page = open_page("Evaluate", section="report")
    page.button(key="report_start").click().run()
    run = qsovae.open_run("tiny")
    report = qsovae.evaluate_run(run)
    assert offered["tiny_evaluation.html"] == qsovae.evaluation_page(run, report)
    assert offered["tiny_scores.tex"] == qsovae.scores_latex(report)
    assert offered["tiny_model_card.md"] == qsovae.model_card(run, report)


@pytest.mark.usefixtures("server")
def test_the_report_is_made_when_it_is_asked_for_and_stays(open_page):
    page = open_page("Evaluate", section="report")
    assert downloads(page) == []
    page.button(key="report_start").click().run()
    assert downloads(page) == [
        "Report (HTML)", "Table (LaTeX)", "Model card (Markdown)",
    ]  # fmt: skip
    assert [c.value for c in page.code] == ["qsovae evaluate tiny --html report.html"]
    page.run()
    assert len(downloads(page)) == 3
    # Another mix is another report.
    page.button_group(key="evaluate_mix").set_value("sky").run()
    assert downloads(page) == []
    page.button_group(key="evaluate_class").set_value("STAR").run()
    page.button(key="report_start").click().run()
    assert [c.value for c in page.code] == [
        "qsovae evaluate tiny --prior sky --class STAR --html report.html"
    ]


def test_the_report_is_of_the_opened_catalog_if_its_rows_are_scored(server, open_page):
    qsovae.write_simulation(server / "data" / "other.fits", 300, 11)
    page = open_page("Evaluate", View(section="report", catalog="1/other.fits"))
    page.radio(key="evaluate_rows").set_value("catalog").run()
    page.button(key="report_start").click().run()
    assert len(downloads(page)) == 3
    assert page.code[0].value.startswith("qsovae evaluate tiny other.fits")


def test_rivals_drivers_and_an_area_are_told_if_asked_for(server, open_page, offered):
    page = open_page("Evaluate", section="report", mix="sky", area="100")
    page.button_group(key="report_told").set_value(["rivals", "drivers"]).run()
    page.button(key="report_start").click().run()
    assert not page.error
    command = page.code[0].value
    assert "--area 100 --against-cuts --drivers" in command
    html = offered["tiny_evaluation.html"]
    for title in ("Rivals on the same rows", "What drives it"):
        assert f"<h2>{title}" in html or title in html
    run = qsovae.open_run("tiny")
    beside = qsovae.Beside(100.0, cuts=True, drivers=True)
    report = qsovae.evaluate_run(run, prior="sky", beside=beside)
    assert html == qsovae.evaluation_page(run, report)
    assert page.query_params["told"] == ["rivals", "drivers"]


def test_what_the_report_tells_needs_the_catalog(server, open_page, errors):
    path = server / "checkpoints" / "tiny" / "manifest.json"
    path.write_text(path.read_text().replace('sim.fits"', 'gone.fits"'))
    page = open_page("Evaluate", section="report", told=["drivers", "moons"])
    assert page.button_group(key="report_told").value == ["drivers"]
    page.button(key="report_start").click().run()
    assert "is not where it was" in errors(page)
    assert downloads(page) == []
