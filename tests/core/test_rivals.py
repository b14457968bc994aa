"""A run beside its rivals: only rows that both answer, and every row accounted for."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

import qsovae
from qsovae import CatalogError, ConfigError, InputError
from qsovae.colour_cuts import COLOUR_CUTS


@pytest.fixture(scope="module")
def tested(run):
    return qsovae.test_rows(run)


def changed_run(runs, folder, *, catalog=None, classes=None, split_seed=None):
    """Return the run `tiny` as another, of other answers, and of what is asked."""
    shutil.copytree(runs / "tiny", folder / "other")
    path = folder / "other" / "rows.parquet"
    rows, rng = pd.read_parquet(path), np.random.default_rng(4)
    names = [c for c in rows if c.startswith("p_")]
    shares = rows[names].to_numpy() * np.exp(rng.normal(size=(len(rows), len(names))))
    rows[names] = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    if split_seed is not None:
        drawn = np.random.default_rng(split_seed).permutation(len(rows))
        rows["split"] = rows["split"].to_numpy()[drawn]
    manifest = json.loads((folder / "other" / "manifest.json").read_text())
    if classes is not None:
        rows = rows.rename(columns={f"p_{a}": f"p_{b}" for a, b in classes.items()})
        manifest["classes"] = [classes[c] for c in manifest["classes"]]
    schema = pq.read_schema(path)
    fields = [pa.field(n, f.type) for n, f in zip(rows, schema, strict=True)]
    table = pa.Table.from_pandas(rows, pa.schema(fields), preserve_index=False)
    pq.write_table(table, path)
    manifest["artifacts"]["rows.parquet"] = qsovae.file_sha256(path)
    if catalog is not None:
        manifest["catalog"]["sha256"] = catalog
    (folder / "other" / "manifest.json").write_text(json.dumps(manifest))
    return qsovae.open_run("other", folder)


def by_kind(entries, kind):
    return [entry for entry in entries if entry["kind"] == kind]


def test_two_runs_are_compared_on_the_rows_that_both_held_out(run, runs, tmp_path):
    other = changed_run(runs, tmp_path, split_seed=3)
    ours, theirs = qsovae.test_rows(run), qsovae.test_rows(other)
    both = ours.merge(theirs, on="row", suffixes=("", "_other"))
    assert 0 < len(both) < len(ours)
    entries = qsovae.compare_rivals(run, ours, runs=[other])
    assert json.loads(json.dumps(entries, allow_nan=False)) == entries
    assert [e["kind"] for e in entries] == ["baseline", "run"]
    (found,) = by_kind(entries, "run")
    assert found["rows"] == len(both)
    out = len(ours) - len(both)
    assert f"{len(both)} rows trained neither; {out} rows of tiny" in found["notes"][0]
    # Against statsmodels, by the classes of the most probable columns.
    names = [f"p_{c}" for c in run.classes]
    truth = both["class_label"].to_numpy()
    right = [
        np.array(run.classes)[both[[n + end for n in names]].to_numpy().argmax(1)]
        == truth
        for end in ("", "_other")
    ]
    table = pd.crosstab(*right).reindex([True, False], axis=0, fill_value=0)
    table = table.reindex([True, False], axis=1, fill_value=0)
    assert found["mcnemar"]["first_alone"] == table.loc[True, False]
    assert found["mcnemar"]["second_alone"] == table.loc[False, True]
    expected = mcnemar(table.to_numpy(), exact=True).pvalue
    assert found["mcnemar"]["p_value"] == pytest.approx(expected)
    value, low, high = found["differences"]["accuracy"]
    assert value == pytest.approx(right[0].mean() - right[1].mean())
    assert low <= value <= high


def test_a_sample_has_wilsons_intervals(run, tested):
    (entry,) = qsovae.compare_rivals(run, tested)
    beside = run.baseline().set_index("row").loc[tested["row"]]
    names = [f"p_{c}" for c in run.classes]
    put = np.array(run.classes)[beside[names].to_numpy().argmax(1)] == "QSO"
    is_qso = (tested["class_label"] == "QSO").to_numpy()
    scores = entry["scores"]
    assert scores["selected"] == put.sum()
    for name, whole in (("completeness", is_qso), ("purity", put)):
        hits = (put & is_qso).sum()
        assert scores[name] == pytest.approx(hits / whole.sum())
        bounds = proportion_confint(hits, whole.sum(), method="wilson")
        assert scores["intervals"][name] == pytest.approx(bounds)
        value, low, high = entry["differences"][f"{name} QSO"]
        assert value == pytest.approx(entry["run_scores"][name] - scores[name])
        assert low <= value <= high


def test_colour_cuts_select_by_the_catalogs_magnitudes(run, tested, catalog):
    entries = qsovae.compare_rivals(run, tested, catalog, cuts=True)
    cuts = by_kind(entries, "colour cut")
    assert [c["name"] for c in cuts] == [cut.title for cut in COLOUR_CUTS.values()]
    stern = cuts[0]
    w1, w2 = (catalog.magnitude(b)[0][tested["row"]] for b in ("w1", "w2"))
    selected = (w1 - 2.699 - w2 + 3.339 >= 0.8) & (w2 - 3.339 < 15.05)
    is_qso = (tested["class_label"] == "QSO").to_numpy()
    assert stern["scores"]["selected"] == selected.sum() > 0
    assert stern["scores"]["completeness"] == pytest.approx(selected[is_qso].mean())
    assert stern["scores"]["log_loss"] is None
    missing = np.isnan(w1) | np.isnan(w2)
    assert f"{missing.sum()} rows lack a band" in stern["notes"][1]
    ours = (tested["class_predicted"] == "QSO").to_numpy() == is_qso
    theirs = selected == is_qso
    assert stern["mcnemar"]["first_alone"] == (ours & ~theirs).sum()
    assert stern["mcnemar"]["second_alone"] == (~ours & theirs).sum()
    # The run's own catalog is found again by itself; stars are cut by none of these.
    assert qsovae.compare_rivals(run, tested, cuts=True) == entries
    others = qsovae.compare_rivals(run, tested, catalog, sought="STAR", cuts=True)
    assert by_kind(others, "colour cut") == []


def test_a_run_of_another_catalog_answers_the_rows_that_trained_neither(
    run, runs, catalog, tmp_path
):
    other = changed_run(runs, tmp_path, catalog="elsewhere", split_seed=3)
    trained = other.rows()["split"].isin(["train", "validation"]).to_numpy()
    ours = qsovae.test_rows(run)
    entries = qsovae.compare_rivals(run, ours, catalog, runs=[other])
    (found,) = by_kind(entries, "run")
    assert found["rows"] == (~trained[ours["row"]]).sum()
    # Its weights are those of `tiny`, and so are its answers.
    assert found["mcnemar"] == {"first_alone": 0, "second_alone": 0, "p_value": 1.0}
    # Rows of a catalog that trained neither of the two.
    fresh = tmp_path / "fresh.fits"
    qsovae.write_simulation(fresh, 200, 12)
    third = qsovae.open_catalog(fresh)
    rows = qsovae.evaluate_rows(run, third).rows
    (entry,) = qsovae.compare_rivals(run, rows, third, runs=[other])
    assert (entry["kind"], entry["rows"]) == ("run", len(rows))
    assert entry["notes"] == []


def test_classes_are_spelt_alike_or_refused(run, runs, tested, tmp_path):
    names = {c: c.lower() for c in run.classes}
    lower = changed_run(runs, tmp_path, classes=names)
    entries = qsovae.compare_rivals(run, tested, runs=[lower])
    assert by_kind(entries, "run")[0]["rows"] == len(tested)
    (tmp_path / "b").mkdir()
    odd = changed_run(runs, tmp_path / "b", classes=names | {"QSO": "AGN"})
    with pytest.raises(ConfigError, match=r"knows the classes .*AGN"):
        qsovae.compare_rivals(run, tested, runs=[odd])


def test_runs_without_a_row_in_common_are_refused(run, runs, tested, tmp_path):
    other = changed_run(runs, tmp_path, split_seed=3)
    mine = tested[~tested["row"].isin(qsovae.test_rows(other)["row"])]
    with pytest.raises(ConfigError, match="held out by both tiny and other"):
        qsovae.compare_rivals(run, mine, runs=[other])


@pytest.fixture
def with_columns(catalog, run):
    """Return a function that gives the catalog a rival's columns, spoilt as asked."""

    def made(spoil=lambda shares: None):
        shares = run.rows()[[f"p_{c}" for c in run.classes]].to_numpy(float, copy=True)
        spoil(shares)
        frame = catalog.raw.frame.copy()
        for k, name in enumerate(run.classes):
            frame[f"rival_{name}"] = shares[:, k]
        return qsovae.Catalog(
            replace(catalog.raw, frame=frame),
            qsovae.recognise_columns(replace(catalog.raw, frame=frame)),
        )

    return made


