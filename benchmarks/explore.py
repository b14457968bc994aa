"""How soon the Explore page shows, recolours, filters and selects up to a million rows.

In Chromium, on runs drawn from the demo's rows, and on one of a real catalog where that
is at hand; beside them a Streamlit page of one Plotly chart of the same rows. Each turn
has servers of its own that have shown one page without a run. A picture counts as shown
when the page says that it is drawn. Prints one JSON object a line and size.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pages
import projection
import report
from evaluate_page import Visit
from resampled import write_resampled

import dashboard
import qsovae

SIZES = (10_000, 100_000, 1_000_000)
REAL = "vst_atlas_wise_dev"
PEER = "a Streamlit page of one Plotly scattergl"
COMMAND = "python benchmarks/explore.py --readme README.md"
_COLUMNS = {
    "first_paint_s": "first paint, s", "recolour_s": "recolour, s",
    "filter_s": "filter, s", "lasso_to_table_s": "lasso to table, s",
    "pan_frame_ms": "a frame while panned, ms",
    "bytes_sent": "sent, bytes", "server_rss_mb": "server, MB",
    "project_new_s": "a million new rows placed, s",
}  # fmt: skip
_DIGITS = dict.fromkeys(_COLUMNS, 2) | dict.fromkeys(
    ("bytes_sent", "server_rss_mb", "pan_frame_ms"), 0
)
_PLANE = ".st-key-plane .plane[data-version]"
# Times between the frames that the browser draws, in ms.
_FRAMES = """() => {
  let last = performance.now();
  window.frames_ms = [];
  const next = (now) => {
    window.frames_ms.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
_MOST_NEW = 20_000  # rows that are placed to see how truly they land
# Reads the rows when it is opened, as the Explore page does, and draws them all.
_PEER_PAGE = """
import pandas as pd
import plotly.express as px
import streamlit as st

st.title("Bare")
colour = st.selectbox("Colour", ["class_label", "class_predicted"], key="colour")
if st.button("Show") or st.session_state.get("shown"):
    st.session_state["shown"] = True
    rows = pd.read_parquet({rows!r})
    places = pd.read_parquet({places!r})
    figure = px.scatter(
        x=places["map_1"], y=places["map_2"], color=rows[colour].astype(str),
        render_mode="webgl",
    )
    st.plotly_chart(figure, on_select="rerun", key=f"chart_{{colour}}")
"""


class Explorer(Visit):
    """A person before the Explore page."""

    def redrawn(self, act: Any, shown: str = "") -> float:
        """Return the seconds from doing something until another picture is drawn."""
        version = self.page.locator(_PLANE).get_attribute("data-version")
        after = f"{_PLANE}:not([data-version='{version}'])"
        seconds = self.until(act, after)
        if shown:
            self.page.locator(shown).first.wait_for()
        return seconds

    def pick(self, key: str, words: str, shown: str | None = None) -> float:
        """Return the seconds from choosing in a list until the picture has changed."""
        field = self.page.locator(f".st-key-{key} input").first
        field.click()
        field.fill(words)
        self.page.get_by_role("option").first.wait_for()
        if shown is not None:
            return self.until(lambda: field.press("Enter"), shown)
        return self.redrawn(lambda: field.press("Enter"))

    def filter_points(self) -> float:
        """Return the seconds from choosing point-like rows until they alone show."""
        part = self.page.locator(".st-key-explore_morphology")
        button = part.get_by_role("radio", name="Point-like").or_(
            part.get_by_role("button", name="Point-like")
        )
        return self.redrawn(button.first.click)

    def pan(self) -> float:
        """Return the ms within which nine of ten frames come while a plane is moved."""
        box = self.page.locator(".st-key-plane .over").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        tools = self.page.locator(".st-key-plane")
        tools.get_by_role("button", name="Move", exact=True).click()
        self.page.mouse.move(x, y)
        self.page.evaluate(_FRAMES)
        self.page.mouse.down()
        self.page.mouse.move(x + 120, y + 60, steps=60)
        frames = self.page.evaluate("() => window.frames_ms")
        self.page.mouse.move(x, y, steps=60)
        self.page.mouse.up()
        tools.get_by_role("button", name="Lasso", exact=True).click()
        return float(np.percentile(frames, 90))

    def lasso(self) -> float:
        """Return the seconds from the end of a lasso until its rows are listed."""
        box = self.page.locator(".st-key-plane .over").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(x - 90, y - 90)
        mouse.down()
        for across, down in ((90, -90), (90, 90), (-90, 90)):
            mouse.move(x + across, y + down, steps=3)
        return self.until(mouse.up, ".st-key-selection_table canvas")


def measure_turn(browser: Any, folder: Path) -> dict[str, float]:
    """Return what one visit to a server that has just started takes."""
    app = Path(dashboard.__file__).parent / "app.py"
    with pages.served(app, folder) as server:
        visit = Explorer(browser)
        visit.open(f"{server.address}/combine", "h1")
        before = visit.n_bytes
        link = visit.page.get_by_role("link", name="Explore")
        found = {"first_paint_s": visit.until(link.click, _PLANE)}
        visit.page.locator(".st-key-explore_facets").wait_for()
        visit.settle()
        found["bytes_sent"] = visit.n_bytes - before
        found["recolour_s"] = visit.pick("explore_colour", "Predicted class")
        found["filter_s"] = visit.filter_points()
        found["pan_frame_ms"] = visit.pan()
        visit.settle()
        found["lasso_to_table_s"] = visit.lasso()
        visit.settle()
        found["server_rss_mb"] = pages.resident_mib(server.process) * 1.048576
        visit.context.close()
        return found


def measure_peer(browser: Any, run: qsovae.Run, folder: Path) -> dict[str, float]:
    """Return what the same takes on the peer's page, as far as it does it."""
    script = folder / "bare.py"
    rows, places = (str(run.folder / f"{name}.parquet") for name in ("rows", "map"))
    script.write_text(_PEER_PAGE.format(rows=rows, places=places), "utf-8")
    drawn = ".st-key-chart_{} .gl-canvas"
    with pages.served(script, folder) as server:
        visit = Explorer(browser)
        visit.open(server.address, "h1")
        before = visit.n_bytes
        button = visit.page.get_by_role("button", name="Show")
        found = {
            "first_paint_s": visit.until(button.click, drawn.format("class_label"))
        }
        found["bytes_sent"] = visit.n_bytes - before
        found["recolour_s"] = visit.pick(
            "colour", "class_predicted", drawn.format("class_predicted")
        )
        found["server_rss_mb"] = pages.resident_mib(server.process) * 1.048576
        visit.context.close()
        return found


def measure_map(run: qsovae.Run) -> dict[str, float]:
    """Return how truly rows and new rows lie, and the seconds of a million new ones."""
    latent = projection.run_latent(run)
    n_fitted = 2 * len(latent) // 3
    result = qsovae.fit_map(latent[:n_fitted], int(run.manifest["seed"]))
    fitted = latent[:n_fitted][result.fitted_rows]
    places = result.coordinates[result.fitted_rows]
    new = latent[n_fitted : n_fitted + _MOST_NEW]
    return {
        "trust_fitted": projection.trust_fitted(fitted, places),
        "trust_new_rows": projection.trust_new_rows(fitted, places, new)[0],
        "project_new_s": projection.project_new_s(fitted, places),
    }


def measure(run: qsovae.Run, folder: Path, repeats: int) -> dict[str, Any]:
    """Return the medians of a run's page, of the peer's, and of its map."""
    if run.map() is None:
        qsovae.make_map(run)
    ours, peer = [], []
    with pages.chromium() as browser:
        for number in range(repeats):
            ours.append(measure_turn(browser, folder))
            peer.append(measure_peer(browser, run, folder))
            report.say(f"{number + 1}: {ours[-1]}, peer {peer[-1]}")
    return {
        "rows": len(run.rows(["row"])),
        **_medians(ours),
        **measure_map(run),
        "peer": {"name": PEER, **_medians(peer)},
        "turns": ours,
    }


def _medians(turns: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.median([one[name] for one in turns])) for name in turns[0]}


@contextmanager
def run_of_size(n_rows: int, options: argparse.Namespace) -> Iterator[qsovae.Run]:
    """Yield a run with about so many rows, drawn from those of another."""
    source = qsovae.open_run(options.run.name, options.run.parent)
    with tempfile.TemporaryDirectory(prefix="qsovae-") as name:
        yield write_resampled(source, options.catalog, n_rows, Path(name))


@contextmanager
def real_run(options: argparse.Namespace) -> Iterator[qsovae.Run]:
    """Yield a run of a real catalog, trained with the defaults."""
    path = report.find_catalog(options.data, REAL)
    with tempfile.TemporaryDirectory(prefix="qsovae-") as name:
        (Path(name) / "data").mkdir()
        request = qsovae.TrainRequest(path, "class", REAL)
        qsovae.train_run(request, Path(name) / "checkpoints")
        yield qsovae.open_run(REAL, Path(name) / "checkpoints")


def readme_text(found: list[dict[str, Any]]) -> str:
    """Return the table for the README, and what it rests on."""
    head = ["rows of", "rows", *_COLUMNS.values()]
    lines = []
    for one in found:
        lines += [
            [words, f"{one['rows']:,}", *_cells(of)]
            for words, of in ((one["of"], one), (f"{one['of']}, {PEER}", one["peer"]))
        ]
    facts = report.machine_text(report.machine(), "numpy", "streamlit")
    notes = report.paragraph(f"""
Medians of {len(found[0]["turns"])} turns, each with servers of their own that have
shown a page without a run; from the click until the page says that the picture is
drawn. Sent is all until the page has nothing more to say. The peer draws the same
places in classes, and nothing else. {facts}.""")
    table = report.table_text(head, lines, n_text=1)
    return f"{table}\n\n{notes}\nMade by `{COMMAND}`; `make bench-explore` prints JSON."


def _cells(of: dict[str, float]) -> list[str]:
    return [f"{of[name]:,.{_DIGITS[name]}f}" if name in of else "" for name in _COLUMNS]


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = report.data_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", type=report.positive, nargs="*", default=SIZES, metavar="N",
        help="rows of the runs that are drawn from the demo's",
    )  # fmt: skip
    parser.add_argument("--repeats", type=report.positive, default=5, metavar="N")
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="page whose table to replace"
    )
    for name, default, about in (
        ("run", "checkpoints/demo", "folder of the run whose rows are drawn"),
        ("catalog", "data/demo.fits", "that trained it"),
    ):
        parser.add_argument(
            f"--{name}", type=Path, default=report.ROOT / default, metavar="PATH",
            help=about,
        )  # fmt: skip
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    missing = pages.why_not()
    if missing:
        raise SystemExit(missing)
    report.check_readme(options.readme, "explore")
    results = []
    drawn = f"{options.run.name}, drawn"
    runs = [(drawn, run_of_size(n, options)) for n in options.sizes]
    if (options.data / REAL).is_dir():
        runs.append((REAL, real_run(options)))
    for name, opening in runs:
        report.say(f"{name}: making the run and its map")
        with opening as run:
            found = measure(run, run.folder.parents[1], options.repeats)
        told = {"of": name, "simulated": run.is_simulated, **found}
        sys.stdout.write(json.dumps(report.rounded(told)) + "\n")
        sys.stdout.flush()
        results.append(told)
    if options.readme is not None:
        report.write_readme(options.readme, "explore", readme_text(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
