"""Verdicts: appended with time and weights, read back, refused; queries know them."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import qsovae
from qsovae import Verdict


@pytest.fixture
def run(runs, tmp_path):
    """Return a copy of the run `tiny`, to judge objects of."""
    shutil.copytree(runs / "tiny", tmp_path / "runs" / "tiny")
    return qsovae.open_run("tiny", tmp_path / "runs")


def test_verdicts_are_appended_and_the_last_counts(run):
    ids = run.rows()["object_id"].astype(str)
    assert qsovae.read_verdicts(run).empty
    qsovae.add_verdict(run, Verdict(ids[3], "QSO", 4, "Ada", "BV", 2.1, "fine"))
    qsovae.add_verdict(run, Verdict(ids[5], "STAR", 3, "Ada"))
    qsovae.add_verdict(run, Verdict(ids[3], "unknown", 1, "Ben"))
    said = qsovae.read_verdicts(run)
    assert said["object_id"].tolist() == [ids[3], ids[5], ids[3]]
    assert list(said) == [
        "object_id", "vi_class", "vi_quality", "vi_issue", "vi_z", "vi_scanner",
        "vi_comment", "vi_time_utc", "model_version",
    ]  # fmt: skip
    assert said.loc[0, ["vi_issue", "vi_z", "vi_comment"]].tolist() == [
        "BV",
        2.1,
        "fine",
    ]
    weights = run.manifest["artifacts"]["weights.safetensors"]
    assert set(said["model_version"]) == {f"tiny {weights[:12]}"}
    assert said["vi_time_utc"].is_monotonic_increasing
    last = qsovae.latest_verdicts(run).set_index("object_id")
    assert last["vi_class"].to_dict() == {ids[3]: "unknown", ids[5]: "STAR"}
    # The run itself is as it was.
    assert qsovae.open_run("tiny", run.folder.parent).manifest == run.manifest


def test_queries_know_the_last_verdict(run):
    rows = qsovae.run_table(run)
    ids = rows["object_id"].astype(str)
    assert not qsovae.query_mask(run, "vi_class = 'QSO'", rows).any()
    qsovae.add_verdict(run, Verdict(ids[7], "STAR", 3, "Ada"))
    qsovae.add_verdict(run, Verdict(ids[7], "QSO", 2, "Ben"))
    qsovae.add_verdict(run, Verdict(ids[9], "QSO", 4, "Ada"))
    for query, places in (
        ("vi_class = 'QSO'", [7, 9]),
        ("vi_quality >= 3", [9]),
        ("vi_scanner = 'Ben'", [7]),
        ("vi_class is not missing and vi_quality < 3", [7]),
    ):
        assert qsovae.query_mask(run, query, rows).nonzero()[0].tolist() == places


def test_many_people_write_whole_lines(run):
    def say(number):
        said = Verdict(str(number), "QSO", 4, "Ada", vi_comment="x" * 400)
        qsovae.add_verdict(run, said)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(200)))
    assert sorted(map(int, qsovae.read_verdicts(run)["object_id"])) == list(range(200))


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"vi_class": "BLAZAR"}, "class is 'BLAZAR'"), ({"vi_quality": 5}, "quality is 5"),
     ({"vi_issue": "Q"}, "issues are 'Q'"), ({"vi_issue": "BB"}, "each once"),
     ({"vi_z": -0.1}, "redshift is -0.1"), ({"vi_z": float("nan")}, "redshift is nan"),
     ({"vi_scanner": " "}, "nobody"), ({"vi_comment": "x" * 501}, "too long")],
)  # fmt: skip
def test_what_no_verdict_can_say_is_refused(changes, words):
    said = {"object_id": "1", "vi_class": "QSO", "vi_quality": 4, "vi_scanner": "Ada"}
    with pytest.raises(qsovae.ConfigError, match=words):
        Verdict(**said | changes)


def test_a_damaged_line_is_named(run):
    qsovae.add_verdict(run, Verdict("1", "QSO", 4, "Ada"))
    path = run.folder / "verdicts.jsonl"
    for line in ("{", "[]", json.dumps({"object_id": "1"}), '{"vi_class": "X"}'):
        whole = path.read_text()
        path.write_text(whole + line + "\n")
        with pytest.raises(qsovae.RunError, match=r"verdicts\.jsonl, line 2"):
            qsovae.read_verdicts(run)
        path.write_text(whole)


def test_verdicts_outlive_another_training(run, simulated):
    qsovae.add_verdict(run, Verdict("1", "QSO", 4, "Ada"))
    request = qsovae.TrainRequest(
        simulated, "class_true", "tiny", epochs=1, overwrite=True, with_map=False
    )
    qsovae.train_run(request, run.folder.parent)
    anew = qsovae.open_run("tiny", run.folder.parent)
    assert qsovae.read_verdicts(anew)["object_id"].tolist() == ["1"]
