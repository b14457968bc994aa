"""Figures show the numbers of their tables."""

import numpy as np
import pandas as pd
import pytest

from dashboard import figures
from dashboard.figures.layout import picture_settings
from dashboard.jobs import loss_table
from dashboard.theme import class_styles


def drawn(figure):
    """Return the first coordinates of each trace by its name."""
    return {trace.name: list(trace.x) for trace in figure.data}


def test_class_names_with_markup_are_shown_as_text():
    table = pd.DataFrame([[1, 2], [3, 4]], ["<b>A</b>", "B"], ["<b>A</b>", "B"])
    figure = figures.confusion_figure(table, is_simulated=False)
    assert list(figure.data[0].x) == ["&lt;b&gt;A&lt;/b&gt;", "B"]


def test_a_matrix_writes_counts_shares_and_a_dash_for_a_share_of_no_rows():
    counts = pd.DataFrame([[1234, 0], [0, 0]], ["A", "B"], ["A", "B"])
    figure = figures.confusion_figure(counts, is_simulated=False)
    assert figure.data[0].text.tolist() == [["1,234", "0"], ["0", "0"]]
    shares = counts.div(counts.sum(axis=1).replace(0, np.nan), axis=0)
    figure = figures.confusion_figure(shares, is_simulated=False)
    assert figure.data[0].text.tolist() == [["100.0%", "0.0%"], ["-", "-"]]


def test_losses_draw_training_and_validation_of_every_term():
    terms = {"total": 3.0, "reconstruction": 2.0, "kl": 0.5, "classification": 0.5}
    epochs = [
        {"epoch": e, "train": terms, "validation": {k: v + 1 for k, v in terms.items()}}
        for e in (1, 2)
    ]
    figure = figures.loss_figure(loss_table(epochs), is_simulated=False)
    ends = [(trace.name, trace.y[-1]) for trace in figure.data]
    assert ends == [
        (part, value + (part == "validation"))
        for value in terms.values()
        for part in ("training", "validation")
    ]


def test_histograms_of_bands_stand_apart_and_bars_show_shares():
    counts = pd.DataFrame(
        {"band": ["g", "g", "i"], "mag_ab": [19.0, 20.0, 19.0], "rows": [1, 10, 4]}
    )
    figure = figures.magnitude_figure(counts, is_simulated=False)
    tops = [max(trace.y) for trace in figure.data[1::2]]
    assert 1.0 < tops[0] < 2.0
    assert 0.0 < tops[1] < 1.0
    shares = pd.DataFrame({"band": ["g", "i"], "rows": [5, 10], "share": [0.5, 1.0]})
    figure = figures.observed_figure(shares, is_simulated=False)
    assert list(figure.data[0].x) == [0.5, 1.0]


def test_a_picture_downloads_under_a_name_that_every_system_takes():
    settings = picture_settings("my run/..\\x: y")
    assert settings["toImageButtonOptions"]["filename"] == "my_run_.._x_y"


def test_a_reliability_curve_has_bars_that_reach_the_interval():
    table = pd.DataFrame({"probability": [0.1, 0.9], "share": [0.2, 0.8],
                          "share_low": [0.1, 0.6], "share_high": [0.4, 0.9],
                          "rows": [10, 20]})  # fmt: skip
    figure = figures.reliability_figure(
        {"as given": table, "mended": table}, "<b>QSO", is_simulated=True
    )
    assert [trace.name for trace in figure.data[1:]] == ["as given", "mended"]
    bars = figure.data[1].error_y
    np.testing.assert_allclose(bars.array, [0.2, 0.1])
    np.testing.assert_allclose(bars.arrayminus, [0.1, 0.2])
    assert "&lt;b&gt;QSO" in figure.layout.xaxis.title.text
    assert "Simulated" in figure.layout.annotations[0].text


def curve_lines(*classes, models=("VAE",)):
    """Return three points of each class's curve, the first before any false one."""
    return pd.DataFrame(
        [(model, name, *point) for model in models for name in classes
         for point in ((0.9, 0.5, 0.0, 1.0), (0.4, 0.8, 0.02, 0.9),
                       (0.0, 1.0, 1.0, 0.3))],
        columns=["model", "class", "threshold", "completeness",
                 "false_positive_rate", "purity"],
    )  # fmt: skip


def test_a_roc_curve_keeps_its_points_on_a_log_axis_and_says_its_area():
    table = curve_lines("<b>QSO", "STAR", models=("VAE", "baseline"))
    areas = {"<b>QSO": "0.9876", "STAR": "—"}
    figure = figures.roc_figure(table, areas, is_simulated=True)
    assert figure.layout.xaxis.type == "log"
    lowest = 10.0 ** figure.layout.xaxis.range[0]
    assert lowest == figures.LEAST_RATE
    ours = figure.data[:2]
    assert [curve.name for curve in ours] == [
        "&lt;b&gt;QSO, area 0.9876", "STAR, area —"
    ]  # fmt: skip
    styles = class_styles(["<b>QSO", "STAR"])
    assert [curve.line.color for curve in ours] == [
        styles["<b>QSO"].colour, styles["STAR"].colour
    ]  # fmt: skip
    # A rate of none has no place on such an axis: it stands at the edge.
    np.testing.assert_allclose(ours[0].x, [lowest, 0.02, 1.0])
    np.testing.assert_allclose(ours[0].y, [0.5, 0.8, 1.0])
    assert [curve.line.dash for curve in figure.data] == ["solid"] * 2 + ["dot"] * 2
    assert [curve.showlegend for curve in figure.data] == [True] * 2 + [False] * 2
    assert "Simulated" in figure.layout.annotations[-1].text


