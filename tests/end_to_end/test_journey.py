"""The notebook goes the whole way: executed as it stands, its outputs read."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "journey.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Return the notebook's cells by id, with the outputs of a run made just now."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    scratch = tmp_path_factory.mktemp("kernel")
    with pytest.MonkeyPatch.context() as patch:
        # The kernel writes its files and the notebook's run away from the checkout.
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR"):
            (scratch / name).mkdir()
            patch.setenv(name, str(scratch / name))
        patch.setenv("OMP_NUM_THREADS", "1")
        place = {"metadata": {"path": str(NOTEBOOK.parent)}}
        NotebookClient(notebook, timeout=120, resources=place).execute()
    return {cell.id: cell for cell in notebook.cells}


def shown(cell, kind="text/plain"):
    """Return what a cell shows in one format, as text."""
    return "".join(o.get("data", {}).get(kind, "") for o in cell.outputs)


def test_the_journey_has_ten_cells_and_is_committed_without_outputs():
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert [cell.cell_type for cell in cells] == ["code"] * 10
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_every_cell_shows_something_and_nothing_warns(executed):
    for name, cell in executed.items():
        assert shown(cell), f"the cell {name} shows nothing"
        streams = [o.text for o in cell.outputs if o.output_type == "stream"]
        assert streams == [], f"the cell {name} writes {streams}"


def test_the_model_that_was_saved_and_loaded_beats_the_majority(executed):
    scores = ast.literal_eval(shown(executed["estimator"]))
    assert scores["test_rows"] > 1000
    assert scores["majority_share"] < 0.6
    assert scores["accuracy"] > scores["majority_share"] + 0.2


def test_the_run_says_that_its_scores_are_simulated_and_on_held_out_rows(executed):
    trained = ast.literal_eval(shown(executed["train"]))
    scores = ast.literal_eval(shown(executed["estimator"]))
    assert trained["is_simulated"] is True
    assert trained["split"]["test"] == scores["test_rows"]
    lines = shown(executed["confusion"]).splitlines()
    completeness = {w[0]: w[1:] for w in map(str.split, lines)}
    for k, name in enumerate(("GALAXY", "QSO", "STAR")):
        assert float(completeness[name][k]) > 0.7


def test_the_map_and_the_curves_are_pictures(executed):
    for name in ("curves", "map"):
        assert len(shown(executed[name], "image/png")) > 5000


def test_the_best_candidates_of_a_new_catalog_are_quasars(executed):
    lines = shown(executed["score"]).splitlines()[1:]
    assert len(lines) == 5
    assert all(" QSO " in line for line in lines)
