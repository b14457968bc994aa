"""`qsovae decode`: places of the latent space in words, as JSON and as tables."""

import json
import shutil

import numpy as np
import pytest

import qsovae
from qsovae.cli import main


@pytest.fixture(scope="module")
def rows(runs):
    """Return the rows of the run `tiny`."""
    return qsovae.run_table(qsovae.open_run("tiny", runs))


@pytest.fixture
def decode(runs, capsys):
    """Return what runs decode on `tiny`: its exit status, stdout and stderr."""

    def run(*words, folder=runs):
        capsys.readouterr()
        status = main(["decode", "tiny", *map(str, words), "--runs", str(folder)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def latent_of(rows, place):
    return rows[[c for c in rows if c.startswith("latent_")]].iloc[place].tolist()


def test_an_object_s_place_is_told_in_words_and_as_json(decode, rows, runs):
    some = rows["object_id"].iloc[7]
    status, out, _ = decode("--object", some)
    assert status == 0
    assert f"nearest row: {some}, class " in out
    assert "no such objects are known" not in out
    said = json.loads(decode("--object", some, "--json")[1])
    (place,) = said["places"]
    assert place["latent"] == latent_of(rows, 7)
    assert said["is_simulated"] is True
    run = qsovae.open_run("tiny", runs)
    measured = qsovae.run_catalog(run).magnitude("i")[0][7]
    bands = {b["band"]: b for b in place["nearest"][0]["bands"]}
    assert bands["i"]["mag_ab"] == measured
    assert f"{measured:.3f} ± " in out
    latent = ",".join(map(repr, latent_of(rows, 7)))
    assert json.loads(decode(f"--latent={latent}", "--json")[1])["places"] == [place]


def test_dimensions_are_set_from_where_an_object_lies(decode, rows):
    some = rows["object_id"].iloc[7]
    said = json.loads(decode("--object", some, "--set", "3=1.5", "1=-90", "--json")[1])
    (place,) = said["places"]
    assert place["latent"] == [-90.0, latent_of(rows, 7)[1], 1.5, *place["latent"][3:]]
    assert place["is_far"]
    assert "no such objects are known" in decode("--object", some, "--set", "1=-90")[1]


def test_a_place_of_the_map_leads_back_to_the_latent_space(decode, rows):
    there = rows.loc[7, ["map_1", "map_2"]].tolist()
    said = json.loads(decode(f"--map={there[0]!r},{there[1]!r}", "--json")[1])
    assert said["places"][0]["latent"] == latent_of(rows, 7)
    assert said["map"] == {"distance": 0.0, "is_far": False}
    assert "no row is near that place of the map" in decode("--map=999,-999")[1]


@pytest.mark.parametrize("suffix", [".fits", ".csv", ".parquet", ".vot"])
def test_a_line_is_written_as_a_table(decode, rows, tmp_path, suffix):
    out = tmp_path / f"line{suffix}"
    ends = [str(rows["object_id"].iloc[place]) for place in (3, 42)]
    status, words, told = decode("--between", *ends, "--steps", "4", "-o", out)
    assert status == 0
    assert "wrote 4 places" in told
    assert len(words.splitlines()) == 5
    table = qsovae.read_table(out)
    assert table.frame["nearest_object_id"].astype(str).iloc[[0, -1]].tolist() == ends
    np.testing.assert_allclose(table.frame["latent_2"].iloc[0], latent_of(rows, 3)[1])
    if suffix != ".csv":
        assert table.units["i_flux_ujy"] == "uJy"
    assert len(json.loads(decode("--between", *ends, "--json")[1])["places"]) == 9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--latent", "0.1,0.2"], "a place has 2 values"),
        (["--object", "nobody"], "no row has the id nobody"),
        (["--map", "1,2,3"], "a place of the map has 3 numbers"),
        (["--map", "nan,1"], "is no place of the map"),
        (["--map", "1,2", "--steps", "3"], "steps are those of a line"),
        (["--map", "1,2", "--set", "99=1"], "there is no latent_99"),
        (["--map", "1,2", "--set", "1=inf"], "a latent value is inf"),
        (["--map", "1,2", "-o", "out.png"], ".png"),
        (["--map", "1,2", "--catalog", "gone.fits"], "is not where it was"),
        (["--between", "x", "x"], "no row has the id x"),
        (["--between", "x", "y", "--set", "1=0"], "no one place to move"),
    ],
)
def test_what_cannot_be_is_refused_in_words(decode, words, said):
    status, out, told = decode(*words)
    assert (status, out) == (1, "")
    assert said in told


@pytest.mark.parametrize(
    "words", [[], ["--latent", "a,b"], ["--set", "x", "--map", "1,2"]]
)
def test_what_is_written_wrongly_is_no_command(decode, words):
    with pytest.raises(SystemExit) as left:
        decode(*words)
    assert left.value.code == 2


def test_the_decoder_needs_no_catalog_and_writes_over_none(
    decode, rows, runs, simulated, tmp_path
):
    before = simulated.read_bytes()
    status, _, told = decode("--map", "1,2", "-o", simulated)
    assert status == 1
    assert "the output is the catalog itself" in told
    assert simulated.read_bytes() == before
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "nowhere/sim.fits"
    path.write_text(json.dumps(manifest))
    some = rows["object_id"].iloc[7]
    (alone,) = json.loads(decode("--object", some, "--json", folder=tmp_path)[1])[
        "places"
    ]
    (whole,) = json.loads(decode("--object", some, "--json")[1])["places"]
    assert "bands" not in alone["nearest"][0]
    assert alone["bands"] == whole["bands"]


def test_where_no_band_is_decided_features_are_told(colour_runs, capsys):
    run = qsovae.open_run("colours", colour_runs)
    some = run.rows()["object_id"].iloc[7]
    words = ["decode", "colours", "--object", str(some), "--runs", str(colour_runs)]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "feature" in out
    assert "g_mag_ab - r_mag_ab  mag" in out
    assert main([*words, "--json"]) == 0
    (place,) = json.loads(capsys.readouterr().out)["places"]
    assert place["bands"] == []
    g, r = (qsovae.run_catalog(run).magnitude(band)[0][7] for band in "gr")
    told = {one["name"]: one["value"] for one in place["nearest"][0]["features"]}
    assert told["g_mag_ab - r_mag_ab"] == pytest.approx(g - r, abs=0.01)
    assert main([*words[:2], "--map", "1,2", *words[4:]]) == 1
    assert "Make the map first" in capsys.readouterr().err
