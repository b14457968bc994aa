"""Each page: with nothing there, as it should be, and refused in words."""

import json
import os
import time

import pytest

import qsovae
from dashboard.sources import keep_upload
from dashboard.state import View

# --- nothing chosen ---------------------------------------------------------


@pytest.mark.usefixtures("empty_server")
@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Combine", "Begin with DELVE"),
        ("Catalog", "no demo catalog"), ("Train", "Choose a catalog first"),
        ("Evaluate", "train one first"), ("Explore", "train one first"),
    ],
)  # fmt: skip
def test_an_empty_page_says_what_to_do_first(open_page, title, said, texts):
    page = open_page(title)
    assert said in texts(page)
    assert not page.error


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("title", ["Catalog", "Train", "Evaluate", "Explore"])
def test_the_first_click_shows_something_true_marked_as_simulated(
    open_page, title, texts
):
    page = open_page(title)
    assert not page.error
    assert "Simulated data" in texts(page)
    assert page.metric


# --- Catalog ----------------------------------------------------------------


@pytest.mark.usefixtures("server")
def test_the_catalog_page_counts_as_the_core_does(open_page, metrics, simulated):
    page = open_page("Catalog")
    catalog = qsovae.open_catalog(simulated)
    shown = metrics(page)
    assert shown["Rows"] == f"{catalog.n_rows:,}"
    assert shown["Bands"] == str(len(catalog.bands))
    assert (
        shown["Doubtful rows"]
        == f"{(qsovae.row_flags(catalog) & qsovae.DOUBTS > 0).sum():,}"
    )


@pytest.mark.usefixtures("server")
def test_the_catalog_page_shows_the_rows_of_a_quality_bit(open_page, simulated, texts):
    page = open_page("Catalog")
    bits = qsovae.row_flags(qsovae.open_catalog(simulated))
    limits = (bits & qsovae.Quality.UPPER_LIMIT) > 0
    page.multiselect(key="catalog_quality").set_value(["UPPER_LIMIT"]).run()
    page.button_group(key="catalog_quality_choice").set_value("with").run()
    assert not page.error
    assert f"of {limits.sum():,} rows, as in the file" in texts(page)
    assert f"Hides {(~limits).sum():,} of {len(bits):,} rows" in texts(page)


@pytest.mark.usefixtures("server")
def test_the_catalog_page_counts_each_quality_bit_in_words(open_page, simulated):
    report = qsovae.check_catalog(simulated)
    bits = next(
        frame.value for frame in open_page("Catalog").dataframe
        if "quality" in frame.value
    ).set_index("quality")  # fmt: skip
    assert bits["rows"].to_dict() == report.quality_counts
    limit = bits.loc["UPPER_LIMIT"]
    assert limit["meaning"] == qsovae.QUALITY_DESCRIPTIONS[qsovae.Quality.UPPER_LIMIT]
    assert limit["rows"] > 0


def test_a_saved_mapping_is_found_again_and_said(server, open_page, metrics, texts):
    path = server / "data" / "new.csv"
    path.write_text("id,mag1,class\n1,18,A\n2,19,B\n")
    mapping = qsovae.open_catalog(path).mapping.with_column(
        "mag1", role="magnitude", band="g", system="Vega"
    )
    qsovae.MappingStore(server / "data" / "mappings").save(mapping)
    page = open_page("Catalog", View(catalog="1/new.csv"))
    assert "saved mapping" in texts(page)
    assert metrics(page)["Bands"] == "1"


def test_a_file_that_is_no_catalog_is_refused_in_words(open_page, empty_server, errors):
    key = keep_upload("cut.fits", b"SIMPLE  =                    T").key
    page = open_page("Catalog", View(catalog=key))
    assert "cut.fits" in errors(page)
    assert "cannot be read" in errors(page)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("key", ["../secret", "1/gone.csv", "upload/0000000000000000"])
