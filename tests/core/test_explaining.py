"""What tells a selection from other rows of a run."""

import json

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.workflow import contrasting


@pytest.fixture(scope="module")
def found(run, rows, catalog):
    """Return what tells point-like blue rows from others."""
    query = "g_mag_ab - r_mag_ab < 0.3 and morphology = 'point'"
    chosen = qsovae.query_mask(run, query, rows, catalog)
    return qsovae.explain_selection(run, rows, chosen, catalog) | {"mask": chosen}


def line(found, name):
    return next(one for one in found["columns"] if one["name"] == name)


def test_both_sides_are_told_and_all_is_ready_for_json(found, rows):
    chosen = found["mask"]
    assert found["rows"] == {"chosen": chosen.sum(), "others": (~chosen).sum()}
    told = {name: value for name, value in found.items() if name != "mask"}
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    for kind in ("class_label", "class_predicted"):
        for one in found["classes"][kind]:
            shares = [(rows[kind][side] == one["class"]).mean()
                      for side in (chosen, ~chosen)]  # fmt: skip
            assert [one["chosen"], one["others"]] == pytest.approx(shares)
            value, low, high = one["difference"]
            assert value == pytest.approx(shares[0] - shares[1])
            assert low <= value <= high


def test_what_the_selection_was_made_by_stands_first(found, rows, catalog):
    sizes = [abs(one["difference"][0]) for one in found["columns"]
             if one["difference"][1] * one["difference"][2] > 0]  # fmt: skip
    assert sizes == sorted(sizes, reverse=True)
    told = [abs(one["difference"][0]) for one in found["columns"]]
    assert told[: len(sizes)] == sizes
    morphology = line(found, "morphology")
    assert (morphology["kind"], morphology["category"]) == ("share", "point")
    assert morphology["chosen"] == 1.0
    colour = line(found, "g_mag_ab - r_mag_ab")
    values = catalog.magnitude("g")[0] - catalog.magnitude("r")[0]
    own = values[found["mask"]]
    assert colour["chosen"] == pytest.approx(np.median(own[np.isfinite(own)]))
    others = values[~found["mask"]]
    assert colour["others_missing"] == pytest.approx((~np.isfinite(others)).mean())
    assert colour["difference"][2] < -0.5
    names = [one["name"] for one in found["columns"]]
    assert not {"object_id", "row", "map_1", "class_true", "fingerprint"} & set(names)
    assert len(names) == len(set(names))


def test_the_cut_is_a_query_that_does_what_it_says(found, run, rows, catalog):
    cut = found["cut"]
    passed = qsovae.query_mask(run, cut["query"], rows, catalog)
    both = (passed & found["mask"]).sum()
    assert cut["completeness"][0] == pytest.approx(both / found["mask"].sum(), abs=0.1)
    assert cut["purity"][0] == pytest.approx(both / passed.sum(), abs=0.1)
    assert cut["completeness"][0] > 0.8
    assert cut["chosen"] < found["mask"].sum()


def test_seds_and_distributions_are_those_of_the_rows(found, catalog):
    magnitude = catalog.magnitude("i")[0][found["mask"]]
    sed = pd.DataFrame(found["seds"]["chosen"]).set_index("band")
    assert sed.loc["i", "mag_ab"] == pytest.approx(np.nanmean(magnitude))
    assert sed.loc["i", "rows"] == np.isfinite(magnitude).sum()
    decoded = pd.DataFrame(found["seds"]["decoded"]).set_index("band")
    assert abs(decoded.loc["i", "mag_ab"] - sed.loc["i", "mag_ab"]) < 1.0
    for counts in found["distributions"].values():
        assert sum(counts["chosen"]) == pytest.approx(1.0)
        assert len(counts["edges"]) == len(counts["others"]) + 1
    assert "r_mag_ab" in found["distributions"]


def test_two_selections_are_held_against_each_other(run, rows, catalog):
    first, second = (
        qsovae.query_mask(run, text, rows, catalog)
        for text in ("p_QSO > 0.5", "p_QSO > 0.4 and p_QSO < 0.9 or p_STAR > 0.9")
    )
    found = qsovae.explain_selection(run, rows, first, catalog, others=second)
    assert found["rows"]["others"] == (second & ~first).sum()


def test_without_a_catalog_the_run_s_own_columns_are_told(run, rows):
    chosen = (rows["p_QSO"] > 0.5).to_numpy()
    found = qsovae.explain_selection(run, rows, chosen)
    assert found["columns"][0]["name"] == "p_QSO"
    assert found["cut"] is found["seds"] is None


def test_no_row_on_a_side_is_refused(run, rows):
    for fill, words in ((False, "no row is selected"), (True, "to compare with")):
        with pytest.raises(qsovae.InputError, match=words):
            qsovae.explain_selection(run, rows, np.full(len(rows), fill))
    with pytest.raises(qsovae.InputError, match="has shape"):
        qsovae.explain_selection(run, rows, np.ones(3, bool))


def test_of_many_rows_some_are_drawn_and_the_cut_is_judged_by_all(
    run, rows, catalog, monkeypatch
):
    monkeypatch.setattr(contrasting, "_MOST_DRAWN", 60)
    chosen = qsovae.query_mask(run, "g_mag_ab < 21", rows, catalog)
    told = []
    found = qsovae.explain_selection(
        run, rows, chosen, catalog, on_progress=told.append
    )
    assert found["drawn"] == {"chosen": 60, "others": 60}
    assert found["cut"]["chosen"] == chosen.sum() - 30
    passed = qsovae.query_mask(run, found["cut"]["query"], rows, catalog)
    share = (passed & chosen).sum() / passed.sum()
    assert found["cut"]["purity"][0] == pytest.approx(share, abs=0.05)
    assert told[-1]["fraction"] == 1.0


def test_a_constant_column_and_one_of_many_categories(run, rows):
    odd = rows.assign(
        split="test", morphology=[f"<b>{n}</b>" for n in range(len(rows))],
        latent_1=np.nan,
    )  # fmt: skip
    found = qsovae.explain_selection(run, odd, (odd["p_QSO"] > 0.5).to_numpy())
    names = [one["name"] for one in found["columns"]]
    assert "split" not in names
    assert "latent_1" not in names
    assert line(found, "morphology")["category"].startswith("<b>")
