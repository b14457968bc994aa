"""The Combine page: from four surveys' files to one catalog and its report."""

import contextlib
import json
import time

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import given
from hypothesis import strategies as st

import qsovae
from dashboard import combined, combining, figures, launching
from dashboard.combine_view import file_table, match_table, separation_table
from dashboard.layout import PAGES
from dashboard.sources import keep_upload
from qsovae.cli import main

N_ROWS = 900
JITTER_ARCSEC = 0.1
# Bands by survey: what the survey calls them, its zero point.
VHS = {"y": "y", "j": "j", "h": "h", "ks": "ks"}
GAIA = {"gaia_g": "g", "gaia_bp": "bp", "gaia_rp": "rp"}


def as_survey_writes_it(mock, bands, magnitude, error, vega):
    """Return magnitudes under a survey's own names, NaN where it saw nothing."""
    table = {}
    for band, spelled in bands.items():
        zero = qsovae.BANDS[band].ab_minus_vega if vega else 0.0
        seen = mock[f"{band}_status"] == "ok"
        table[magnitude.format(spelled)] = mock[f"{band}_mag_ab"].where(seen) - zero
        if error:
            table[error.format(spelled)] = mock[f"{band}_mag_err"].where(seen)
    return pd.DataFrame(table)


def places(mock, ra, dec, seed):
    """Return positions a tenth of an arcsecond off."""
    rng = np.random.default_rng(seed)
    off = rng.normal(0, JITTER_ARCSEC / 3600, (2, len(mock)))
    across = np.cos(np.radians(mock["dec_deg"]))
    return pd.DataFrame(
        {ra: mock["ra_deg"] + off[0] / across, dec: mock["dec_deg"] + off[1]}
    )


def with_detections(ids, position, photometry, **more):
    """Return the rows of which a survey saw anything."""
    table = pd.concat([ids, position, photometry], axis=1).assign(**more)
    seen = photometry.notna().any(axis=1)
    return table[seen].sample(frac=1, random_state=0).reset_index(drop=True)


def survey_tables(mock):
    """Return a table of each survey in its own words."""
    rows = np.arange(len(mock))
    psf = as_survey_writes_it(
        mock, {b: b for b in "griz"}, "mag_auto_{}", "magerr_auto_{}", vega=False
    )
    delve = pd.concat(
        [pd.Series(rows + 10_000, name="coadd_object_id"),
         mock[["ra_deg", "dec_deg"]].set_axis(["ra", "dec"], axis=1),
         psf.fillna(99.0)],
        axis=1,
    ).assign(
        spread_model_i=mock["spread_model"], spreaderr_model_i=mock["spread_model_err"],
        ext_coadd=mock["ext_class"], ebv_sfd=mock["ebv_sfd"],
        class_true=mock["class_true"], is_simulated=True,
    )  # fmt: skip
    vhs = with_detections(
        pd.Series(rows + 20_000, name="sourceid"), places(mock, "ra2000", "dec2000", 1),
        as_survey_writes_it(mock, VHS, "{}apermag3", "{}apermag3err", vega=True),
        mergedclass=1,
    )  # fmt: skip
    catwise = with_detections(
        pd.Series([f"c{row}" for row in rows], name="source_id"),
        places(mock, "ra", "dec", 2),
        as_survey_writes_it(
            mock, {"w1": "w1", "w2": "w2"}, "{}mpro", "{}sigmpro", vega=True
        ),
    )
    gaia = with_detections(
        pd.Series(rows + 30_000, name="source_id"), places(mock, "ra", "dec", 3),
        as_survey_writes_it(mock, GAIA, "phot_{}_mean_mag", None, vega=True),
        pmra=mock["pm_ra_masyr"], pmra_error=mock["pm_ra_masyr_err"],
        pmdec=mock["pm_dec_masyr"], pmdec_error=mock["pm_dec_masyr_err"],
        parallax=mock["parallax_mas"], parallax_error=mock["parallax_mas_err"],
        ruwe=1.0,
    )  # fmt: skip
    return {"delve": delve, "vhs": vhs, "catwise": catwise, "gaia": gaia}


