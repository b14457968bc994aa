"""`qsovae select`: rows of a run by a query, counted, written and said to others."""

import hashlib
import json
import shutil

import numpy as np
import pytest
from astropy.io import fits

import qsovae
from qsovae.cli import main, text
from qsovae.workflow import residuals

QUERY = "p_QSO > 0.8 and g_mag_ab - r_mag_ab < 0.6"


@pytest.fixture
def select(runs, capsys):
    """Return what runs select on `tiny`: its exit status, stdout and stderr."""

    def run(*words, folder=runs):
        capsys.readouterr()
        status = main(["select", "tiny", *map(str, words), "--runs", str(folder)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def expected(runs):
    """Return the rows of the query, reckoned without one."""
    run = qsovae.open_run("tiny", runs)
    catalog = qsovae.run_catalog(run)
    colour = catalog.magnitude("g")[0] - catalog.magnitude("r")[0]
    return (run.rows()["p_QSO"].to_numpy() > 0.8) & (colour < 0.6)


def test_rows_are_counted_in_words_and_as_json(select, expected, runs):
    status, out, _ = select(QUERY)
    assert status == 0
    assert f"{expected.sum():,} of 1,200 rows" in out
    said = json.loads(select(QUERY, "--json")[1])
    assert said["selected"] == expected.sum() > 0
    assert said["is_simulated"] is True
    assert said["adql"] == "(p_QSO > 0.8 AND (g_mag_ab - r_mag_ab) < 0.6)"
    assert said["stil"] == "(p_QSO > 0.8 && (g_mag_ab - r_mag_ab) < 0.6)"
    assert sum(said["classes"]["class_predicted"].values()) == expected.sum()
    run = qsovae.open_run("tiny", runs)
    labels = run.rows().loc[expected, "class_label"]
    assert said["classes"]["class_label"].get("QSO", 0) == (labels == "QSO").sum()


@pytest.mark.parametrize("suffix", [".fits", ".csv", ".parquet", ".vot"])
def test_rows_are_written_with_the_query(select, expected, runs, tmp_path, suffix):
    out = tmp_path / f"chosen{suffix}"
    status, _, told = select(QUERY, "-o", out)
    assert status == 0
    assert f"wrote {expected.sum():,} rows" in told
    table = qsovae.read_table(out).frame
    ids = qsovae.open_run("tiny", runs).rows()["object_id"][expected]
    assert table["object_id"].astype("int64").tolist() == ids.tolist()
    assert {"ra_deg", "p_QSO", "map_1", "quality"} <= set(table)
    if suffix == ".fits":
        assert QUERY in str(fits.getheader(out, 1))


def test_what_a_query_can_name_is_listed(select):
    names = json.loads(select("--columns", "--json")[1])["columns"]
    assert {"p_QSO", "entropy", "has_UPPER_LIMIT", "g_mag_ab", "parallax_mas"} <= set(
        names
    )
    assert "fingerprint" not in names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["p_QSO > "], "ends too soon"),
        (["p_QSA > 1"], "Did you mean p_QSO"),
        ([], "there is no query"),
        (["p_QSO > 0.5", "-o", "out.png"], ".png"),
        (["p_QSO > 0.5", "--catalog", "gone.fits"], "is not where it was"),
    ],
)
def test_what_cannot_be_is_refused_in_words(select, words, said):
    status, out, told = select(*words)
    assert (status, out) == (1, "")
    assert said in told


def test_without_the_catalog_the_run_s_own_columns_are_left(
    select, runs, simulated, tmp_path
):
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "nowhere/sim.fits"
    path.write_text(json.dumps(manifest))
    status, out, _ = select("p_QSO > 0.8", "--json", folder=tmp_path)
    rows = qsovae.open_run("tiny", runs).rows()
    assert json.loads(out)["selected"] == np.count_nonzero(rows["p_QSO"] > 0.8)
    status, _, told = select("g_mag_ab < 20", folder=tmp_path)
    assert status == 1
    assert "are not at hand: say where it lies (--catalog FILE)" in told
    again = select("g_mag_ab < 20", "--catalog", simulated, folder=tmp_path)
    assert again[0] == 0
    assert again[1] == select("g_mag_ab < 20")[1]