def of_all(run):
    return {name: f"rival_{name}" for name in run.classes}


def test_columns_of_a_rival_are_compared(run, tested, with_columns):
    entries = qsovae.compare_rivals(run, tested, with_columns(), columns=of_all(run))
    (found,) = by_kind(entries, "columns")
    assert found["rows"] == len(tested)
    assert found["differences"]["log_loss"][0] == pytest.approx(0.0, abs=1e-6)
    # Of one class alone: whether it is that, or not.
    alone = {"qso": "rival_QSO"}
    entries = qsovae.compare_rivals(run, tested, with_columns(), columns=alone)
    (found,) = by_kind(entries, "columns")
    assert found["classes"] == ["not QSO", "QSO"]
    assert found["scores"]["selected"] == (tested["p_QSO"] > 0.5).sum()


def test_rows_without_a_rivals_probability_are_left_out_and_named(
    run, tested, with_columns
):
    first = tested["row"].iloc[:3].tolist()

    def spoil(shares):
        shares[first] = np.nan

    entries = qsovae.compare_rivals(
        run, tested, with_columns(spoil), columns=of_all(run)
    )
    (found,) = by_kind(entries, "columns")
    assert found["rows"] == len(tested) - 3
    words = f"3 rows without a probability are left out (row {first[0]}, {first[1]}"
    assert words in found["notes"][0]