@pytest.fixture(scope="module")
def tables():
    """Return a table of each survey, none of whose stars moves out of a radius."""
    mock = qsovae.simulate(N_ROWS, 5)
    motions = ["pm_ra_masyr", "pm_dec_masyr"]
    mock[motions] = mock[motions].clip(-50.0, 50.0)
    return survey_tables(mock)


@pytest.fixture(autouse=True)
def at_once(monkeypatch, request):
    """Run the command in this process: to start one for each would take long."""

    def run(command, place):
        place.mkdir(parents=True, exist_ok=True)
        with (
            (place / "log.txt").open("w") as log,
            contextlib.redirect_stderr(log),
            contextlib.redirect_stdout(log),
            contextlib.suppress(SystemExit),
        ):
            main(command[3:])

    if "a_process_of_its_own" not in request.fixturenames:
        monkeypatch.setattr(launching, "launch", run)


@pytest.fixture
def a_process_of_its_own():
    """Mark a test that starts one."""


@pytest.fixture
def surveys(empty_server, tables):
    """Return a server's folder with a file of each survey."""
    for survey, table in tables.items():
        qsovae.write_table(table, empty_server / "data" / f"{survey}.fits")
    return empty_server / "data"


def choose(page, *names):
    """Choose a file of the server for each survey."""
    for survey in names:
        files = page.multiselect(key=f"combine_files_{survey}")
        files.set_value([f"1/{survey}.fits"]).run()
    return page


def combine(page, name):
    """Name the result and press the button."""
    page.text_input(key="combine_name").set_value(name).run()
    return page.button(key="combine_start").click().run()


def files_in(folder):
    """Return the names of all files below a folder."""
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


# --- the way through --------------------------------------------------------


def test_four_files_become_one_catalog_with_its_report(
    surveys, open_page, metrics, errors, texts, tables
):
    page = combine(choose(open_page("Combine"), *tables), "mine")
    assert not errors(page)
    assert "mine.fits is ready" in texts(page)
    assert "Simulated data" in texts(page)
    shown = metrics(page)
    assert shown["Rows"] == f"{N_ROWS:,}"
    for survey, title in (("vhs", "VHS"), ("catwise", "CatWISE2020")):
        # Few stars run out of the radius, few rows have another's partner near.
        share = float(shown[f"With {title}"].rstrip("%")) / 100
        assert share == pytest.approx(len(tables[survey]) / N_ROWS, abs=0.005)
    assert files_in(surveys / "combined") == ["mine.fits", "mine.json"]
    assert page.query_params["combined"] == "mine"
    catalog = qsovae.open_catalog(surveys / "combined" / "mine.fits")
    assert catalog.n_rows == N_ROWS
    assert catalog.is_simulated
    report = combined.read_report("mine")
    assert set(report["surveys"]) == {"vhs", "catwise", "gaia"}
    assert str(surveys) not in json.dumps(report)
    table = page.dataframe[0].value
    assert table["matches"].tolist() == [
        report["surveys"][survey]["matches"] for survey in table["survey"]
    ]
    for survey in report["surveys"]:
        assert f"figure_mine_{survey}_separations" in str(page.main)


def test_the_result_is_opened_as_a_catalog(surveys, open_page, metrics):
    page = combine(choose(open_page("Combine"), "delve", "vhs"), "mine")
    page.button(key="combine_open").click().run()
    assert not page.exception
    assert [t.value for t in page.title] == ["Catalog"]
    assert page.session_state["view"].catalog == "1/combined/mine.fits"
    assert metrics(page)["Rows"] == f"{N_ROWS:,}"


def test_a_result_outside_the_allowed_folders_is_shown_but_not_opened(
    surveys, open_page, metrics, monkeypatch
):
    combine(choose(open_page("Combine"), "delve", "vhs"), "mine")
    monkeypatch.setenv("QSOVAE_CATALOGS", str(surveys / "elsewhere"))
    page = open_page("Combine")
    assert metrics(page)["Rows"] == f"{N_ROWS:,}"
    assert not [b for b in page.button if b.key == "combine_open"]