def test_the_catalog_is_never_written_over(select, simulated):
    before = simulated.read_bytes()
    status, _, told = select("p_QSO > 0.8", "-o", simulated)
    assert status == 1
    assert "the output is the catalog itself" in told
    assert simulated.read_bytes() == before


def test_what_tells_the_rows_is_said_in_words_and_as_json(select):
    status, out, _ = select("p_QSO > 0.8", "--why", "--against", "p_STAR > 0.8")
    assert status == 0
    assert "simplest cut: " in out
    assert "p_QSO" in out.split("What tells")[1]
    said = json.loads(
        select("p_QSO > 0.8", "--why", "--against", "p_STAR > 0.8", "--json")[1]
    )
    assert said["why"]["rows"]["chosen"] == said["selected"]
    assert said["why"]["cut"]["query"] in out
    assert "ends too soon" in select("p_QSO > 0.8", "--why", "--against", "p_QSO >")[2]
    assert "to compare with" in select("true", "--why")[2]


def test_selections_are_kept_listed_and_applied(select, runs, tmp_path, capsys):
    folder = tmp_path / "runs"
    shutil.copytree(runs / "tiny", folder / "tiny")
    status, out, _ = select(QUERY, "--save", "blue", "--json", folder=folder)
    assert status == 0
    n_rows = json.loads(out)["selected"]
    assert json.loads(out)["saved"] == "blue"
    again = select("--selection", "blue", "--json", folder=folder)[1]
    assert json.loads(again)["selected"] == n_rows
    assert json.loads(again)["since_saved"] == {"gone": 0, "new": 0}
    out_file = tmp_path / "blue.fits"
    status, _, _ = select(
        "p_QSO < 0.9", "--selection", "blue", "-o", out_file, folder=folder
    )
    assert status == 0
    recipe = json.loads(fits.getheader(out_file, 1)["RECIPE"])
    assert recipe["query"] == "`sel_blue` and (p_QSO < 0.9)"
    told = {"query": QUERY, "outlines": [], "plane": ["map_1", "map_2"]}
    assert recipe["selections"] == {"blue": told}
    other = tmp_path / "other.fits"
    qsovae.write_simulation(other, 200, 4)
    placed = json.loads(
        select("--selection", "blue", "--on", other, "--json", folder=folder)[1]
    )
    assert placed["rows"] == 200
    assert "class_label" not in placed["classes"]
    for words, expected in (
        (["--rename", "blue", "bluer"], "bluer"),
        (["--delete", "bluer"], "no selections"),
    ):
        capsys.readouterr()
        assert main(["selections", "tiny", *words, "--runs", str(folder)]) == 0
        assert expected in capsys.readouterr().out
    assert "no column sel_blue" in select("--selection", "blue", folder=folder)[2]
    assert select("true", "--save", "x", "--on", other, folder=folder)[0] == 1


