"""One of many viewers of the Explore page: what is done there, and what must show then.

A viewer keeps account of its own choices, and works out from the run alone what the
page has to say of them.
"""

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
from numpy.typing import NDArray

import qsovae
from dashboard.brushes import (
    brush_column,
    chosen_bins,
    facet_mask,
    facet_masks,
    with_choice,
)
from dashboard.outlines import Outline, outlines_from_text

PLANE = ".st-key-plane .plane"
DRAWN = f"{PLANE}[data-version]"
_QUIET = "[data-test-script-state=notRunning]"
# By their keys in the address, what the legend and the lists call them.
COLOURS = {
    "class_label": "True class", "class_predicted": "Predicted class",
    "p_QSO": "Probability of QSO", "p_STAR": "Probability of STAR",
    "outlier_score": "Outlier score", "latent_1": "Latent dimension 1",
}  # fmt: skip
MORPHOLOGIES = {"all": "All", "point": "Point-like", "extended": "Extended"}
QUERIES = (
    "p_QSO > 0.9", "p_max < 0.7", "g_mag_ab - r_mag_ab < 0.6", "18 < i_mag_ab < 21",
    "outlier_score > 20", "class_predicted = 'STAR'", "w1_mag_ab - w2_mag_ab > 0.5",
)  # fmt: skip
PLANES = ("map", "pca", "latent", "gri", "mid_infrared", "colour_magnitude")
FACETS = ("class_predicted", "p_QSO", "i_mag_ab", "morphology")
KINDS = ("recolour", "morphology", "query", "lasso", "facet", "plane")
_TURNS = 20
_PATIENCE_MS = 120_000
_REACH_PX = 1.5
# Thirty signs of waiting that move would take the cores that the server needs.
_STILL = """addEventListener("DOMContentLoaded", () => {
  const style = document.createElement("style");
  style.textContent = "*, *::before, *::after { animation: none !important; " +
    "transition: none !important; }";
  document.head.append(style);
})"""
# What of the address tells a viewer's choices; outlines are compared by their corners.
_TOLD = ("run", "colour", "morphology", "query", "brushes", "plane")
_NOT_TOLD = {"colour": "class_label", "morphology": "all", "plane": "map"}


@dataclass(frozen=True)
class Choices:
    """What a viewer has chosen; an outline is on the plane of a key."""

    colour: str = "class_label"
    morphology: str = "all"
    query: str | None = None
    brushes: tuple[str, ...] = ()
    plane: str = "map"
    outline: Outline = ()
    outlined_on: str = "map"

    def parameters(self, run: str) -> dict[str, list[str]]:
        """Return what the address has to say, but for outlines."""
        said = {"run": run, "colour": self.colour, "morphology": self.morphology,
                "query": self.query, "plane": self.plane}  # fmt: skip
        told = {
            name: [value] for name, value in said.items()
            if value is not None and value != _NOT_TOLD.get(name)
        }  # fmt: skip
        return told | ({"brushes": [*self.brushes]} if self.brushes else {})


class Known:
    """A run, and what it says of choices."""

    def __init__(self, run: qsovae.Run) -> None:
        self.run = run
        self.table = qsovae.run_table(run)
        self.catalog = qsovae.run_catalog(run)
        self.columns = qsovae.RunColumns(run, self.table, self.catalog)
        self.planes = qsovae.standard_planes(self.columns)
        usual = qsovae.facet_columns(self.columns)
        self.bins = {
            name: qsovae.facet_bins(name, self.columns[name])
            for name in usual if name in FACETS
        }  # fmt: skip

    def shown(self, choices: Choices) -> NDArray[np.bool_]:
        """Return which rows the filters let through, (n_rows,)."""
        shown = np.ones(len(self.table), dtype=bool)
        if choices.morphology != "all":
            shown &= (self.table["morphology"] == choices.morphology).to_numpy(bool)
        if choices.query is not None:
            shown &= qsovae.query_mask(
                self.run, choices.query, self.table, self.catalog
            )
        return facet_mask(shown, facet_masks(choices.brushes, self.bins))

    def selected(self, choices: Choices) -> NDArray[np.bool_]:
        """Return which of the shown rows an outline, or a query alone, selects."""
        shown = self.shown(choices)
        if not choices.outline:
            return shown if choices.query is not None else np.zeros_like(shown)
        plane = self.planes[choices.outlined_on]
        places = qsovae.plane_places(plane, self.columns, len(self.table))
        return shown & qsovae.inside_outline_mask(*places, [choices.outline])

    def says(self, choices: Choices) -> dict[str, Any]:
        """Return what the page has to show."""
        return {
            "address": choices.parameters(self.run.name),
            "title": COLOURS[choices.colour],
            "shown": f"{int(self.shown(choices).sum()):,}",
            "selected": f"{int(self.selected(choices).sum()):,}",
            "has_own_outline": True,
        }


