"""The page that `qsovae check --html` writes: self-contained, the same each time."""

import base64
import subprocess
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.cli.text import ProgressLine


def check_command(*arguments, folder):
    return subprocess.run(
        [sys.executable, "-m", "qsovae", "check", *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


class Page(HTMLParser):
    """What a page holds: its tags, text, addresses, and tables' cells."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.addresses, self.handlers, self.text = [], [], [], ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data", "poster", "content"):
                self.addresses.append((tag, name, value))
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, text):
        self.text += text

    def figures(self):
        """Return every figure's SVG."""
        head = "data:image/svg+xml;base64,"
        return [
            base64.b64decode(value.removeprefix(head), validate=True).decode()
            for tag, name, value in self.addresses
            if (tag, name) == ("img", "src") and value.startswith(head)
        ]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a folder with a simulated catalog and its report."""
    folder = tmp_path_factory.mktemp("check")
    qsovae.write_simulation(folder / "sim.fits", 1500, 3)
    done = check_command("sim.fits", "--html", "report.html", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder, done


@pytest.fixture(scope="module")
def page(written):
    return Page((written[0] / "report.html").read_text("utf-8"))


def test_the_command_prints_the_check_and_says_where_the_page_is(written):
    _, done = written
    assert done.stdout.startswith("sim.fits: 1,500 rows")
    assert "report.html" in done.stderr


def test_nothing_on_the_page_is_loaded_from_elsewhere(page):
    for tag, name, value in page.addresses:
        if tag != "meta":
            assert value.startswith("data:"), (tag, name, value[:80])
    assert not {"script", "link", "iframe", "object", "embed", "form"} & set(page.tags)
    assert page.handlers == []
    policy = [v for t, n, v in page.addresses if t == "meta" and "default-src" in v]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_the_styles_of_page_and_figures_load_nothing(written, page):
    content = (written[0] / "report.html").read_text("utf-8")
    style = content[content.index("<style>") : content.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    for svg in page.figures():
        for element in ET.fromstring(svg).iter():
            assert "script" not in element.tag
            for name, value in element.attrib.items():
                if name.endswith("href"):
                    assert value.startswith(("#", "data:image/png;base64,"))


def test_each_figure_is_there_and_says_that_the_data_are_simulated(page):
    titles = ("Coverage on the sky", "Number counts", "Errors against magnitudes",
              "Bands observed together", "Colours and the stellar locus")  # fmt: skip
    for title in titles:
        assert title in page.text
    figures = page.figures()
    assert len(figures) == 5
    # Text is drawn as outlines; what it says stands in a comment beside them.
    assert all("<!-- simulated data -->" in svg for svg in figures)
    assert "Simulated data" in page.text


def test_findings_columns_and_quality_bits_stand_on_the_page(written, page):
    report = qsovae.check_catalog(qsovae.open_catalog(written[0] / "sim.fits"))
    assert report.findings
    for finding in report.findings:
        assert finding.message in page.text
    for column in report.columns["column"]:
        assert column in page.text
    for bit in report.quality_counts:
        assert bit in page.text


def test_the_same_catalog_gives_the_same_bytes(written, in_process):
    folder, _ = written
    assert in_process(folder, "check", "sim.fits", "--html", "again.html")[0] == 0
    assert (folder / "again.html").read_bytes() == (folder / "report.html").read_bytes()


def test_what_a_catalog_says_is_never_markup(tmp_path, in_process):
    nasty = '<script>alert("1")</script>&amp;'
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "g": rng.normal(20, 1, 60), nasty: rng.normal(size=60),
            "mag_auto_r": ["<b>bright</b>", *["20.0"] * 59],
        }
    )  # fmt: skip
    path = tmp_path / "<i>nasty.csv"
    table.to_csv(path, index=False)
    status, said = in_process(tmp_path, "check", path.name, "--html", "page.html")
    assert status == 0, said
    page = Page((tmp_path / "page.html").read_text("utf-8"))
    assert not {"script", "b", "i"} & set(page.tags)
    for said in (nasty, "<b>bright</b>", "<i>nasty.csv"):
        assert said in page.text
    assert "simulated data" not in page.text.casefold()
    assert not any("simulated" in svg for svg in page.figures())


def test_a_catalog_without_positions_bands_or_rows_still_has_a_page(
    tmp_path, in_process
):
    (tmp_path / "plain.csv").write_text("class,size\nA,1.5\nB,2.5\n")
    (tmp_path / "empty.csv").write_text("g,r,ra,dec\n")
    for name, status in (("plain.csv", 0), ("empty.csv", 1)):
        done = in_process(tmp_path, "check", name, "--html", "page.html")
        assert done[0] == status, done[1]
        page = Page((tmp_path / "page.html").read_text("utf-8"))
        assert page.figures() == []
        assert name in page.text


def test_the_page_never_replaces_the_catalog_and_needs_a_folder(written, in_process):
    folder, _ = written
    before = (folder / "sim.fits").read_bytes()
    itself = in_process(folder, "check", "sim.fits", "--html", "sim.fits")
    nowhere = in_process(folder, "check", "sim.fits", "--html", "no/such/page.html")
    assert itself[0] == nowhere[0] != 0
    assert "the catalog itself" in itself[1]
    assert "cannot be written" in nowhere[1]
    assert (folder / "sim.fits").read_bytes() == before


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_command_writes_the_flags_of_each_row(
    written, tmp_path, in_process, suffix
):
    out = tmp_path / f"flags{suffix}"
    status, said = in_process(written[0], "check", "sim.fits", "--flags", out)
    assert status == 0
    assert f"flags of 1,500 rows to {out}" in said
    flags = qsovae.read_table(out).frame
    catalog = qsovae.open_catalog(written[0] / "sim.fits")
    assert flags["object_id"].tolist() == catalog.object_id.tolist()
    assert flags["quality"].tolist() == qsovae.row_flags(catalog).tolist()
    assert flags["upper_limit"].sum() > 100


@pytest.mark.parametrize(
    ("out", "words"),
    [("sim.fits", "the catalog itself"), ("no/such/f.fits", "cannot be written"),
     ("flags.txt", "cannot be written as .txt")],
)  # fmt: skip
def test_flags_that_cannot_be_written_are_refused(written, in_process, out, words):
    before = (written[0] / "sim.fits").read_bytes()
    status, said = in_process(written[0], "check", "sim.fits", "--flags", out)
    assert status == 1
    assert words in said
    assert (written[0] / "sim.fits").read_bytes() == before
    assert not (written[0] / "flags.txt").exists()


def test_progress_is_shown_only_of_what_takes_long(capsys):
    entry = {"phase": "check", "message": "checking x.fits", "fraction": 0.5}
    for patience_s, shown in ((0.0, "check: checking x.fits 50%\n"), (1e6, "")):
        with ProgressLine(patience_s) as line:
            line.show(entry)
        assert capsys.readouterr().err == shown
