"""`qsovae facets`: rows counted by columns, in words, as JSON and as a file."""

import json

import pytest

import qsovae
from qsovae.cli import main


@pytest.fixture
def facets(runs, capsys):
    """Return what runs facets on `tiny`: its exit status, stdout and stderr."""

    def run(*words):
        capsys.readouterr()
        status = main(["facets", "tiny", *map(str, words), "--runs", str(runs)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def rows(runs):
    """Return the run's rows."""
    return qsovae.run_table(qsovae.open_run("tiny", runs))


def test_rows_are_counted_as_json(facets, rows):
    said = json.loads(facets("--where", "p_QSO > 0.5", "--json")[1])
    told = rows["p_QSO"] > 0.5
    assert (said["run"], said["rows"], said["rows_told"]) == ("tiny", 1200, told.sum())
    assert said["is_simulated"] is True
    columns = [entry["column"] for entry in said["facets"]]
    assert columns == ["class_predicted", "p_QSO", "i_mag_ab", "z_true", "morphology"]
    expected = rows["class_predicted"].value_counts()
    inside = rows.loc[told, "class_predicted"].value_counts()
    bins = {line["bin"]: line for line in said["facets"][0]["bins"]}
    assert {name: line["rows"] for name, line in bins.items()} == expected.to_dict()
    for name, line in bins.items():
        assert line["rows_told"] == inside.get(name, 0)
        assert line["query"] == f"class_predicted = '{name}'"


def test_rows_are_counted_in_words(facets, rows):
    status, out, _ = facets("--columns", "morphology, p_QSO")
    assert status == 0
    head, morphology, probability = out.strip().split("\n\n")
    assert head == "1,200 rows"
    counts = rows["morphology"].value_counts()
    lines = [line.split() for line in morphology.split("\n")[1:]]
    assert [line[:2] for line in lines] == [[n, str(k)] for n, k in counts.items()]
    assert lines[0][2] == "#" * 24
    assert len(lines[1][2]) == -(-24 * counts.iloc[1] // counts.iloc[0])
    assert "0.95 to 1 " in probability
    told = facets("--columns", "morphology", "--where", "morphology = 'point'")[1]
    assert "of them" in told
    assert [line.split()[-1] for line in told.strip().split("\n")[-2:]] == [
        "#" * 24, "." * len(lines[1][2]),
    ]  # fmt: skip


def test_counts_are_written_with_the_query(facets, tmp_path):
    out = tmp_path / "facets.parquet"
    status, _, told = facets("--where", "p_QSO > 0.5", "--out", out, "--json")
    assert status == 0
    written = qsovae.read_table(out)
    assert f"wrote {len(written.frame)} bins" in told
    assert written.meta["query"] == "p_QSO > 0.5"
    assert written.frame.columns.tolist() == [
        "column", "kind", "bin", "query", "rows", "rows_told",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--columns", "nobody"], "there is no column nobody"),
        (["--columns", ""], "there is no column"),
        (["--where", "p_QSO >"], "ends too soon"),
        (["--where", "nobody > 1"], "there is no column nobody"),
        (["-o", "out.png"], ".png"),
    ],
)
def test_what_cannot_be_is_refused_in_words(facets, words, said):
    status, out, told = facets(*words)
    assert (status, out) == (1, "")
    assert said in told
