"""Selection rules: the sample that they promise is the one that they take."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

import qsovae
from qsovae.cli import main
from qsovae.errors import (
    CatalogError,
    ConfigError,
    ManifestMismatchError,
    RunError,
)
from qsovae.runs import RunWriter


@pytest.fixture
def run(runs, tmp_path):
    """Return the run `tiny` in a folder that a test may write to."""
    shutil.copytree(runs / "tiny", tmp_path / "checkpoints" / "tiny")
    return qsovae.open_run("tiny", tmp_path / "checkpoints")


def digests(run):
    """Return the digest of each file of a run, without its rules."""
    return {p.name: qsovae.file_sha256(p) for p in run.folder.iterdir() if p.is_file()}


def counted(rows, selected, name, shares):
    """Return completeness and purity of selected rows, at a class mix, by counting."""
    kept = {c: selected[(rows["class_label"] == c).to_numpy()] for c in shares}
    found = {c: mask.mean() * shares[c] for c, mask in kept.items()}
    return kept[name].mean(), found[name] / sum(found.values())


@pytest.mark.parametrize("prior", [None, "sky", {"GALAXY": 0.5, "QSO": 0.1}])
def test_the_selected_test_rows_are_as_complete_and_pure_as_the_curve_says(run, prior):
    if isinstance(prior, dict):
        others = [c for c in run.classes if c not in prior]
        prior = prior | dict.fromkeys(others, 0.4 / len(others))
    rows = qsovae.test_rows(run)
    details = qsovae.evaluation_details(run, rows, prior)["thresholds"]
    table = pd.DataFrame(details["table"]).astype(float)
    at = table.iloc[len(table) // 4]
    rule = qsovae.save_rule(run, "q", at["threshold"], prior=prior)
    for measure in ("completeness", "purity", "rows"):
        assert rule.expected[measure] == pytest.approx(at[measure])
    # Other draws of the same posterior.
    assert rule.expected["purity_low"] == pytest.approx(at["purity_low"], abs=0.03)

    mask = qsovae.rule_mask(run, rule, rows)
    assert mask.sum() == at["rows"]
    shares = details["prior"]["shares"]
    if shares is None:
        shares = dict(rows["class_label"].value_counts(normalize=True))
    assert counted(rows, mask, "QSO", shares) == pytest.approx(
        (at["completeness"], at["purity"])
    )


def test_scoring_the_runs_catalog_selects_the_sample_promised(run, simulated):
    rule = qsovae.save_rule(run, "sky", 0.3, prior="sky")
    catalog = qsovae.open_catalog(simulated)
    scored = qsovae.score_catalog(run, catalog, rule=rule)
    tested = qsovae.test_rows(run)
    taken = scored.rows["selected"].to_numpy()[tested["row"]]
    assert taken.sum() == rule.expected["rows"] > 0
    found = counted(tested, taken, "QSO", rule.mix["shares"])
    assert found == pytest.approx(
        (rule.expected["completeness"], rule.expected["purity"])
    )
    # The probabilities beside the column are those that were compared.
    above = scored.rows["p_QSO"] >= np.float32(0.3)
    assert (above == scored.rows["selected"]).mean() > 0.999
    assert scored.rule_json()["selected"] == scored.rows["selected"].sum()
    assert scored.header()["rule"] == "sky"


def test_a_rule_of_some_sources_takes_no_others(run):
    rule = qsovae.save_rule(
        run, "points", 0.5, prior="sky", morphology="point", quality=["NON_FINITE"]
    )
    rows = qsovae.test_rows(run).assign(quality=lambda r: np.where(r["row"] % 2, 2, 0))
    mask = qsovae.rule_mask(run, rule, rows)
    assert mask.any()
    assert set(rows.loc[mask, "morphology"]) == {"point"}
    assert set(rows.loc[mask, "quality"]) == {0}
    points = qsovae.with_morphology(qsovae.test_rows(run), "point")
    assert rule.measured_on["rows"] == len(points)
    # How many of the sky's sources are point-like is not known.
    assert rule.expected["per_deg2"] is None


def test_a_rule_is_kept_beside_files_that_do_not_change(run):
    before = digests(run)
    rule = qsovae.save_rule(run, "clean", 0.9, prior="sky", sought="STAR")
    assert digests(run) == before
    again = qsovae.open_run(run.name, run.folder.parent)
    assert qsovae.open_rule(again, "clean") == rule
    assert rule.is_simulated
    assert [found.name for found in qsovae.list_rules(again)] == ["clean"]
    with pytest.raises(RunError, match="already a rule clean"):
        qsovae.save_rule(run, "clean", 0.8)
    qsovae.delete_rule(run, "clean")
    assert qsovae.list_rules(run) == []
    for lost in (qsovae.open_rule, qsovae.delete_rule):
        with pytest.raises(RunError, match="no such rule: 'clean'"):
            lost(run, "clean")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"name": "../x"}, "cannot name a rule"),
        ({"threshold": 0.0}, "the threshold is 0.0"),
        ({"threshold": 1.5}, "the threshold is 1.5"),
        ({"sought": "BLAZAR"}, "no class BLAZAR"),
        ({"prior": {"QSO": 1.0}}, "is not stated"),
        ({"quality": ["ODD"]}, "no quality bit ODD"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(run, wish, words):
    with pytest.raises(ConfigError, match=words):
        qsovae.save_rule(run, **({"name": "q", "threshold": 0.5} | wish))
    assert qsovae.list_rules(run) == []


def test_a_rule_needs_rows_to_be_measured_on(run):
    none = qsovae.evaluate_rows(run)._replace(rows=qsovae.test_rows(run).head(0))
    with pytest.raises(CatalogError, match="no scored row"):
        qsovae.save_rule(run, "q", 0.5, none)


def changed(run, entries):
    """Change a rule's file as a person might."""
    path = run.folder / "rules" / "q.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"run": "other", "weights_sha256": "0"}, "made for another run, other"),
        ({"weights_sha256": "0"}, "before this run was trained again"),
    ],
)
def test_a_rule_of_other_weights_is_refused(run, entries, words):
    rule = qsovae.save_rule(run, "q", 0.5)
    changed(run, entries)
    with pytest.raises(ManifestMismatchError, match=words):
        qsovae.open_rule(run, "q")
    (found,) = qsovae.list_rules(run)
    assert found.value is None
    assert words in found.message
    foreign = type(rule)(**vars(rule) | entries)
    with pytest.raises(ManifestMismatchError, match=words):
        qsovae.rule_mask(run, foreign, qsovae.test_rows(run))


