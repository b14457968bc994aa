"""How soon the Evaluate page shows a million test rows, and how long its report takes.

In Chromium, on a run whose test rows are drawn from the demo's: the first and second
opening, each section, another slice; beside it a bare Streamlit page that shows
scikit-learn's scores of the same rows. Each turn has servers of its own that have shown
one page without a run. Prints one JSON object with median, least and most.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pages
import report
from resampled import write_resampled

import dashboard
import qsovae

COMMAND = "python benchmarks/evaluate_page.py --readme README.md"
PEER = "a Streamlit page of scikit-learn's matrix and report"
_TARGETS = {
    "first_s": "from a click in the open app to the confusion matrix, first time, s",
    "second_s": "later, by its address in a fresh browser, s",
    "samples_s": "Calibration and samples, first time, s",
    "slices_s": "Slices, first time, s",
    "other_slice_s": "another slicing column, s",
}
_MIB = 1 << 20
_PATIENCE_S = 120.0
# Reads what the Evaluate page reads, each time that it is opened.
_PEER_PAGE = """
import pandas as pd
import plotly.express as px
import streamlit as st
from sklearn.metrics import classification_report, confusion_matrix

st.title("Bare")
if st.query_params.get("rows") or st.button("Show"):
    rows = pd.read_parquet({path!r})
    rows = rows[rows["split"] == "test"]
    true, predicted = rows["class_label"], rows["class_predicted"]
    st.plotly_chart(px.imshow(confusion_matrix(true, predicted), text_auto=True))
    st.code(classification_report(true, predicted))
"""


class Visit:
    """A person with a browser that remembers nothing, and what it was sent."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(_PATIENCE_S * 1000)
        self.n_bytes = 0
        self.page.on("websocket", lambda s: s.on("framereceived", self._count))

    def _count(self, frame: bytes | str) -> None:
        self.n_bytes += len(frame)

    def until(self, act: Callable[[], Any], shown: str) -> float:
        """Return the seconds from doing something until an element shows."""
        started = time.perf_counter()
        act()
        self.page.locator(shown).first.wait_for()
        seconds = time.perf_counter() - started
        self.settle()
        return seconds

    def settle(self) -> None:
        """Wait until the server has nothing more to say."""
        self.page.wait_for_selector("[data-test-script-state=notRunning]")

    def open(self, address: str, shown: str) -> float:
        """Return the seconds from going to an address until an element shows."""
        return self.until(lambda: self.page.goto(address, wait_until="commit"), shown)

    def section(self, words: str, figure: str) -> float:
        """Return the seconds from choosing a section until a figure of it shows."""
        part = self.page.locator(".st-key-evaluate_section")
        button = part.get_by_role("radio", name=words).or_(
            part.get_by_role("button", name=words)
        )
        return self.until(button.first.click, _drawn(figure))

    def slice_by(self, words: str, figure: str) -> float:
        """Return the seconds from choosing a slicing column until its figure shows."""
        field = self.page.locator(".st-key-evaluate_sliced_by input")
        field.click()
        field.fill(words)
        self.page.get_by_role("option").first.wait_for()
        return self.until(lambda: field.press("Enter"), _drawn(figure))


def _drawn(name: str) -> str:
    """Return the selector of a figure that has been drawn."""
    return f"[class*='st-key-figure_'][class*='{name}'] .js-plotly-plot .main-svg"


def measure_page(run: qsovae.Run, folder: Path, repeats: int) -> dict[str, Any]:
    """Return seconds, bytes and memory of the page, beside those of the peer."""
    missing = pages.why_not()
    if missing:
        return {"skipped": missing}
    bare = folder / "bare.py"
    bare.write_text(_PEER_PAGE.format(path=str(run.folder / "rows.parquet")), "utf-8")
    ours, peer = [], []
    with pages.chromium() as browser:
        for number in range(repeats):
            ours.append(_our_turn(browser, folder, run.name))
            peer.append(_peer_turn(browser, bare, folder))
            report.say(f"page {number + 1}: {ours[-1]}, peer {peer[-1]}")
    paired = {
        name: report.paired(
            [one[name] for one in ours], [one[name] for one in peer], PEER
        )
        for name in peer[0]
    }
    alone = {
        name: report.spread([one[name] for one in ours])
        for name in ours[0] if name not in paired
    }  # fmt: skip
    return paired | alone


def _our_turn(browser: Any, folder: Path, name: str) -> dict[str, float]:
    """Return what one visit to a server that has just started takes."""
    app = Path(dashboard.__file__).parent / "app.py"
    with pages.served(app, folder) as server:
        address, matrix = f"{server.address}/evaluate?run={name}", _drawn("_confusion_")
        visit = Visit(browser)
        visit.open(f"{server.address}/combine", "h1")
        before = visit.n_bytes
        link = visit.page.get_by_role("link", name="Evaluate")
        found = {"first_s": visit.until(link.click, matrix)}
        found["bytes"] = visit.n_bytes - before
        visit.context.close()
        visit = Visit(browser)
        found |= {
            "second_s": visit.open(address, matrix),
            "samples_s": visit.section("Calibration and samples", "_top_"),
            "slices_s": visit.section("Slices", "_by_magnitude_"),
            "other_slice_s": visit.slice_by("galactic latitude", "_by_latitude_"),
            "resident_mib": pages.resident_mib(server.process),
        }
        found["all_bytes"] = visit.n_bytes
        visit.context.close()
        return found


