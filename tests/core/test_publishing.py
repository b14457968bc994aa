"""An evaluation as page, LaTeX table and model card: its own numbers and no others."""

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

import qsovae
from qsovae.pages import Section, number_text, sections_html
from qsovae.publishing.drivers import drivers
from qsovae.publishing.latex import latex_escaped
from qsovae.publishing.rivals import rivals
from qsovae.publishing.subject import Subject
from qsovae.splits import split_words

NASTY = '<script>"&\\_%$x$|[*]^~#{QSO}'
CARD = ["Model details", "Intended use", "Factors", "Metrics", "Evaluation data",
        "Training data", "Quantitative analyses", "Ethical considerations",
        "Caveats and recommendations", "How to make it again"]  # fmt: skip
TITLES = ["What was scored", "Scores", "Confusion matrix", "Classes", "By morphology",
          "Slices", "Calibration", "Curves", "Samples above a threshold", "Model card",
          "How to make it again"]  # fmt: skip


class Page(HTMLParser):
    """What a page holds: tags, addresses, text, titles, and tables of cells.

    A cell is its text and the values of its numbers.
    """

    def __init__(self, content):
        super().__init__()
        self.tags, self.addresses, self.handlers, self.text = [], [], [], ""
        self.titles, self.tables, self.values = [], [], []
        self.open, self.ids = [], []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self._note(tag, attrs)
        if tag in ("table", "tr", "td", "th"):
            self._begin(tag)
        if tag == "data":
            self.values.append([json.loads(dict(attrs)["value"]), ""])
            self.tables[-1][-1][-1][1].append(self.values[-1][0])
        if tag == "h2":
            self.titles.append("")

    def _note(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data", "poster"):
                self.addresses.append((tag, value))
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "id":
                self.ids.append(value)

    def _begin(self, tag):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        else:
            self.tables[-1][-1].append(["", []])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text += text
        if not self.open:
            return
        if self.open[-1] == "h2":
            self.titles[-1] += text
        if self.open[-1] == "data":
            self.values[-1][1] += text
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1][0] += text

    def figures(self):
        head = "data:image/svg+xml;base64,"
        return [
            base64.b64decode(value.removeprefix(head), validate=True).decode()
            for tag, value in self.addresses
            if tag == "img"
        ]