def test_a_catalog_in_the_address_that_is_not_there_is_refused(open_page, key, errors):
    page = open_page("Catalog", catalog=key)
    assert "not here" in errors(page)
    assert not page.metric


def test_text_of_a_catalog_is_never_markup(empty_server, open_page, texts):
    header = "id,<img src=x>,**bold**\n"
    path = empty_server / "data" / "odd_*name*.csv"
    path.write_text(header + "1,99.0,:red[x]\n2,18.5,b\n")
    page = open_page("Catalog", View(catalog=f"1/{path.name}"))
    assert "odd\\_\\*name\\*.csv" in texts(page)
    assert "<img" not in texts(page).replace("\\<img", "")


# --- Train ------------------------------------------------------------------


def test_the_train_page_starts_a_training_and_leads_to_its_scores(
    server, open_page, texts
):
    page = open_page("Train")
    page.text_input(key="train_name").set_value("two").run()
    page.number_input(key="train_epochs").set_value(2).run()
    page.button(key="train_start").click().run()
    assert not page.error
    deadline = time.monotonic() + 120
    while "two is trained" not in texts(page) and time.monotonic() < deadline:
        assert not page.error
        time.sleep(0.5)
        page.run()
    assert "two is trained" in texts(page)
    run = qsovae.open_run("two")
    assert run.manifest["estimator"]["epochs"] == 2
    page.button(key="train_evaluate_two").click().run()
    assert [t.value for t in page.title] == ["Evaluate"]
    assert page.session_state["view"].run == "two"


@pytest.mark.usefixtures("server")
def test_a_finished_run_shows_how_its_losses_went(open_page):
    page = open_page("Train", View(run="tiny"))
    assert "figure_tiny_losses" in str(page.main)


@pytest.mark.usefixtures("server")
def test_a_label_column_that_holds_no_classes_is_refused(open_page, errors):
    page = open_page("Train")
    page.selectbox(key="train_label").set_value("gal_l_deg").run()
    assert "class" in errors(page)
    assert not [b for b in page.button if b.key == "train_start"]


@pytest.mark.usefixtures("server")
def test_an_existing_run_is_replaced_only_if_that_is_said(open_page, errors):
    page = open_page("Train")
    page.text_input(key="train_name").set_value("tiny").run()
    assert not page.checkbox(key="train_overwrite").value
    page.button(key="train_start").click().run()
    assert "exists" in errors(page)


def test_a_failed_training_is_shown_after_a_reload_and_can_be_dismissed(
    server, open_page, errors
):
    failed = server / "checkpoints" / ".training" / "broken"
    failed.mkdir(parents=True)
    entry = {"phase": "failed", "message": "the loss became *infinite*"}
    (failed / "progress.jsonl").write_text(json.dumps(entry) + "\n")
    page = open_page("Train")
    assert "the loss became \\*infinite\\*" in errors(page)
    page.button(key="train_dismiss_broken").click().run()
    assert not page.error
    assert not failed.exists()


def test_a_training_of_another_tab_is_shown_with_its_epoch(server, open_page, texts):
    place = server / "checkpoints" / ".training" / "other"
    place.mkdir(parents=True)
    (place / "process.json").write_text(json.dumps({"pid": os.getpid()}))
    terms = {"total": 3.0, "reconstruction": 2.0, "kl": 0.5, "classification": 0.5}
    entry = {
        "phase": "train",
        "epoch": 3,
        "n_epochs": 12,
        "eta_seconds": 61.0,
        "train": terms,
        "validation": terms,
        "validation_accuracy": 0.5,
    }
    read = {"phase": "read", "message": "1,200 rows", "is_simulated": True}
    lines = [json.dumps(line) + "\n" for line in (read, entry)]
    (place / "progress.jsonl").write_text("".join(lines))
    # Beside a run of simulated data, which has a mark of its own.
    page = open_page("Train", run="tiny")
    assert "Training other" in texts(page)
    assert texts(page).count("Simulated data") == 2
    page.button(key="train_stop_other").click().run()
    assert (place / "STOP").exists()