@pytest.mark.parametrize(
    "entries",
    [
        {"threshold": "0.5"},
        {"threshold": 7},
        {"morphology": "round"},
        {"quality": ["ODD"]},
        {"mix": {"kind": "sky"}},
        {"mix": {"kind": "sky", "shares": {"QSO": "all"}, "per_deg2": None}},
        {"expected": {}},
        {"more": 1},
        {"name": "other"},
    ],
)
def test_a_damaged_rule_is_refused_in_words(run, entries):
    qsovae.save_rule(run, "q", 0.5)
    changed(run, entries)
    with pytest.raises(RunError, match="the rule q is damaged"):
        qsovae.open_rule(run, "q")


def test_rules_outlive_a_new_training_and_are_refused_after_it(run):
    qsovae.save_rule(run, "old", 0.5)
    writer = RunWriter(run.folder.parent, run.name, overwrite=True)
    for file in run.manifest["artifacts"]:
        content = (run.folder / file).read_bytes()
        # What training anew gives: the network's last number is another one.
        other = content[:-1] + bytes([content[-1] ^ 1])
        is_weights = file == "weights.safetensors"
        (writer.path / file).write_bytes(other if is_weights else content)
    writer.finish({k: v for k, v in run.manifest.items() if k != "artifacts"})
    anew = qsovae.open_run(run.name, run.folder.parent)
    with pytest.raises(ManifestMismatchError, match="trained again"):
        qsovae.open_rule(anew, "old")
    qsovae.delete_rule(anew, "old")
    assert qsovae.list_rules(anew) == []


def test_the_commands_make_apply_list_and_delete_a_rule(
    run, simulated, tmp_path, capsys
):
    folder = ["--runs", str(run.folder.parent)]
    saved = ["--prior", "sky", "--threshold", "0.4", "--save-rule", "q", "--json"]
    assert main(["evaluate", "tiny", *saved, *folder]) == 0
    told = json.loads(capsys.readouterr().out)["rule"]
    rule = qsovae.open_rule(run, "q")
    assert told == json.loads(json.dumps(rule.to_json()))

    out = tmp_path / "out.fits"
    assert main(["score", "tiny", str(simulated), "-o", str(out), "--rule", "q",
                 *folder]) == 0  # fmt: skip
    said = capsys.readouterr().out
    with fits.open(out) as opened:
        selected, header = opened[1].data["selected"], dict(opened[1].header)
    assert f"{selected.sum():,} rows selected by q" in said
    assert (header["RULE"], header["RULE_THRESHOLD"]) == ("q", 0.4)
    assert header["RULE_PURITY"] == rule.expected["purity"]

    assert main(["rules", "tiny", *folder]) == 0
    assert "p(QSO) >= 0.4 at the sky mix" in capsys.readouterr().out
    assert main(["rules", "tiny", "--delete", "q", "--json", *folder]) == 0
    assert json.loads(capsys.readouterr().out)["rules"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["evaluate", "tiny", "--threshold", "0.4"], "needs a threshold and a name"),
        (["score", "tiny", "CATALOG", "-o", "OUT", "--rule", "absent"], "no such rule"),
    ],
)
def test_a_command_that_cannot_be_is_refused(
    run, simulated, tmp_path, capsys, words, said
):
    places = {"CATALOG": str(simulated), "OUT": str(tmp_path / "o.csv")}
    words = [places.get(word, word) for word in words]
    assert main([*words, "--runs", str(run.folder.parent)]) == 1
    assert said in capsys.readouterr().err


def test_a_prior_beside_a_rule_is_refused(run, simulated):
    rule = qsovae.save_rule(run, "q", 0.5)
    catalog = qsovae.open_catalog(simulated)
    with pytest.raises(ConfigError, match="beside the rule q"):
        qsovae.score_catalog(run, catalog, prior="estimate", rule=rule)


@pytest.mark.parametrize(
    ("threshold", "name", "said"),
    [("0.4", "q", "already a rule q"), ("1.4", "r", "the threshold is 1.4")],
)
def test_a_rule_that_cannot_be_is_refused_before_a_catalog_is_read(
    run, tmp_path, capsys, threshold, name, said
):
    qsovae.save_rule(run, "q", 0.5)
    # Reading this would end in another error.
    catalog = tmp_path / "broken.fits"
    catalog.write_bytes(b"no table")
    words = ["evaluate", "tiny", str(catalog), "--runs", str(run.folder.parent)]
    assert main([*words, "--threshold", threshold, "--save-rule", name]) == 1
    assert said in capsys.readouterr().err