def numbers(value):
    """Yield every number of a nested report."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from numbers(entry)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def renamed(value, old, new):
    """Return a nested report with a name replaced wherever it stands."""
    return json.loads(
        json.dumps(value).replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])
    )


@pytest.fixture(scope="module")
def run(runs):
    return qsovae.open_run("tiny", runs)


@pytest.fixture(scope="module")
def report(run):
    return qsovae.evaluate_run(run, prior="sky")


@pytest.fixture(scope="module")
def content(run, report):
    return qsovae.evaluation_page(run, report)


@pytest.fixture(scope="module")
def page(content):
    return Page(content)


@pytest.fixture(scope="module")
def fuller(run, report):
    """Return a report with what is told on request: rivals, drivers, an area."""
    rows, details = qsovae.test_rows(run), report["details"]
    return report | {"details": details | {
        "rivals": qsovae.compare_rivals(run, rows, cuts=True),
        "drivers": qsovae.run_drivers(run, rows, n_repeats=2),
        "thresholds": qsovae.over_area(details["thresholds"], 250.0),
    }}  # fmt: skip


@pytest.fixture(scope="module")
def full_page(run, fuller):
    return Page(qsovae.evaluation_page(run, fuller))


@pytest.fixture(scope="module")
def hostile(run, report):
    """Return a run and a report with a class, catalog and label of nasty names."""
    manifest = run.manifest
    for name in ("QSO", "sim.fits", "class_true"):
        nasty = NASTY.replace("QSO", name[:3])
        manifest = renamed(manifest, name, nasty)
        report = renamed(report, name, nasty)
    return replace(run, manifest=manifest), report


def test_the_page_has_its_sections_in_the_order_in_which_they_are_read(page):
    assert page.titles == TITLES
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)) == len(TITLES)
    links = [value for tag, value in page.addresses if tag == "a"]
    assert links == [f"#{name}" for name in page.ids]


def test_nothing_is_loaded_from_elsewhere(page):
    for tag, value in page.addresses:
        assert (tag, value[:5]) == ("img", "data:") or (tag, value[0]) == ("a", "#")
    assert not {"link", "iframe", "object", "embed", "form"} & set(page.tags)
    assert page.tags.count("script") == 1
    assert page.handlers == []


def test_every_number_on_the_page_is_the_reports(page, report):
    known = {*numbers(report), *numbers(report["details"]["asked"])}
    assert {value for value, _ in page.values} <= known
    for value, text in page.values:
        assert text == number_text(value)


def test_the_page_leaves_no_score_out(page, report):
    details = report["details"]
    shown = {value for value, _ in page.values}
    told = {k: v for k, v in details.items()
            if k in ("mcc", "brier", "intervals", "per_class", "curves")}  # fmt: skip
    scores = {k: report[k] for k in ("accuracy", "log_loss", "confusion_matrix",
                                     "per_class", "baseline")}  # fmt: skip
    by_morphology = [
        (part["rows"], part["accuracy"], part["per_class"])
        for part in report["by_morphology"].values()
        if part
    ]
    scores["baseline"] = {k: v for k, v in scores["baseline"].items()
                          if k != "by_morphology"}  # fmt: skip
    calibration = details["calibration"]["per_class"]
    for part in (told, scores, *map(list, by_morphology), details["baseline"],
                 calibration, details["thresholds"]["table"], details["top"],
                 details["slices"]["worst"]["table"]):  # fmt: skip
        assert set(numbers(part)) <= shown


def test_the_scores_of_a_class_stand_in_its_line(page, report):
    head = ["class", "model", "rows", "completeness"]
    (table,) = [t for t in page.tables if [cell[0] for cell in t[0]][:4] == head]
    lines = {(line[0][0], line[1][0]): line for line in table[1:]}
    interval = report["details"]["per_class"]["QSO"]["intervals"]["completeness"]
    line = lines["QSO", "VAE"]
    assert line[3][1] == [report["per_class"]["QSO"]["completeness"]]
    assert line[4][1] == interval
    line = lines["STAR", "baseline"]
    assert line[5][1] == [report["baseline"]["per_class"]["STAR"]["purity"]]


def test_the_split_is_said_beside_the_scores(page, report):
    split = f"Scored on {report['rows']:,} labelled rows of sim.fits"
    assert page.text.count(split) >= 2
    assert f"held out {split_words(report['split'])}." in page.text


def test_a_split_that_does_not_flatter_is_said_in_words(run, report):
    split = {"kind": "bright-to-faint", "band": "i", "test_fraction": 0.25,
             "grouped": True, "train": 300, "test": report["rows"]}  # fmt: skip
    shown = Page(qsovae.evaluation_page(run, report | {"split": split}))
    assert "from bright to faint (25% of the rows are fainter in i than" in shown.text
    assert "Repeat observations never stand on both sides" in shown.text


def test_simulated_data_are_marked_at_the_top_and_on_every_figure(run, report, page):
    assert page.text.index("Simulated data") < page.text.index("What was scored")
    figures = page.figures()
    assert len(figures) == 2 + 2 + 1 + 3 + 2 + 2
    assert all("<!-- simulated data -->" in svg for svg in figures)
    real = replace(run, manifest=run.manifest | {"is_simulated": False})
    other = Page(qsovae.evaluation_page(real, report | {"is_simulated": False}))
    assert "simulated data" not in other.text.casefold()
    assert not any("simulated" in svg for svg in other.figures())


def test_names_are_never_markup_on_the_page(hostile):
    other = Page(qsovae.evaluation_page(*hostile))
    assert other.tags.count("script") == 1
    for name in ("QSO", "sim", "cla"):
        assert NASTY.replace("QSO", name) in other.text
    assert len(other.figures()) == 12


def test_the_command_on_the_page_asks_for_the_same_again(page, report):
    command = "qsovae evaluate tiny --prior sky"
    assert report["details"]["asked"]["command"] == command
    assert f"{command} --html report.html" in page.text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "qsovae evaluate tiny"),
        ({"quality_choice": "with", "quality": ["NON_FINITE", "SURVEY_FLAG"]},
         "qsovae evaluate tiny --with-quality NON_FINITE,SURVEY_FLAG"),
        ({"prior": {"QSO": 0.25, "STAR": 0.5, "GALAXY": 0.25}, "sought": "STAR"},
         "qsovae evaluate tiny --prior QSO=0.25,STAR=0.5,GALAXY=0.25 --class STAR"),
    ],
)  # fmt: skip
def test_each_choice_stands_in_the_command(run, options, words):
    asked = qsovae.evaluate_run(run, **options)["details"]["asked"]
    assert asked["command"] == words


def test_the_command_names_another_catalog_its_label_and_its_mapping(run, tmp_path):
    path = tmp_path / "other one.fits"
    qsovae.write_simulation(path, 300, 5)
    catalog = qsovae.open_catalog(path)
    usual = run.mapping.fitted_to(list(catalog.raw.frame.columns))
    command = "qsovae evaluate tiny 'other one.fits'"
    for mapping, more in ((usual, ""), (catalog.mapping, " --mapping mapping.toml")):
        read = qsovae.Catalog(catalog.raw, mapping)
        asked = qsovae.evaluate_run(run, read, "class_true")["details"]["asked"]
        assert asked["command"] == command + more * (mapping != usual)
        assert asked["catalog_sha256"] == catalog.sha256


def test_another_catalog_without_a_baseline_has_a_page(run, tmp_path):
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 300, 5)
    report = qsovae.evaluate_run(run, qsovae.open_catalog(path))
    assert report["details"]["baseline"] is None
    shown = Page(qsovae.evaluation_page(run, report))
    assert shown.titles == TITLES
    assert "all of another catalog, save those that trained the run" in shown.text
    assert "McNemar" not in shown.text
    assert "baseline" not in qsovae.scores_latex(report)
    assert "had trained it" in shown.text or report["rows_trained_on"] == 0


def test_what_is_undefined_is_a_dash(run, report):
    empty = json.loads(json.dumps(report))
    scores, details = empty["per_class"]["QSO"], empty["details"]["per_class"]["QSO"]
    scores |= {"completeness": None, "purity": None, "f1": None, "rows": 0}
    details |= {"roc_area": None, "average_precision": None, "intervals": {}}
    shown = Page(qsovae.evaluation_page(run, empty))
    assert ["—", []] in [cell for t in shown.tables for line in t for cell in line]
    assert "QSO & 0 & -- & -- & -- & -- & -- " in qsovae.scores_latex(empty)
    assert "QSO (0)" in qsovae.model_card(run, empty)


def test_scores_of_another_run_or_without_details_are_refused(run, report):
    for other, words in (
        (report | {"run": "first"}, "scores of 'first', not of 'tiny'"),
        ({k: v for k, v in report.items() if k != "details"}, "without their details"),
    ):
        for write in (qsovae.evaluation_page, qsovae.model_card):
            with pytest.raises(qsovae.InputError, match=words):
                write(run, other)
    with pytest.raises(qsovae.InputError, match="without their details"):
        qsovae.scores_latex({"run": "tiny"})


def test_other_splits_stand_beside_the_runs_own(run, report):
    other = {"spec": "bright-to-faint", "folds": 5, "scores": report["baseline"],
             "baseline": None, "intervals": {"accuracy": [0.25, 0.75]}}  # fmt: skip
    shown = Page(qsovae.evaluation_page(run, report | {"splits": [other]}))
    assert "Other splits" in shown.titles
    (table,) = [t for t in shown.tables if t[0][0][0] == "split"]
    assert [line[0][0] for line in table[1:]] == ["this run's", "bright-to-faint"]
    assert table[1][3][1] == [report["accuracy"]]
    assert table[2][4][1] == [0.25, 0.75]
    assert table[2][6] == ["—", []]


def test_the_worst_slices_stand_on_the_page(page, report):
    worst = report["details"]["slices"]["worst"]["table"]
    (table,) = [t for t in page.tables if t[0][0][0] == "measure"]
    assert [line[2][1] for line in table[1:]] == [[rows] for rows in worst["rows"]]
    assert len(table) == 1 + len(worst["q_value"])


def table_with(page, *words):
    """Return the one table whose header begins with these words."""
    heads = [[cell[0] for cell in table[0]][: len(words)] for table in page.tables]
    (found,) = [t for t, head in zip(page.tables, heads, strict=True)
                if head == list(words)]  # fmt: skip
    return found


def test_rivals_and_drivers_have_sections_where_the_details_have_them(full_page):
    more = ["Rivals on the same rows", "What drives it"]
    before, after = TITLES[:6], TITLES[6:]
    assert full_page.titles == [*before, *more, *after]
    figures = full_page.figures()
    assert len(figures) == 12 + 1 + 2 + 1
    assert all("<!-- simulated data -->" in svg for svg in figures)


def test_every_number_of_rivals_and_drivers_is_the_reports(full_page, fuller):
    known = {*numbers(fuller), *numbers(fuller["details"])}
    assert {value for value, _ in full_page.values} <= known
    shown = {value for value, _ in full_page.values}
    details = fuller["details"]
    for entry in details["rivals"]:
        told = (entry["scores"], entry["run_scores"], entry["mcnemar"])
        assert {v for part in told for v in numbers(part)} <= shown
    lost = [[g["log_loss"], g["f1"]] for how in ("permuted", "removed")
            for g in details["drivers"][how]]  # fmt: skip
    assert set(numbers(lost)) <= shown


def test_a_rival_stands_in_its_lines_with_the_differences(full_page, fuller):
    entries = fuller["details"]["rivals"]
    scores = table_with(full_page, "rival", "scores of")[1:]
    assert [(line[0][0], line[1][0]) for line in scores] == [
        (entry["name"], side) for entry in entries for side in ("rival", "VAE")
    ]
    stern = next(e for e in entries if e["name"].startswith("Stern"))
    lines = {line[0][0]: line for line in table_with(full_page, "VAE minus rival")[1:]}
    value, *ends = stern["differences"]["completeness QSO"]
    assert [cell[1] for cell in lines[stern["name"]][1:3]] == [[value], ends]
    assert lines[stern["name"]][7] == ["—", []]
    tests = {ln[0][0]: ln for ln in table_with(full_page, "rival", "VAE alone right")}
    assert tests[stern["name"]][3][1] == [stern["mcnemar"]["p_value"]]
    assert "lack a band of it and count as not selected" in full_page.text


def test_what_is_lost_without_an_input_stands_in_its_line(full_page, fuller):
    found = fuller["details"]["drivers"]
    lines = table_with(full_page, "input", "kind", "how")[1:]
    groups = [(g, how) for key, how in (("permuted", "permuted"),
                                        ("removed", "missing"))
              for g in found[key]]  # fmt: skip
    for line, (group, how) in zip(lines, groups, strict=True):
        assert [cell[0] for cell in line[:3]] == [group["name"], group["kind"], how]
        assert line[3][1] == group["log_loss"][:1]
        assert line[6][1] == group["f1"][1:]
    assert "permuted together among the rows, 2 times" in full_page.text


def beside_page(run, report):
    """Return the sections of rivals and drivers alone, which are soon built."""
    subject = Subject.checked(run, report)
    blocks = (*rivals(subject), *drivers(subject))
    return Page(sections_html([Section("Beside", blocks)]))


def test_names_of_rivals_and_inputs_are_never_markup(run, fuller):
    odd = renamed(fuller, "Stern et al. 2012", NASTY)
    odd["details"]["drivers"]["permuted"][0]["name"] = NASTY
    shown = beside_page(run, odd)
    assert "script" not in shown.tags
    assert shown.text.count(NASTY) >= 4


def test_losses_that_nothing_defines_are_dashes(run, fuller):
    odd = json.loads(json.dumps(fuller))
    found = odd["details"]["drivers"]
    for group in (*found["permuted"], *found["removed"]):
        group["f1"] = None
    found["permuted"][0]["log_loss"] = [None, None, None]
    shown = beside_page(run, odd)
    line = table_with(shown, "input", "kind", "how")[1]
    assert [cell[0] for cell in line[3:7]] == ["—"] * 4
    # Of the rivals, of the log loss, of the decoded means; none of F1.
    assert len(shown.figures()) == 3


def test_of_many_inputs_those_that_matter_most_are_drawn():
    from qsovae.publishing.driver_figures import loss_picture

    groups = [
        {"kind": "column", "name": f"input {n}", "log_loss": [n / 10, 0.0, n / 5]}
        for n in range(50)
    ]
    found = {"permuted": groups, "removed": []}
    picture = loss_picture(found, "log_loss", "rise", is_simulated=True)
    drawn = re.findall(r"<!-- (input \d+) -->", picture.svg.decode())
    assert drawn == [f"input {n}" for n in range(10, 50)]
    assert "the 40 inputs that matter most" in picture.about


def decoded(bands):
    """Return the decoded means of two classes, as of ``run_drivers``."""
    line = {"dimension": None, "magnitudes": [20.0, 21.0], "deviations": [0.5, -1.0]}
    return {
        "bands": bands,
        "features": ["colour", "shape"],
        "lines": [line | {"class": "QSO"}, line | {"class": "STAR"},
                  line | {"class": "QSO", "dimension": "latent_1"}],
    }  # fmt: skip


def test_decoded_means_are_drawn_open_where_they_are_rather_limits():
    from matplotlib.figure import Figure

    from qsovae.publishing.curve_figures import class_looks
    from qsovae.publishing.driver_figures import _draw_means

    bands = [
        {"label": "g", "wavelength_um": 0.5, "detected": {"QSO": 1.0, "STAR": 0.1}},
        {"label": "i", "wavelength_um": 0.8, "detected": {"QSO": 0.9, "STAR": None}},
    ]
    axes = Figure().add_subplot()
    _draw_means(axes, decoded(bands), class_looks(["QSO", "STAR"]))
    drawn = [
        (curve.get_markerfacecolor() == "none", point)
        for curve in axes.lines
        for point in curve.get_xydata().tolist()
        if point[1] == point[1]  # nobody looked for a star in i
    ]
    assert drawn == [(False, [0.5, 20.0]), (False, [0.8, 21.0]), (True, [0.5, 20.0])]
    low, high = axes.get_ylim()
    assert low > high


def test_without_bands_the_means_of_features_are_drawn():
    from qsovae.publishing.driver_figures import means_picture

    picture = means_picture(decoded([]), ["QSO", "STAR"], is_simulated=True)
    drawn = picture.svg.decode()
    names = ("colour", "shape", "QSO", "STAR", "simulated data")
    assert all(f"<!-- {name} -->" in drawn for name in names)
    assert "Open marks" not in picture.about


def test_what_to_expect_over_an_area_stands_in_the_tables_of_samples(
    page, full_page, fuller
):
    table = fuller["details"]["thresholds"]["table"]
    *_, every = [t for t in full_page.tables if t[0][0][0] == "threshold"
                 and "sources over the area" in [cell[0] for cell in t[0]]]  # fmt: skip
    header = [cell[0] for cell in every[0]]
    place = header.index("sources over the area")
    assert header[place + 1 :] == ["of them QSO", "low", "high"]
    keys = ("expected", "expected_sought", "expected_sought_low",
            "expected_sought_high")  # fmt: skip
    for number, line in enumerate(every[1:]):
        wanted = [[v] if v is not None else []
                  for v in (table[key][number] for key in keys)]  # fmt: skip
        assert [cell[1] for cell in line[place:]] == wanted
    assert "Over 250 deg² so many sources are expected" in full_page.text
    assert "over the area" not in page.text


@pytest.mark.parametrize(("n_classes", "dotted"), [(3, True), (12, False)])
def test_the_baseline_is_drawn_where_curves_stay_apart(n_classes, dotted, report):
    from qsovae.publishing.curve_figures import roc_picture

    curve = report["details"]["curves"]["QSO"]
    by_class = {f"class {number}": curve for number in range(n_classes)}
    models = {"VAE": by_class, "baseline": by_class}
    picture = roc_picture(models, is_simulated=True)
    assert ("Dotted: the baseline" in picture.about) == dotted
    drawn = picture.svg.decode()
    assert all(f"<!-- {name} -->" in drawn for name in by_class)


def test_of_many_classes_the_page_draws_those_that_are_furthest_off(run, report):
    from qsovae.publishing.samples import calibration, curves

    many = json.loads(json.dumps(report)) | {"baseline": None}
    details = many["details"]
    stages, curve = details["calibration"]["per_class"]["QSO"], details["curves"]["QSO"]
    names = [f"class {number}" for number in range(25)]
    details["calibration"]["per_class"] = {
        name: stages | {"before": stages["before"] | {"ece": number / 100}}
        for number, name in enumerate(names)
    }
    details["curves"] = dict.fromkeys(names, curve)
    subject = Subject.checked(run, many)
    words, errors, figures, *tables = calibration(subject)
    assert "Drawn are the 12 classes that are furthest off" in words.text
    assert [p.title for p in figures.pictures] == [
        f"Reliability of {name}" for name in names[-12:]
    ]
    assert len(errors.lines) == len(tables) == 25
    *_, last = curves(subject)
    assert "qsovae evaluate --json" in last.text


# --- LaTeX --------------------------------------------------------------------

SIGNS = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textless{}": "<",
         r"\textasciicircum{}": "^", r"\textgreater{}": ">", r"\textbar{}": "|",
         "''": '"', "{[}": "[", "{]}": "]", "{*}": "*"}  # fmt: skip


def latex_read(text):
    """Return what LaTeX would set of escaped text."""
    pattern = "|".join(map(re.escape, SIGNS)) + r"|\\([{}$&#%_])"
    found = re.sub(pattern, lambda m: m[1] or SIGNS[m[0]], text)
    left = re.sub(pattern, "", text)
    assert not set(left) & set('\\{}$&#%_~^<>|[]*"')
    return found


def latex_rows(table):
    """Return the cells of each line between the rules, split as LaTeX does."""
    body = table[table.index(r"\toprule") : table.index(r"\bottomrule")]
    lines = [x for x in body.splitlines() if x.endswith(r"\\")]
    return [
        [c.strip() for c in re.split(r"(?<!\\)&", line.removesuffix(r"\\"))]
        for line in lines
    ]


def balanced(text):
    """Return whether braces match, escaped ones apart."""
    depth, skip = 0, False
    for sign in text:
        if not skip:
            depth += (sign == "{") - (sign == "}")
        assert depth >= 0
        skip = sign == "\\" and not skip
    return depth == 0


@pytest.mark.parametrize("name", [NASTY, "QSO", "a_b", "100 %", r"\\", "{", "[x]"])
def test_escaped_names_are_set_as_they_are(name):
    assert latex_read(latex_escaped(name)) == name


def test_a_letter_that_latex_lacks_stands_as_its_code_point():
    assert latex_escaped("Σ Cen é") == "U+03A3 Cen é"
    assert latex_escaped("two\nlines") == "two lines"


def test_the_latex_table_has_a_line_a_class_with_the_ends_of_intervals(report):
    table = qsovae.scores_latex(report)
    rows = latex_rows(table)
    classes = [row for row in rows if len(row) > 1][1:]
    assert [row[0] for row in classes] == [*report["classes"]] * 2
    assert {len(row) for row in classes} == {7}
    qso = classes[report["classes"].index("QSO")]
    value, below, above = map(
        float,
        re.fullmatch(r"\$([\d.]+)_\{(-[\d.]+)\}\^\{\+([\d.]+)\}\$", qso[2]).groups(),
    )
    low, high = report["details"]["per_class"]["QSO"]["intervals"]["completeness"]
    scores = report["per_class"]["QSO"]
    assert value == pytest.approx(scores["completeness"], abs=6e-3)
    assert value + below == pytest.approx(low, abs=1.1e-2)
    assert value + above == pytest.approx(high, abs=1.1e-2)
    assert qso[1] == f"{scores['rows']:,}"
    assert r"\textbf{Simulated data.}" in table
    assert r"\usepackage{booktabs}" in table


def test_hostile_names_leave_the_latex_table_whole(hostile):
    table = qsovae.scores_latex(hostile[1])
    comments = [x for x in table.splitlines() if x.startswith("%")]
    code = "\n".join(x for x in table.splitlines() if not x.startswith("%"))
    assert len(comments) == 2
    assert balanced(code)
    rows = [row for row in latex_rows(table) if len(row) > 1]
    assert {len(row) for row in rows} == {7}
    assert NASTY in {latex_read(row[0]) for row in rows[1:]}
    for line, following in pairwise(code.splitlines()):
        # What would be taken for the length or the star of the line's end.
        assert not (line.endswith(r"\\") and following[0] in "[*")


# --- the model card -------------------------------------------------------------


def test_the_card_has_the_sections_of_mitchell_and_others(run, report):
    card = qsovae.model_card(run, report)
    assert re.findall(r"^## (.+)$", card, re.MULTILINE) == CARD
    manifest = run.manifest
    for said in (manifest["catalog"]["sha256"], "1,200", manifest["created_utc"],
                 manifest["versions"]["torch"].replace("_", r"\_"),
                 number_text(report["accuracy"]), "Simulated data",
                 "no broad-absorption"):  # fmt: skip
        assert said in card
    for feature in manifest["features"]:
        assert feature["name"].replace("_", r"\_") in card
    assert "    qsovae evaluate tiny --prior sky --html" in card
    assert "<" not in card


def test_page_and_card_tell_the_same(run, report, page):
    card = qsovae.model_card(run, report).replace("\\", "")
    told = "Not for claims about single sources"
    assert told in card
    assert told in page.text
    for name, n in run.manifest["class_counts"].items():
        assert f"| rows of class {name} | {n:,} |" in card
        assert f"rows of class {name}" in page.text


def test_hostile_names_leave_the_card_whole(hostile):
    card = qsovae.model_card(*hostile)
    lines = [x for x in card.splitlines() if not x.startswith("    ")]
    assert "<script" not in "\n".join(lines)
    assert re.findall(r"^## (.+)$", card, re.MULTILINE) == CARD
    widths = set()
    for line, following in pairwise([*lines, ""]):
        bars = len(re.findall(r"(?<!\\)\|", line.replace("\\\\", "")))
        widths.add(bars)
        if line.startswith("|") and following.startswith("|"):
            more = len(re.findall(r"(?<!\\)\|", following.replace("\\\\", "")))
            assert bars == more