def test_purity_is_drawn_against_completeness():
    table = curve_lines("QSO")
    figure = figures.precision_recall_figure(table, {"QSO": "1"}, is_simulated=False)
    (curve,) = figure.data
    np.testing.assert_allclose(curve.x, table["completeness"])
    np.testing.assert_allclose(curve.y, table["purity"])
    assert not figure.layout.annotations
    assert figure.layout.legend.orientation == "h"


def test_of_many_classes_the_names_stand_beside_the_curves():
    names = [f"class {number}" for number in range(12)]
    figure = figures.roc_figure(
        curve_lines(*names), dict.fromkeys(names, "0.5"), is_simulated=True
    )
    assert figure.layout.legend.orientation == "v"
    assert len(figure.data) == 12


def test_a_threshold_stands_in_its_curves():
    columns = [f"{m}{end}" for m in ("completeness", "purity")
               for end in ("", "_low", "_high")]  # fmt: skip
    table = pd.DataFrame({"threshold": [0.9, 0.1]} | dict.fromkeys(columns, 0.5))
    figure = figures.threshold_figure(table, 0.4, is_simulated=False)
    named = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert named == ["completeness", "purity"]
    assert figure.layout.shapes[0].x0 == 0.4


def test_each_cell_of_the_matrix_bears_a_mark_that_knows_its_classes():
    names = ["QSO", "<b>STAR"]
    table = pd.DataFrame([[5, 2], [1, 7]], index=names, columns=names)
    figure = figures.confusion_figure(table, ("QSO", "<b>STAR"), is_simulated=True)
    matrix, marks = figure.data
    told = {
        (x, y): (tuple(data), text)
        for x, y, data, text in zip(
            marks.x, marks.y, marks.customdata, marks.text, strict=True
        )
    }
    assert told["&lt;b&gt;STAR", "QSO"] == (("QSO", "<b>STAR"), "2")
    assert told["QSO", "&lt;b&gt;STAR"] == (("<b>STAR", "QSO"), "1")
    assert list(matrix.x) == ["QSO", "&lt;b&gt;STAR"]
    # The frame is around the first line's second cell.
    (frame,) = figure.layout.shapes
    assert frame.x0 < 1 < frame.x1
    assert frame.y0 < 0 < frame.y1
    for cell in ((), ("QSO", "PLANET")):
        bare = figures.confusion_figure(table, cell, is_simulated=True)
        assert not bare.layout.shapes


def test_a_sed_joins_the_bands_that_many_rows_were_seen_in():
    sed = pd.DataFrame({
        "class_label": "QSO", "class_predicted": "STAR", "band": ["g", "r", "w1", "w2"],
        "wavelength_um": [0.48, 0.64, 3.4, 4.6], "mag_ab": [20.0, 19.5, 17.0, np.nan],
        "mag_ab_low": [19.0, 19.0, 16.0, np.nan],
        "mag_ab_high": [20.5, 20.0, 18.5, np.nan], "rows": [10, 8, 2, 0],
    })  # fmt: skip
    chosen = pd.DataFrame({"band": ["g"], "wavelength_um": [0.48], "mag_ab": [21.0]})
    figure = figures.sed_figure(sed, chosen, is_simulated=True)
    line, marks, one = figure.data
    assert list(line.x) == [0.48, 0.64]
    assert list(marks.x) == [0.48, 0.64, 3.4]
    assert [symbol.endswith("-open") for symbol in marks.marker.symbol] == [
        False, False, True,
    ]  # fmt: skip
    # Up is bright: the lower bound of the magnitude is the error bar's upper end.
    assert list(marks.error_y.arrayminus) == [1.0, 0.5, 1.0]
    assert list(marks.error_y.array) == [0.5, 0.5, 1.5]
    assert list(one.y) == [21.0]
    assert figure.layout.yaxis.autorange == "reversed"


def test_objects_lie_on_the_map_and_the_chosen_one_is_ringed():
    found = pd.DataFrame({
        "map_1": [1.0, 2.0, np.nan], "map_2": [3.0, 4.0, np.nan],
        "object_id": [7, 8, 9], "class_label": ["QSO", "STAR", "STAR"],
        "class_predicted": ["STAR", "QSO", "QSO"],
    })  # fmt: skip
    places = np.array([[0.0, 0.0], [5.0, 5.0]])
    figure = figures.places_figure(places, found, 1, is_simulated=False)
    at = drawn(figure)
    assert at["all rows"] == [0.0, 5.0]
    assert at["QSO"] == [1.0]
    assert at["the object chosen"] == [2.0]
    unringed = figures.places_figure(places, found, None, is_simulated=False)
    assert "the object chosen" not in drawn(unringed)