def test_radius_match_and_extinction_are_what_the_visitor_chose(surveys, open_page):
    page = choose(open_page("Combine"), "delve", "vhs")
    page.number_input(key="combine_radius_vhs").set_value(0.05).run()
    page.button_group(key="combine_match").set_value("mutual").run()
    page.selectbox(key="combine_ebv").select("ebv_sfd").run()
    page = combine(page, "narrow")
    report = combined.read_report("narrow")
    vhs = report["surveys"]["vhs"]
    assert vhs["radius_arcsec"] == 0.05
    assert vhs["matches"] < vhs["rows"] / 2
    assert report["match"] == "mutual"
    assert "g_a_mag" in report["columns"]


def test_an_upload_is_kept_and_chosen_for_its_survey(surveys, open_page, tables):
    content = (surveys / "vhs.fits").read_bytes()
    (surveys / "vhs.fits").unlink()
    page = choose(open_page("Combine"), "delve")
    uploader = page.file_uploader(key="combine_upload_vhs")
    uploader.upload("my vhs.fits", content, "application/fits").run()
    (key,) = page.multiselect(key="combine_files_vhs").value
    assert key == keep_upload("my vhs.fits", content).key
    page = combine(page, "mine")
    (file,) = combined.read_report("mine")["surveys"]["vhs"]["files"]
    assert (file["name"], file["rows"]) == ("my_vhs.fits", len(tables["vhs"]))


def test_a_dust_map_takes_the_place_of_a_column(surveys, open_page, errors):
    hdu = fits.table_to_hdu(Table({"EBV": np.full(12, 0.1, np.float32)}))
    hdu.header.update(PIXTYPE="HEALPIX", ORDERING="RING", NSIDE=1, COORDSYS="G")
    hdu.writeto(surveys / "dust.fits")
    page = choose(open_page("Combine"), "delve", "vhs")
    page.selectbox(key="combine_ebv").select("ebv_sfd").run()
    page.selectbox(key="combine_dust").select("1/dust.fits").run()
    assert page.selectbox(key="combine_ebv").disabled
    page = combine(page, "dusty")
    assert not errors(page)
    table = qsovae.read_table(surveys / "combined" / "dusty.fits").frame
    np.testing.assert_allclose(table["ebv_sfd"], 0.1, rtol=1e-6)
    assert "dust.fits" in file_table(combined.read_report("dusty"))["file"].tolist()


def test_choices_survive_a_visit_to_another_page(surveys, open_page):
    page = choose(open_page("Combine"), "delve", "vhs")
    page.number_input(key="combine_radius_vhs").set_value(0.7).run()
    page.text_input(key="combine_name").set_value("later").run()
    page.switch_page("screens/training.py").run()
    page.switch_page("screens/combine.py").run()
    assert not page.exception
    assert page.multiselect(key="combine_files_delve").value == ["1/delve.fits"]
    assert page.multiselect(key="combine_files_vhs").value == ["1/vhs.fits"]
    assert page.number_input(key="combine_radius_vhs").value == 0.7
    assert page.text_input(key="combine_name").value == "later"


def test_the_next_result_is_shown_and_has_a_name_of_its_own(surveys, open_page):
    page = combine(choose(open_page("Combine"), "delve", "vhs"), "one")
    page = combine(page, "two")
    assert page.selectbox(key="combine_result").value == "two"
    assert page.text_input(key="combine_name").value == "combined"
    assert not [c for c in page.checkbox if c.key == "combine_replace"]


def test_earlier_results_are_found_again_the_latest_first(surveys, open_page):
    page = combine(choose(open_page("Combine"), "delve", "vhs"), "old")
    time.sleep(0.01)
    combine(page, "new")
    page = open_page("Combine")
    results = page.selectbox(key="combine_result")
    assert results.options == ["new", "old"]
    assert "new.fits" in [s.value for s in page.subheader]
    results.select("old").run()
    assert "old.fits" in [s.value for s in page.subheader]
    assert page.text_input(key="combine_name").value == "combined"


@pytest.mark.usefixtures("surveys")
def test_a_visit_begins_at_the_catalog_though_combine_stands_first(open_page):
    assert next(iter(PAGES)) == "combine"
    assert [t.value for t in open_page("Catalog").title] == ["Catalog"]