@pytest.mark.parametrize("value", [np.nan, -0.1, 0.9, np.inf])
def test_what_are_no_probabilities_is_refused_by_row(run, tested, with_columns, value):
    row = int(tested["row"].iloc[5])

    def spoil(shares):
        shares[row] = [value, 0.3, 0.3]

    with pytest.raises(InputError, match=rf"1 rows hold .*\(row {row}\)"):
        qsovae.compare_rivals(run, tested, with_columns(spoil), columns=of_all(run))


def test_columns_that_do_not_suit_are_refused(run, tested, catalog, with_columns):
    for columns, error, words in (
        ({"QSO": "gone"}, CatalogError, "gone"),
        ({"STAR": "rival_STAR"}, ConfigError, "Name one for each of"),
    ):
        with pytest.raises(error, match=words):
            qsovae.compare_rivals(run, tested, with_columns(), columns=columns)
    other = qsovae.Catalog(replace(catalog.raw, sha256="other"), catalog.mapping)
    with pytest.raises(CatalogError, match="not of this catalog"):
        qsovae.compare_rivals(run, tested, other, cuts=True)


@pytest.mark.parametrize("text", ["QSO", "QSO=", "QSO=a,QSO=b", "=a", ""])
def test_columns_written_otherwise_are_refused(text):
    with pytest.raises(ConfigError, match="is no column of a class"):
        qsovae.parse_rival_columns(text)


def test_columns_are_read_from_a_text():
    found = qsovae.parse_rival_columns("QSO = p_q, STAR=p_s")
    assert found == {"QSO": "p_q", "STAR": "p_s"}


def test_a_catalog_that_is_gone_or_changed_is_refused_in_words(
    runs, tmp_path, simulated
):
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    lines = (
        (str(tmp_path / "nowhere.fits"), "is not where it was"),
        (str(tmp_path / "changed.fits"), "has changed since"),
    )
    qsovae.write_simulation(tmp_path / "changed.fits", 50, 9)
    for place, words in lines:
        manifest["catalog"]["path"] = place
        path.write_text(json.dumps(manifest))
        moved = qsovae.open_run("tiny", tmp_path)
        with pytest.raises(CatalogError, match=words):
            qsovae.compare_rivals(moved, qsovae.test_rows(moved), cuts=True)


def test_a_comparison_can_be_stopped(run, tested):
    with pytest.raises(ConfigError, match="stopped"):
        qsovae.compare_rivals(run, tested, should_stop=lambda: True)


def test_without_rows_there_is_nothing_to_compare(run, tested):
    assert qsovae.compare_rivals(run, tested[:0], cuts=True) == []