def test_one_object_is_shown_in_words_and_as_json(runs, capsys):
    some = qsovae.open_run("tiny", runs).rows()["object_id"].iloc[3]
    assert main(["show", "tiny", str(some), "--runs", str(runs)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{some} at ")
    assert "of the 20 nearest in the latent space" in said
    assert "Legacy Surveys: https://" in said
    assert main(["show", "tiny", str(some), "--json", "--runs", str(runs)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["object_id"] == str(some)
    assert len(found["neighbours"]) == 20
    assert main(["show", "tiny", "nobody", "--runs", str(runs)]) == 1
    assert "no row has the id nobody" in capsys.readouterr().err


def test_a_verdict_is_said_listed_and_written(runs, tmp_path, capsys):
    folder = tmp_path / "runs"
    shutil.copytree(runs / "tiny", folder / "tiny")
    some = str(qsovae.open_run("tiny", folder).rows()["object_id"].iloc[3])

    def say(*words):
        capsys.readouterr()
        status = main([*words, "--runs", str(folder)])
        return status, capsys.readouterr()

    verdict = ("verdict", "tiny", some, "--class", "QSO", "--by", "Ada")
    assert say(*verdict, "--quality", "3", "--issue", "BV", "--redshift", "2.5")[0] == 0
    status, said = say(*verdict, "--quality", "9")
    assert status == 1
    assert "the quality is 9" in said.err
    status, said = say("verdict", "tiny", "nobody", *verdict[3:], "--quality", "3")
    assert "no row has the id nobody" in said.err
    out = tmp_path / "verdicts.csv"
    status, said = say("verdicts", "tiny", "--json", "-o", str(out))
    (entry,) = json.loads(said.out)["verdicts"]
    assert (entry["object_id"], entry["vi_issue"], entry["vi_z"]) == (some, "BV", 2.5)
    assert out.read_text().startswith("object_id,vi_class,vi_quality,vi_issue,vi_z,")
    assert some in say("verdicts", "tiny")[1].out


def test_columns_of_another_file_are_joined(select, runs, tmp_path):
    rows = qsovae.open_run("tiny", runs).rows()
    extra = rows[["object_id"]].head(50).assign(radio_mjy=3.0)
    extra.to_parquet(tmp_path / "extra.parquet")
    joined = ("--join", tmp_path / "extra.parquet", "--json")
    status, out, told = select("radio_mjy > 1", *joined)
    assert status == 0
    assert json.loads(out)["selected"] == 50
    assert "50 of 1,200 rows have a line" in told
    assert "no column id" in select("radio_mjy > 1", *joined, "--join-on", "id")[2]
    select("p_QSO > -1", *joined, "-o", tmp_path / "all.fits")
    written = qsovae.read_table(tmp_path / "all.fits").frame
    assert len(written) == 1200
    assert written["radio_mjy"].notna().sum() == 50
    recipe = json.loads(fits.getheader(tmp_path / "all.fits", 1)["RECIPE"])
    digest = hashlib.sha256((tmp_path / "extra.parquet").read_bytes()).hexdigest()
    assert recipe["joined"] == {
        "name": "extra.parquet", "sha256": digest, "on": "object_id"
    }  # fmt: skip


def test_rows_near_an_object_are_selected_and_kept(select, runs, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(runs / "tiny", folder / "tiny")
    run = qsovae.open_run("tiny", folder)
    rows = run.rows()
    some = rows["object_id"][7]
    query = f"near('{some}', 50)\nand p_QSO > 0.01"
    out = tmp_path / "near.fits"
    status, said, _ = select(query, "--save", "kin", "-o", out, "--json", folder=folder)
    assert status == 0
    told = json.loads(said)
    wanted = qsovae.query_mask(run, query, rows)
    assert told["selected"] == wanted.sum() > 1
    assert told["adql"] is told["stil"] is None
    assert "no latent space, in which near is told. Export the rows" in told["no_adql"]
    header = fits.getheader(out, 1)
    assert header["QUERY"] == query.replace("\n", " ")
    recipe = json.loads(header["RECIPE"])
    assert recipe["query"] == query
    assert recipe["weights_sha256"] == run.manifest["artifacts"]["weights.safetensors"]
    like = json.loads(select("like(sel_kin, 30)", "--json", folder=folder)[1])
    assert like["selected"] == 30
    other = tmp_path / "other.fits"
    qsovae.write_simulation(other, 200, 4)
    placed = select("--selection", "kin", "--on", other, "--json", folder=folder)[1]
    assert json.loads(placed)["selected"] <= 50
    sliced = select("`slice_g - r` = '0 to 0.5'", "--json", folder=folder)[1]
    assert json.loads(sliced)["selected"] > 0
    status, _, error = select("p_QSO > 0 and near('nobody', 5)", folder=folder)
    assert status == 1
    assert "no row has the id nobody (in query, character 20" in error


RESIDUALS = "residual_i > 1"


@pytest.fixture
def impatient(monkeypatch):
    """Have progress shown from the first moment on, a row of portions at a time."""
    shown = text.ProgressLine
    monkeypatch.setattr(text, "ProgressLine", lambda **_: shown())
    monkeypatch.setattr(residuals, "_ROWS_AT_ONCE", 500)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("words", [[RESIDUALS], [QUERY, "--why"]])
def test_columns_that_take_long_are_told_of(select, words):
    status, out, err = select(*words)
    assert status == 0, err
    assert "residuals: decoding all rows" in err
    assert "residuals:" not in out
    assert "residuals:" not in select("p_QSO > 0.8")[2]


@pytest.mark.usefixtures("impatient")
def test_an_interrupt_ends_them_in_a_word(select, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(residuals, "_decoded", interrupted)
    status, out, err = select(RESIDUALS)
    assert (status, out) == (130, "")
    assert err.endswith("qsovae: interrupted\n")
    assert "Traceback" not in err