# --- refused ----------------------------------------------------------------


@pytest.mark.usefixtures("surveys")
def test_without_the_primary_nothing_can_be_combined(open_page, texts):
    page = choose(open_page("Combine"), "vhs", "gaia")
    assert "Begin with DELVE" in texts(page)
    assert page.button(key="combine_start").disabled


@pytest.mark.parametrize(
    "name", ["../mine", "a/b", "/tmp/mine", ".hidden", "..", "two words", "é", ""]
)
def test_a_name_that_is_none_is_refused(surveys, open_page, errors, name):
    before = {p for p in surveys.parent.rglob("*") if p.is_file()}
    page = combine(choose(open_page("Combine"), "delve", "vhs"), name)
    assert "name" in errors(page)
    assert {p for p in surveys.parent.rglob("*") if p.is_file()} == before


@given(st.text(max_size=80))
def test_no_name_leads_out_of_the_folder(name):
    try:
        path = combined.result_path(name)
    except qsovae.QsovaeError:
        return
    folder = combined.result_path("x").parent
    assert path.parent == folder
    assert path.resolve().parent == folder.resolve()
    assert path.name == f"{name}.fits"


def test_a_result_is_replaced_only_if_that_is_said(surveys, open_page, errors):
    page = combine(choose(open_page("Combine"), "delve", "vhs"), "mine")
    path = surveys / "combined" / "mine.fits"
    first = path.read_bytes(), path.with_suffix(".json").read_bytes()
    page.button_group(key="combine_match").set_value("mutual").run()
    page = combine(page, "mine")
    assert "exists" in errors(page)
    assert (path.read_bytes(), path.with_suffix(".json").read_bytes()) == first
    page.checkbox(key="combine_replace").check().run()
    page.button(key="combine_start").click().run()
    assert not errors(page)
    assert combined.read_report("mine")["match"] == "mutual"


def test_a_file_that_is_no_catalog_is_refused_by_its_name_as_it_is(
    surveys, open_page, errors
):
    path = surveys / "odd_*name*.fits"
    path.write_bytes(b"SIMPLE  =                    T")
    page = choose(open_page("Combine"), "delve")
    files = page.multiselect(key="combine_files_gaia")
    files.set_value([f"1/{path.name}"]).run()
    page = combine(page, "mine")
    assert "odd\\_\\*name\\*.fits" in errors(page)
    assert not combined.is_taken("mine")
    page.button(key="combine_dismiss_mine").click().run()
    assert not errors(page)
    assert files_in(surveys / "combined") == []


def test_a_file_that_went_meanwhile_is_no_choice_any_more(surveys, open_page):
    page = choose(open_page("Combine"), "delve", "vhs")
    (surveys / "vhs.fits").unlink()
    page.run()
    assert not page.exception
    assert page.multiselect(key="combine_files_vhs").value == []
    page.switch_page("screens/training.py").run()
    (surveys / "delve.fits").unlink()
    page.switch_page("screens/combine.py").run()
    assert not page.exception
    assert page.multiselect(key="combine_files_delve").value == []


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": 1}', "\ufffd"])
def test_a_report_that_is_none_is_refused_in_words(surveys, open_page, errors, content):
    (surveys / "combined").mkdir()
    (surveys / "combined" / "mine.json").write_text(content, "utf-16")
    page = open_page("Combine")
    assert "mine.json" in errors(page)
    (surveys / "combined" / "mine.json").write_text(content, "utf-8")
    page.run()
    assert "mine.json" in errors(page)
    assert page.button(key="combine_start")


# --- a process of its own ---------------------------------------------------


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def status_of(name):
    return {c.name: c.status for c in combining.combinations()}.get(name)


@pytest.mark.usefixtures("a_process_of_its_own", "surveys")
def test_a_process_goes_on_without_the_page_and_is_found_again(
    open_page, errors, metrics
):
    page = combine(choose(open_page("Combine"), "delve", "vhs"), "mine")
    assert "Combining mine" in [s.value for s in page.subheader]
    page = combine(page, "mine")
    assert "being made right now" in errors(page)
    del page
    assert wait_for(lambda: status_of("mine") == "done")
    other = open_page("Combine", combined="mine")
    assert metrics(other)["Rows"] == f"{N_ROWS:,}"
    assert combining.combinations() == []


