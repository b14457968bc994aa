"""The slices of a run's rows: by its catalog, in portions, and without it."""

import json
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import qsovae
from qsovae.catalog import portions
from qsovae.workflow.slice_file import SliceWriter, read_slices, sliced_names
from qsovae.workflow.slicing import catalog_slices


@pytest.fixture(scope="module")
def frame(simulated):
    """Return the run's catalog as it is in the file."""
    return qsovae.read_table(simulated).frame


@pytest.fixture(scope="module")
def columns(run):
    """Return the slices of all rows of the run, by name."""
    return {c.name: c for c in qsovae.slicing_columns(run, run.rows()).columns}


def slices_of(run, rows, catalog=None):
    """Return the slices of rows, ready for JSON."""
    slicing = qsovae.slicing_columns(run, rows, catalog)
    return qsovae.evaluation_slices(run, rows, slicing)


def labels(column):
    """Return the name of each row's slice."""
    return np.array(column.labels, dtype=object)[column.codes]


def steps(values, width):
    """Return numbers as the slices of a width that they are in are called."""
    low = np.floor(np.asarray(values, dtype=float) / width) * width
    return [
        f"{v:g} to {v + width:g}" if np.isfinite(v) else "missing" for v in low.tolist()
    ]


def observed(frame, band):
    return (frame[f"{band}_status"].str.strip() == "ok").to_numpy(dtype=bool)


def magnitude(frame, band):
    return np.where(observed(frame, band), frame[f"{band}_mag_ab"], np.nan)


def test_magnitudes_colours_and_redshifts_are_those_of_the_file(columns, frame):
    assert labels(columns["magnitude"]).tolist() == steps(magnitude(frame, "r"), 0.5)
    colour = magnitude(frame, "g") - magnitude(frame, "r")
    inside = np.isnan(colour) | ((colour >= -2) & (colour < 6))
    told = labels(columns["g - r"])
    assert told[inside].tolist() == steps(colour[inside], 0.5)
    redshift = frame["z_true"].to_numpy(dtype=float, na_value=np.nan)
    assert labels(columns["redshift"]).tolist() == steps(redshift, 0.5)
    assert columns["redshift"].is_spectroscopic


def test_coverage_and_place_are_those_of_the_file(columns, frame, run):
    bands = [c.band for c in run.mapping.columns if c.role == "magnitude"]
    seen = sum(observed(frame, band).astype(int) for band in bands)
    assert labels(columns["bands"]).tolist() == seen.astype(str).tolist()
    for title, own in (("VHS", "j h ks"), ("CatWISE2020", "w1 w2"),
                       ("Gaia DR3", "gaia_g gaia_bp gaia_rp")):  # fmt: skip
        present = np.any([observed(frame, band) for band in own.split()], axis=0)
        assert (
            columns[f"survey {title}"].rows_in("present").tolist() == present.tolist()
        )
    # The simulation wrote its own latitudes.
    assert labels(columns["latitude"]).tolist() == steps(frame["gal_b_deg"].abs(), 10)
    error = np.where(observed(frame, "r"), frame["r_mag_err"], np.nan)
    strong = columns["snr"].rows_in("100 and above")
    assert strong.tolist() == (1.0857362 / error >= 100).tolist()


def test_morphology_and_quality_are_those_of_the_run(columns, run):
    rows = run.rows()
    assert labels(columns["morphology"]).tolist() == rows["morphology"].tolist()
    limit = columns["quality UPPER_LIMIT"].rows_in("with")
    bit = int(qsovae.Quality.UPPER_LIMIT)
    assert limit.tolist() == ((rows["quality"] & bit) > 0).tolist()


def test_a_column_that_parts_no_rows_is_no_column(columns):
    assert all(len(column.labels) > 1 for column in columns.values())
    # No simulated row lacks all bands of the primary.
    assert "survey DELVE" not in columns


def test_portions_give_the_slices_of_the_whole(
    run, columns, simulated, tmp_path, monkeypatch
):
    monkeypatch.setattr(portions, "SAMPLED_ROWS", 400)
    monkeypatch.setattr(portions, "ROWS_A_PORTION", 500)
    path = tmp_path / "slices.parquet"
    several = list(portions.CatalogPortions(simulated, run.mapping))
    with SliceWriter(path, run.features) as written:
        for _, portion in several:
            written.see(portion)
    assert len(several) > 2
    found = {column.name: column.present() for column in read_slices(path)}
    by_catalog = {n: c for n, c in columns.items() if n in found}
    assert len(by_catalog) > 8
    for name, column in by_catalog.items():
        assert labels(found[name]).tolist() == labels(column).tolist()
        assert found[name].title == column.title
    assert found["redshift"].is_spectroscopic