@dataclass
class Found:
    """What a viewer met with: seconds by kind, what differed, and what failed."""

    open_s: float = float("nan")
    seconds: list[tuple[str, float]] = field(default_factory=list)
    settled_s: list[float] = field(default_factory=list)
    mismatches: list[dict[str, Any]] = field(default_factory=list)
    last: str = "open"
    failure: str | None = None


class Viewer:
    """A person with a browser that remembers nothing, before the Explore page."""

    def __init__(self, known: Known, rng: np.random.Generator) -> None:
        self.known, self.rng, self.found = known, rng, Found()
        self.choices = Choices(
            colour=self._one_of(COLOURS), morphology=self._one_of(MORPHOLOGIES)
        )
        self.page: Any = None
        self.reach = 0.0  # how far a corner may lie from where it was drawn

    def _one_of(self, texts: Any, *, but: str | None = None) -> str:
        others = [text for text in texts if text != but]
        return others[int(self.rng.integers(len(others)))]

    async def open(self, browser: Any, address: str) -> None:
        """Open the page by a link, and wait until its plane is drawn."""
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await context.add_init_script(_STILL)
        self.page = await context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        told = urlencode(self.choices.parameters(self.known.run.name), doseq=True)
        started = time.perf_counter()
        await self.page.goto(f"{address}/explore?{told}", wait_until="commit")
        await self.page.locator(DRAWN).wait_for()
        self.found.open_s = time.perf_counter() - started
        await self._settle()

    async def click(self) -> None:
        """Do one thing, and see whether the page shows what it has to."""
        kind, choices = self.planned()
        self.found.last = kind
        started, self.choices = await self._act(kind, choices)
        await self._settle()
        self.found.settled_s.append(time.perf_counter() - started)
        await self.check()

    async def check(self) -> None:
        """Keep what the page shows if that is not what it has to show."""
        told = parse_qs(urlsplit(self.page.url).query)
        seen = {
            "address": {name: told[name] for name in _TOLD if name in told},
            "title": await self.page.locator(f"{PLANE} .legend .title").inner_text(),
            "shown": await self._metric("Shown"),
            "selected": await self._metric("Selected"),
            "has_own_outline": self.take_own_outline(told.get("outlines", [""])[0]),
        }
        wanted = self.known.says(self.choices)
        if seen != wanted:
            self.found.mismatches.append({"wanted": wanted, "seen": seen})

    def take_own_outline(self, text: str) -> bool:
        """Take the outline of the address if it is this viewer's; return whether."""
        outlines = outlines_from_text(text)
        if not self.choices.outline:
            return not outlines
        drawn = np.array(self.choices.outline)
        if [len(one) for one in outlines] != [len(drawn)]:
            return False
        is_own = (np.abs(np.array(outlines[0]) - drawn) <= self.reach).all()
        if is_own:
            # Rounded as it was kept, it holds exactly the rows that the page counts.
            self.choices = replace(self.choices, outline=outlines[0])
        return bool(is_own)

    def planned(self) -> tuple[str, Choices]:
        """Return what to do next: something that changes the picture."""
        for _ in range(_TURNS):
            kind = self._one_of(KINDS)
            choices = self._proposed(kind)
            rows = self.known.shown(choices)
            if kind in ("recolour", "lasso", "plane") or (
                rows.any() and (rows != self.known.shown(self.choices)).any()
            ):
                return kind, choices
        return "recolour", self._proposed("recolour")

    def _proposed(self, kind: str) -> Choices:
        """Return the choices after something of a kind."""
        now = self.choices
        if kind == "recolour":
            return replace(now, colour=self._one_of(COLOURS, but=now.colour))
        if kind == "morphology":
            other = self._one_of(MORPHOLOGIES, but=now.morphology)
            return replace(now, morphology=other)
        if kind == "query":
            return replace(now, query=self._one_of(QUERIES, but=now.query))
        if kind == "plane":
            there = [key for key in PLANES if key in self.known.planes]
            return replace(now, plane=self._one_of(there, but=now.plane))
        if kind == "lasso":
            return replace(now, outlined_on=now.plane)
        name = self._one_of(self.known.bins)
        kept = tuple(b for b in now.brushes if brush_column(b) != name)
        if kept != now.brushes:  # what was chosen there is let go
            return replace(now, brushes=kept)
        place = int(self.rng.integers(len(self.known.bins[name].bins)))
        bar = {"column": name, "first_bin": place, "last_bin": place}
        return replace(now, brushes=with_choice(kept, bar, self.known.bins))

    async def _act(self, kind: str, choices: Choices) -> tuple[float, Choices]:
        """Do it; return when, and the choices, with the outline that was drawn."""
        version = await self.page.locator(PLANE).get_attribute("data-version")
        act = await getattr(self, f"_ready_to_{kind}")(choices)
        if kind == "lasso":
            act, outline = act
            choices = replace(choices, outline=outline)
        started = time.perf_counter()
        await act()
        await self.page.locator(f"{DRAWN}:not([data-version='{version}'])").wait_for()
        self.found.seconds.append((kind, time.perf_counter() - started))
        return started, choices

    async def _ready_to_recolour(self, choices: Choices) -> Any:
        return await self._listed("explore_colour", COLOURS[choices.colour])

    async def _ready_to_plane(self, choices: Choices) -> Any:
        title = self.known.planes[choices.plane].title
        return await self._listed("explore_plane", title)

    async def _listed(self, key: str, words: str) -> Any:
        """Open a list at one of its lines; return how to choose it."""
        control = self.page.locator(f".st-key-{key} input").first
        await control.click()
        await control.fill(words)
        await self.page.get_by_role("option", name=words, exact=True).first.wait_for()
        return lambda: control.press("Enter")

    async def _ready_to_morphology(self, choices: Choices) -> Any:
        part = self.page.locator(".st-key-explore_morphology")
        words = MORPHOLOGIES[choices.morphology]
        button = part.get_by_role("radio", name=words).or_(
            part.get_by_role("button", name=words)
        )
        return button.first.click

    async def _ready_to_query(self, choices: Choices) -> Any:
        control = self.page.locator(".st-key-explore_query input").first
        await control.fill(choices.query)
        return lambda: control.press("Enter")

    async def _ready_to_facet(self, choices: Choices) -> Any:
        (brush,) = {*choices.brushes} ^ {*self.choices.brushes}
        name = brush_column(brush)
        (place,) = chosen_bins([brush], self.known.bins[name])
        bar = f".facet[data-column='{name}'] .bin[data-part='{place}']"
        return self.page.locator(bar).click

    async def _ready_to_lasso(self, choices: Choices) -> Any:
        """Draw a triangle but for its end; return how to end it, and its corners."""
        over = self.page.locator(f"{PLANE} .over")
        await over.scroll_into_view_if_needed()
        box, told = await over.bounding_box(), self.page.locator(PLANE)
        left, top, width, height = json.loads(await told.get_attribute("data-plot"))
        x0, x1, y0, y1 = json.loads(await told.get_attribute("data-window"))
        shares = self.rng.uniform(0.2, 0.5, 2) + np.array([[0, 0], [0.3, 0], [0, 0.3]])
        pixels = np.rint(shares * (width, height) + (left, top))
        mouse, at = self.page.mouse, np.array([box["x"], box["y"]])
        first, *others = (at + pixels).tolist()
        await mouse.move(*first)
        await mouse.down()
        for corner in others:
            await mouse.move(*corner)
        places = (pixels - (left, top)) / (width, height)
        corners = (x0, y1) + places * (x1 - x0, y0 - y1)
        self.reach = _REACH_PX * max(abs(x1 - x0) / width, abs(y1 - y0) / height)
        return mouse.up, tuple(map(tuple, corners.tolist()))

    async def _settle(self) -> None:
        """Wait until the server has nothing more to say."""
        await self.page.wait_for_selector(_QUIET)

    async def _metric(self, label: str) -> str:
        cell = self.page.locator("[data-testid=stMetric]").filter(
            has=self.page.get_by_text(label, exact=True)
        )
        value = cell.locator("[data-testid=stMetricValue]").first
        return str(await value.inner_text()).strip()