@pytest.mark.usefixtures("a_process_of_its_own")
def test_a_process_that_is_stopped_leaves_nothing(surveys, open_page, texts):
    page = combine(choose(open_page("Combine"), "delve", "vhs"), "mine")
    page.button(key="combine_stop_mine").click().run()
    assert wait_for(lambda: status_of("mine") == "stopped")
    assert "nothing was written" in texts(page.run())
    assert not combined.is_taken("mine")
    page.button(key="combine_dismiss_mine").click().run()
    assert files_in(surveys / "combined") == []


@pytest.mark.parametrize("name", ["../x", "..", "a/b", ""])
def test_only_what_is_listed_is_stopped_or_put_away(surveys, name):
    before = set(surveys.parent.rglob("*"))
    combining.ask_to_stop(name)
    combining.put_away(name)
    (surveys / "combined" / ".combining" / "two words").mkdir(parents=True)
    assert combining.combinations() == []
    assert before <= set(surveys.parent.rglob("*"))


# --- numbers and pictures ---------------------------------------------------

ENTRY = {
    "title": "VHS", "files": [], "rows": 70, "radius_arcsec": 1.0, "matches": 50,
    "in_footprint": 80, "ambiguous": 3, "tied": 1, "shared": 2, "chance_rate": 0.02,
    "chance_matches": 1.6, "suggested_radius_arcsec": None, "notes": [],
    "separations": {"edges_arcsec": [0.0, 0.5, 1.0, 1.5], "pairs": [40, 10, 7],
                    "chance": [0.25, 0.5, 2.0]},
}  # fmt: skip


def test_the_table_has_the_share_of_all_rows_and_a_gap_where_nothing_is_suggested():
    table = match_table({"primary": {"rows": 200}, "surveys": {"vhs": ENTRY}})
    line = table.iloc[0]
    assert (line["survey"], line["matches"], line["share"]) == ("vhs", 50, 0.25)
    assert pd.isna(line["suggested_radius_arcsec"])
    empty = match_table({"primary": {"rows": 0}, "surveys": {"vhs": ENTRY}})
    assert pd.isna(empty.iloc[0]["share"])


def drawn(figure):
    """Return the corners of each line by its name."""
    return {t.name: (list(t.x), list(t.y)) for t in figure.data}


def test_pairs_and_chance_are_steps_over_their_bins_and_radii_are_upright():
    figure = figures.separation_figure(
        separation_table(ENTRY), 1.0, 0.75, is_simulated=True
    )
    lines = drawn(figure)
    ends = [0.0, 0.5, 0.5, 1.0, 1.0, 1.5]
    assert lines["nearest partners"] == (ends, [40, 40, 10, 10, 7, 7])
    assert lines["by chance"] == (ends, [0.25, 0.25, 0.5, 0.5, 2.0, 2.0])
    assert lines["radius 1.00″"][0] == [1.0, 1.0]
    assert lines["suggested 0.75″"][0] == [0.75, 0.75]
    assert [a.text for a in figure.layout.annotations] == ["Simulated data"]
    colours = [trace.line.color for trace in figure.data]
    assert len(set(colours)) == len(colours)


def test_a_bin_without_pairs_lies_on_the_ground_and_is_said_to_be_none():
    separations = ENTRY["separations"] | {"pairs": [40, 0, 7]}
    figure = figures.separation_figure(
        separation_table(ENTRY | {"separations": separations}), 1.0, None,
        is_simulated=False,
    )  # fmt: skip
    pairs, ground = figure.data[0], figure.layout.yaxis.range[0]
    assert pairs.y[2] == pytest.approx(10**ground)
    assert list(pairs.customdata) == [40, 40, 0, 0, 7, 7]


def test_without_a_suggestion_there_is_no_line_and_real_rows_are_not_marked():
    figure = figures.separation_figure(
        separation_table(ENTRY), 1.0, None, is_simulated=False
    )
    assert list(drawn(figure)) == ["nearest partners", "by chance", "radius 1.00″"]
    assert not figure.layout.annotations