def test_differences_from_rivals_have_their_intervals_and_a_line_each():
    table = pd.DataFrame(
        [("boosting", "F1", 0.1, 0.05, 0.2), ("a <b>", "F1", -0.1, -0.3, 0.0),
         ("boosting", "accuracy", 0.02, 0.01, 0.03)],
        columns=["rival", "score", "value", "low", "high"],
    )  # fmt: skip
    figure = figures.rival_figure(table, is_simulated=True)
    assert drawn(figure)["F1"] == [0.1, -0.1]
    assert drawn(figure)["purity"] == []
    f1 = next(trace for trace in figure.data if trace.name == "F1")
    np.testing.assert_allclose(f1.error_x.array, [0.1, 0.1])
    np.testing.assert_allclose(f1.error_x.arrayminus, [0.05, 0.2])
    assert list(figure.layout.yaxis.ticktext) == ["boosting", "a &lt;b&gt;"]
    assert figure.layout.annotations[-1].text == "Simulated data"


def test_losses_without_inputs_are_bars_with_intervals():
    table = pd.DataFrame(
        [("permuted", "WISE", 0.3, 0.2, 0.4), ("missing", "WISE", 0.1, 0.0, 0.2)],
        columns=["how", "name", "value", "low", "high"],
    )
    figure = figures.loss_of_inputs_figure(
        table, "Rise of the log loss", is_simulated=True
    )
    assert drawn(figure) == {"permuted": [0.3], "missing": [0.1]}
    assert figure.layout.xaxis.title.text == "Rise of the log loss"
    assert figure.layout.annotations[-1].text == "Simulated data"


def decoded(step_sd=0.0, value=20.0):
    return {
        "class": "QSO", "input": ["g", "G", "W1"], "value": [21.0, value, np.nan],
        "wavelength_um": [0.48, 0.62, 3.4], "detected": [1.0, 0.1, 1.0],
        "step_sd": step_sd, "probability": 0.9,
    }  # fmt: skip


def test_seds_have_open_marks_for_limits_and_none_for_what_is_too_faint():
    table = pd.DataFrame(decoded())
    figure = figures.class_sed_figure(table, is_simulated=True)
    line, limits = figure.data
    assert (list(line.x), line.mode) == ([0.48], "lines+markers")
    assert (list(limits.x), limits.mode) == ([0.62], "markers")
    assert limits.marker.symbol.endswith("-open")
    faint, bright = figure.layout.yaxis.range
    assert faint > 21.0 > 20.0 > bright
    assert "Simulated data" in [a.text for a in figure.layout.annotations]
    plain = table.drop(columns=["wavelength_um", "detected"])
    features = figures.class_sed_figure(plain, is_simulated=False)
    assert list(features.data[0].x) == ["g", "G"]
    assert features.layout.yaxis.range is None


def test_a_traversal_has_a_line_for_each_step_with_its_probability():
    table = pd.concat([pd.DataFrame(decoded(s, 20.0 + s)) for s in (0.0, 2.0, -2.0)])
    figure = figures.traversal_figure(table, is_simulated=True)
    names = [trace.name for trace in figure.data if trace.mode != "markers"]
    assert names == ["-2 s.d., p = 0.90", "mean, p = 0.90", "+2 s.d., p = 0.90"]
    assert "Simulated data" in [a.text for a in figure.layout.annotations]


def test_figures_of_a_selection_show_their_tables_and_names_as_text():
    table = pd.DataFrame({
        "name": ["<b>x</b>", "y"], "value": [0.5, -0.2], "low": [0.4, -0.3],
        "high": [0.7, 0.1], "chosen": [1.0, 2.0], "others": [3.0, 4.0],
    })  # fmt: skip
    (marks,) = figures.effect_figure(table, is_simulated=True).data
    assert list(marks.x) == [0.5, -0.2]
    assert "<b>" not in "".join(marks.y)
    assert list(marks.error_x.array) == pytest.approx([0.2, 0.3])
    sed = pd.DataFrame({
        "band": ["g", "r"], "wavelength_um": [0.48, 0.64], "mag_ab": [20.0, np.nan],
        "mag_ab_low": [19.0, np.nan], "mag_ab_high": [21.0, np.nan], "rows": [5, 0],
    })  # fmt: skip
    both = {figures.CHOSEN: sed, figures.OTHERS: sed, figures.DECODED: sed}
    figure = figures.sides_sed_figure(both, is_simulated=False)
    assert {trace.name for trace in figure.data if trace.name} >= set(both)
    shares = {figures.CHOSEN: [0.4, 0.6], figures.OTHERS: [1.0, 0.0]}
    figure = figures.sides_histogram_figure(
        "<i>r</i>", [18.0, 19.0, 20.0], shares, is_simulated=False
    )
    assert [list(trace.y) for trace in figure.data] == [[0.4, 0.6, 0.0], [1, 0, 0]]
    assert "<i>" not in figure.layout.xaxis.title.text