def test_a_catalog_without_slices_is_written_and_read(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("id,width,class\n1,3,A\n2,4,B\n")
    with SliceWriter(tmp_path / "slices.parquet", ()) as written:
        written.see(qsovae.open_catalog(path))
    assert read_slices(tmp_path / "slices.parquet") == ()


def test_some_rows_are_in_the_slices_of_all(run, columns):
    tested = qsovae.test_rows(run)
    found = {c.name: c for c in qsovae.slicing_columns(run, tested).columns}
    own = labels(columns["magnitude"])[tested["row"]]
    assert labels(found["magnitude"]).tolist() == own.tolist()


def test_a_run_has_its_slices_where_its_catalog_is_gone(run, columns, runs, tmp_path):
    shutil.copytree(runs / "tiny", tmp_path / "runs" / "tiny")
    path = tmp_path / "runs" / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "gone.fits"
    path.write_text(json.dumps(manifest))
    moved = qsovae.open_run("tiny", tmp_path / "runs")
    found = qsovae.slicing_columns(moved, moved.rows())
    assert [column.name for column in found.columns] == list(columns)


def test_the_report_has_slices_ready_for_json_that_hold_every_row(run):
    report = qsovae.evaluate_run(run)
    slices = json.loads(json.dumps(report["details"]["slices"], allow_nan=False))
    assert slices["class"] == "QSO"
    for column in slices["columns"].values():
        table = pd.DataFrame(column["table"])
        by_slice = table.drop_duplicates("slice")
        assert by_slice["rows"].sum() == report["rows"]
        assert table["class_rows"].sum() == report["rows"]
        few = by_slice[by_slice["rows"] < slices["fewest_rows"]]
        assert column["few"] == {"slices": len(few), "rows": int(few["rows"].sum())}
    shapes = pd.DataFrame(slices["columns"]["morphology"]["table"])
    for shape, scores in report["by_morphology"].items():
        if scores and scores["rows"] >= 10:
            own = shapes[shapes["slice"] == shape]
            assert own["accuracy"].iloc[0] == pytest.approx(scores["accuracy"])


def test_with_its_own_catalog_a_run_has_the_same_slices(run, simulated):
    rows = qsovae.test_rows(run)
    catalog = qsovae.open_catalog(simulated)
    given = slices_of(run, rows, catalog)
    assert given == slices_of(run, rows)
    # Whatever the mapping that it was opened with says.
    other = catalog.mapping.with_column("z_true", role="ignore")
    assert given == slices_of(run, rows, qsovae.Catalog(catalog.raw, other))


def test_another_catalog_is_sliced_by_its_own_rows(run, tmp_path):
    qsovae.write_simulation(tmp_path / "other.parquet", 500, 11)
    catalog = qsovae.open_catalog(tmp_path / "other.parquet")
    found = qsovae.evaluate_rows(run, catalog)
    slices = slices_of(run, found.rows, catalog)
    table = pd.DataFrame(slices["columns"]["magnitude"]["table"])
    own = magnitude(catalog.raw.frame, "r")[found.rows.index]
    expected = pd.Series(steps(own, 0.5)).value_counts()
    assert table.drop_duplicates("slice").set_index("slice")["rows"].to_dict() == (
        expected.to_dict()
    )


def test_no_rows_and_one_row_have_no_slices_that_part_them(run):
    tested = qsovae.test_rows(run)
    for n_rows in (0, 1):
        found = slices_of(run, tested.iloc[:n_rows])
        assert found["columns"] == {}
        assert (found["worst"]["tested"], found["worst"]["named"]) == (0, 0)


def test_a_class_that_no_row_is_of_has_undefined_scores(run):
    tested = qsovae.test_rows(run)
    found = slices_of(run, tested[tested["class_label"] != "QSO"])
    table = pd.DataFrame(found["columns"]["morphology"]["table"])
    quasars = table[table["class_label"] == "QSO"]
    assert (quasars["class_rows"] == 0).all()
    assert quasars["completeness"].isna().all()
    assert "completeness" not in found["worst"]["table"]["measure"]


def test_slices_of_other_rows_are_refused(run):
    slicing = qsovae.slicing_columns(run, run.rows())
    with pytest.raises(qsovae.ShapeError, match="not those of these"):
        qsovae.evaluation_slices(run, qsovae.test_rows(run), slicing)


def test_a_catalog_without_bands_or_places_has_what_it_has(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("id,redshift,width,class\n1,0.7,3,A\n2,,4,B\n3,-999,5,A\n")
    catalog = qsovae.open_catalog(path)
    (column,) = catalog_slices(catalog, ())
    assert labels(column)[:2].tolist() == ["0.5 to 1", "missing"]


@pytest.mark.parametrize(
    ("name", "surveys"),
    [
        ("sdss17_10k", ["SDSS"]),
        (
            "delve_vhs_wise_dwarfs_hzqso",
            ["DELVE, DES, Legacy Surveys", "VHS, VIKING, UKIDSS",
             "WISE (CatWISE, AllWISE, unWISE)"],
        ),
        ("des_vhs_wise_unlabelled", ["DELVE", "VHS", "CatWISE2020"]),
    ],
)  # fmt: skip
def test_surveys_bear_the_names_that_their_columns_have(shared_data, name, surveys):
    catalog = qsovae.open_catalog(shared_data / name / f"{name}.parquet")
    columns = [column.name for column in catalog_slices(catalog, ())]
    assert [c for c in columns if c.startswith("survey")] == [
        f"survey {title}" for title in surveys
    ]


def test_a_colour_that_is_a_column_of_its_own_is_sliced(shared_data):
    name = "vst_atlas_wise_dev"
    catalog = qsovae.open_catalog(shared_data / name / f"{name}.parquet")
    features = qsovae.default_features(catalog)
    columns = {c.name: c for c in catalog_slices(catalog, features)}
    colour = catalog.raw.frame["rmw1"].to_numpy(dtype=float)
    inside = np.isfinite(colour) & (colour >= -2) & (colour < 6)
    assert labels(columns["rmw1"])[inside].tolist() == steps(colour[inside], 0.5)


def test_names_of_slices_are_read_anew_once_the_file_is_another(tmp_path):
    path = tmp_path / "slices.parquet"
    for names in (("magnitude",), ("magnitude", "latitude")):
        meaning = json.dumps([{"name": name} for name in names])
        table = pa.table({name: [0] for name in names})
        pq.write_table(table.replace_schema_metadata({"slices": meaning}), path)
        assert sliced_names(path) == sliced_names(path) == names
