"""Selection rules on Evaluate: saved, listed, deleted, applied to another catalog."""

import json

import pytest

import qsovae
from dashboard.state import View


def saved(page, name="clean", threshold=0.3, mix="sky"):
    """Save the sample above a threshold on the page."""
    page.button_group(key="evaluate_mix").set_value(mix).run()
    page.slider(key="evaluate_threshold").set_value(threshold).run()
    page.text_input(key="rule_name").set_value(name)
    page.button(key="rule_save").click().run()
    return page


@pytest.mark.usefixtures("server")
def test_a_threshold_becomes_a_rule_that_is_listed_and_deleted(
    open_page, texts, metrics
):
    page = saved(open_page("Evaluate", section="samples"), "wide")
    rule = qsovae.open_rule(qsovae.open_run("tiny"), "wide")
    assert (rule.sought, rule.threshold, rule.mix["kind"]) == ("QSO", 0.3, "sky")
    page.button(key="rule_delete_wide").click().run()
    view = View(section="samples", morphology="point")
    page = saved(open_page("Evaluate", view), mix="test")
    assert not page.error
    rule = qsovae.open_rule(qsovae.open_run("tiny"), "clean")
    assert (rule.mix["kind"], rule.morphology) == ("test", "point")
    assert "Saved clean" in texts(page)
    # Those of the page are at the next threshold where a row is.
    shown = float(metrics(page)["Completeness"])
    assert rule.expected["completeness"] == pytest.approx(shown, abs=0.02)
    page.button(key="rule_delete_clean").click().run()
    assert qsovae.list_rules(qsovae.open_run("tiny")) == []
    assert "rule_delete_clean" not in {b.key for b in page.button}


@pytest.mark.usefixtures("server")
def test_a_rule_that_cannot_be_saved_is_refused_in_words(open_page, errors):
    page = saved(open_page("Evaluate", section="samples"), "../../away")
    assert "cannot name a rule" in errors(page)
    page = saved(page)
    page.button(key="rule_save").click().run()
    assert "already a rule clean" in errors(page)


def test_a_rule_made_before_a_new_training_says_so(server, open_page, texts):
    saved(open_page("Evaluate", section="samples"))
    path = server / "checkpoints/tiny/rules/clean.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights_sha256": "0"}))
    page = open_page("Evaluate", section="samples")
    assert "before this run was trained again" in texts(page)
    page.button(key="rule_delete_clean").click().run()
    assert not path.exists()


def test_another_catalog_is_scored_by_a_rule_kept_in_the_address(
    server, open_page, metrics
):
    qsovae.write_simulation(server / "data" / "other.fits", 300, 11)
    run = qsovae.open_run("tiny")
    rule = qsovae.save_rule(run, "clean", 0.3, prior="sky")
    page = open_page("Evaluate", View(catalog="1/other.fits"))
    page.radio(key="evaluate_rows").set_value("catalog").run()
    assert "Selected rows" not in metrics(page)
    page.selectbox(key="score_rule").set_value("clean").run()
    catalog = qsovae.open_catalog(server / "data" / "other.fits")
    wanted = qsovae.score_catalog(run, catalog, rule=rule).rows["selected"].sum()
    assert metrics(page)["Selected rows"] == f"{wanted:,}"
    assert metrics(page)["Purity expected"] == f"{rule.expected['purity']:.3f}"
    # The rule has its class mix: there is none to choose beside it.
    assert "score_prior" not in {b.key for b in page.button_group}
    assert page.query_params["rule"] in ("clean", ["clean"])

    again = open_page("Evaluate", View(catalog="1/other.fits", rule="clean"))
    again.radio(key="evaluate_rows").set_value("catalog").run()
    assert metrics(again)["Selected rows"] == f"{wanted:,}"
    odd = open_page("Evaluate", View(catalog="1/other.fits", rule="absent"))
    odd.radio(key="evaluate_rows").set_value("catalog").run()
    assert odd.selectbox(key="score_rule").value is None
    assert not odd.exception