def _peer_turn(browser: Any, script: Path, folder: Path) -> dict[str, float]:
    """Return what the same visit to the peer takes."""
    with pages.served(script, folder) as server:
        Visit(browser).open(server.address, "h1")
        address, matrix = f"{server.address}/?rows=1", ".js-plotly-plot .main-svg"
        visit = Visit(browser)
        visit.open(server.address, "h1")
        before = visit.n_bytes
        button = visit.page.get_by_role("button", name="Show")
        found = {"first_s": visit.until(button.click, matrix)}
        found["bytes"] = visit.n_bytes - before
        visit.context.close()
        again = Visit(browser)
        found["second_s"] = again.open(address, matrix)
        found["resident_mib"] = pages.resident_mib(server.process)
        again.context.close()
        return found


def measure_report(run: qsovae.Run, repeats: int) -> dict[str, Any]:
    """Return the seconds from a run to the bytes of its HTML report."""
    seconds, n_bytes = [], 0
    for number in range(repeats):
        started = time.perf_counter()
        content = qsovae.evaluation_page(run, qsovae.evaluate_run(run)).encode()
        seconds.append(time.perf_counter() - started)
        n_bytes = len(content)
        report.say(f"report {number + 1}: {seconds[-1]:.1f} s, {n_bytes:,} bytes")
    return {"seconds": report.spread(seconds), "bytes": n_bytes}


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    page, written = result["page"], result["report"]
    lines = [] if "skipped" in page else _page_lines(page)
    what = f"HTML report of {result['report_rows']:,} rows, from the run"
    lines.append([f"{what}, s", "none", *_alone(written["seconds"], 1)])
    size = {name: written["bytes"] / _MIB for name in ("median", "min", "max")}
    lines.append([f"{what}, MiB", "none", *_alone(size, 2)])
    facts = report.machine_text(result["machine"], "numpy", "scikit-learn", "streamlit")
    without = f"The page was not measured: {page.get('skipped')}."
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. A run of {result["rows"]:,} test
rows, drawn from those of the demo and scattered, and its catalog; servers of their own
in each turn, which have shown a page without a run. The peer reads the same rows and
keeps nothing; it has neither intervals nor slices, and no baseline beside. Sent is what
comes after the page's own code, until the matrix shows.
{without if "skipped" in page else ""} {facts}.""")
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def _page_lines(page: dict[str, Any]) -> list[list[str]]:
    """Return the lines of the page, those without a peer last."""
    paired = {"bytes": "sent to the browser, bytes", "resident_mib": "server, MiB"}
    names = {name: f"Evaluate, {words}" for name, words in (_TARGETS | paired).items()}
    lines = [
        report.ratio_line(words, page[name], 2 if name.endswith("_s") else 0)
        for name, words in names.items()
        if "peer" in page[name]
    ]
    return lines + [
        [words, "none", *_alone(page[name], 2)]
        for name, words in names.items()
        if "peer" not in page[name]
    ]


def _alone(values: dict[str, float], digits: int) -> list[str]:
    """Return the cells of what has no peer."""
    low, middle, high = (f"{values[n]:.{digits}f}" for n in ("min", "median", "max"))
    return [f"{middle} ({low} to {high})", "", ""]


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default, about in (
        ("rows", 1_000_000, "test rows of the run that the page shows"),
        ("report-rows", 100_000, "test rows of the run that is reported"),
        ("repeats", 3, "turns"),
    ):
        parser.add_argument(
            f"--{name}", type=report.positive, default=default, metavar="N", help=about
        )
    for name, default, about in (
        ("run", "checkpoints/demo", "folder of the run whose rows are drawn"),
        ("catalog", "data/demo.fits", "that trained it"),
    ):
        parser.add_argument(
            f"--{name}", type=Path, default=report.ROOT / default, metavar="PATH",
            help=about,
        )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="JSON, by default to stdout"
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="page whose table to replace"
    )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "evaluate-page")
    source = qsovae.open_run(options.run.name, options.run.parent)
    result = {
        "benchmark": "evaluate-page",
        "machine": report.machine(),
        "repeats": options.repeats,
        "rows": options.rows,
        "report_rows": options.report_rows,
    }
    for part, n_rows in (("page", options.rows), ("report", options.report_rows)):
        with tempfile.TemporaryDirectory(prefix="qsovae-") as name:
            folder = Path(name)
            report.say(f"writing a run of {n_rows:,} test rows")
            run = write_resampled(source, options.catalog, n_rows, folder)
            result[part] = (
                measure_page(run, folder, options.repeats) if part == "page"
                else measure_report(run, options.repeats)
            )  # fmt: skip
    report.publish(options, "evaluate-page", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
