"""Rivals and drivers by the command, in words and as JSON."""

import json

import pytest

import qsovae
from qsovae.cli import main


@pytest.fixture(scope="module")
def two_runs(runs, simulated, tmp_path_factory):
    """Return a folder with `tiny`, and `second` of the same catalog, split anew."""
    folder = tmp_path_factory.mktemp("beside")
    (folder / "tiny").symlink_to(runs / "tiny")
    request = qsovae.TrainRequest(
        simulated, "class_true", "second", epochs=2, seed=5, with_map=False
    )
    qsovae.train_run(request, folder)
    return folder


@pytest.fixture
def evaluated(two_runs, capsys):
    """Return what runs evaluate on `tiny`: its exit status, stdout and stderr."""

    def run(*words):
        capsys.readouterr()
        asked = ["evaluate", "tiny", *map(str, words), "--runs", str(two_runs)]
        status = main(asked)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_rivals_stand_in_json_and_in_words(evaluated, two_runs, simulated):
    status, out, _ = evaluated("--against", "second", "--against-cuts", "--json")
    assert status == 0
    rivals = json.loads(out)["details"]["rivals"]
    assert [r["kind"] for r in rivals] == ["baseline", *["colour cut"] * 4, "run"]
    both = set(qsovae.test_rows(qsovae.open_run("tiny", two_runs))["row"]) & set(
        qsovae.test_rows(qsovae.open_run("second", two_runs))["row"]
    )
    assert rivals[-1]["rows"] == len(both)
    status, words, _ = evaluated("--against", "second", "--against-cuts")
    assert status == 0
    assert "Stern et al. 2012" in words
    assert f"second: {len(both)} rows trained neither" in words
    # Of a catalog that trained neither, by the same command.
    other = two_runs / "other.fits"
    qsovae.write_simulation(other, 200, 21)
    status, out, _ = evaluated(other, "--against", "second", "--json")
    assert status == 0
    report = json.loads(out)
    (found,) = report["details"]["rivals"]
    assert (found["kind"], found["rows"]) == ("run", report["rows"])


def test_the_report_tells_what_was_asked_beside_and_how_to_ask_it_again(
    evaluated, two_runs, tmp_path
):
    asked = ("--prior sky --area 250 --against second --against-cuts "
             "--drivers --driver-rows 100 --repeats 2")  # fmt: skip
    page = tmp_path / "report.html"
    status, out, _ = evaluated(*asked.split(), "--json", "--html", page)
    assert status == 0
    told = page.read_text("utf-8")
    for title in ("Rivals on the same rows", "What drives it", "sources over the area"):
        assert title in told
    command = json.loads(out)["details"]["asked"]["command"]
    assert command == f"qsovae evaluate tiny {asked}"
    assert f"{command} --html report.html" in told
    # The command itself, but for where this page goes, gives the same bytes.
    again = tmp_path / "again.html"
    words = command.removeprefix("qsovae evaluate tiny ").split()
    assert evaluated(*words, "--html", again)[0] == 0
    assert again.read_bytes() == page.read_bytes()


def test_columns_of_a_rival_are_read_and_refused_by_row(evaluated, two_runs):
    run = qsovae.open_run("tiny", two_runs)
    made = two_runs / "with_rival.parquet"
    qsovae.write_simulation(made, 200, 22)
    catalog = qsovae.open_catalog(made)
    frame = catalog.raw.frame.copy()
    shares = qsovae.probability_matrix(qsovae.score_rows(run, catalog), run.classes)
    for k, name in enumerate(run.classes):
        frame[f"p_{name}"] = shares[:, k]
    qsovae.write_table(frame, made)
    columns = ",".join(f"{name}=p_{name}" for name in run.classes)
    status, out, _ = evaluated(made, "--against-columns", columns, "--json")
    assert status == 0
    (found,) = json.loads(out)["details"]["rivals"]
    assert found["kind"] == "columns"
    assert found["differences"]["log_loss"][0] == pytest.approx(0.0, abs=1e-6)
    scored = qsovae.evaluate_rows(run, catalog).rows.index
    frame.loc[scored[0], "p_QSO"] = 1.5
    qsovae.write_table(frame, made)
    status, _, err = evaluated(made, "--against-columns", columns)
    assert status == 1
    assert f"(row {scored[0]})" in err


def test_drivers_stand_in_json_and_in_words(evaluated):
    status, out, _ = evaluated("--drivers", "--repeats", 1, "--json")
    assert status == 0
    drivers = json.loads(out)["details"]["drivers"]
    assert {g["name"] for g in drivers["removed"]} >= {"optical", "WISE"}
    status, words, _ = evaluated("--drivers", "--repeats", 1, "--driver-rows", 50)
    assert status == 0
    assert "50 rows held out, drawn of" in words
    assert "Mean latent of each class, decoded (AB)" in words


def test_what_cannot_be_compared_ends_in_one_sentence(evaluated, two_runs, tmp_path):
    for words, said in (
        (["--against", "gone"], "no such run"),
        (["--against-columns", "QSO"], "is no column of a class"),
        (["--against-columns", "QSO=gone"], "gone"),
    ):
        status, _, err = evaluated(*words)
        assert status == 1
        assert said in err
        assert "Traceback" not in err
    lone = tmp_path / "optical.csv"
    assert evaluated("--class", "STAR", "--against-cuts")[2].count("no cut in") == 1
    lone.write_text("id,class_true\n1,QSO\n2,STAR\n")
    assert evaluated(lone, "--drivers")[0] == 1
