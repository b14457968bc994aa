"""How soon each page of the dashboard shows, in Chromium, with the server warm."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import report

import dashboard
from dashboard.layout import PAGES

PEER = "a Streamlit page with a title and nothing else"
# What a visitor comes for, by page; a canvas is a table's or a figure's.
MAIN_ELEMENTS = {
    "catalog": ".st-key-mapping_editor canvas",
    "train": ".st-key-train_start button",
    "evaluate": ".js-plotly-plot .main-svg",
    "explore": ".st-key-plane .plane[data-drawn]",
}
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_BARE = 'import streamlit as st\n\nst.title("Bare")\n'
_PATIENCE = 60.0


def measure_pages(repeats: int, demo: Path, run: Path, folder: Path) -> dict[str, Any]:
    """Return the seconds until each page shows its title and its main element.

    Parameters
    ----------
    repeats : int
        Counted visits to each page, each with a browser that remembers nothing; one
        uncounted visit comes first.
    demo, run : Path
        Catalog and run that the pages show.
    folder : Path
        Empty; the server's own.
    """
    missing = why_not()
    if missing:
        return {"skipped": missing}
    bare = folder / "bare.py"
    bare.write_text(_BARE, "utf-8")
    _furnish(folder, demo, run)
    app = Path(dashboard.__file__).parent / "app.py"
    with ExitStack() as stack:
        ours = stack.enter_context(served(app, folder)).address
        peer = stack.enter_context(served(bare, folder)).address
        browser = stack.enter_context(chromium())
        return {
            page: _measure_page(browser, page, f"{ours}/{page}", peer, repeats)
            for page in MAIN_ELEMENTS
        }


def why_not() -> str | None:
    """Return what is missing to look at pages; None if nothing is."""
    if chromium_path() is None:
        return "no Chromium on this machine"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed: pip install -r requirements-test.txt"
    return None


def chromium_path() -> str | None:
    return next((path for name in _CHROMIUM if (path := shutil.which(name))), None)


def _furnish(folder: Path, demo: Path, run: Path) -> None:
    """Give the server a demo catalog and a demo run."""
    (folder / "data").mkdir()
    shutil.copy(demo, folder / "data" / "demo.fits")
    shutil.copytree(run, folder / "checkpoints" / run.name)


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a browser that shows nothing on a screen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Server(NamedTuple):
    """A Streamlit server: its address, and the number of its process."""

    address: str
    process: int


@contextmanager
def served(script: Path, folder: Path) -> Iterator[Server]:
    """Serve a Streamlit script on a free port; data and runs are in a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    command = [
        sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}",
        "--server.headless=true", "--server.address=localhost",
        "--server.showEmailPrompt=false", "--browser.gatherUsageStats=false",
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "QSOVAE_CATALOGS"} | {
        "QSOVAE_DATA": str(folder / "data"),
        "QSOVAE_RUNS": str(folder / "checkpoints"),
    }
    log = folder / f"{script.stem}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        _wait_until_healthy(address, process, log)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def resident_mib(process: int) -> float:
    """Return the memory that a process holds; NaN where the system does not say."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    except OSError:
        return float("nan")
    kib = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kib) / 1024


def _wait_until_healthy(
    address: str, process: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health"):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer: {log.read_text()}")


def _measure_page(
    browser: Any, page: str, address: str, peer: str, repeats: int
) -> dict[str, Any]:
    """Return the seconds of one page, in turns with the peer's."""
    titles, mains, peers = [], [], []
    for number in range(repeats + 1):
        title, main = _visit(browser, address, PAGES[page].title, MAIN_ELEMENTS[page])
        bare, _ = _visit(browser, peer, "Bare", "h1")
        if number == 0:  # makes the server warm
            continue
        titles.append(title)
        mains.append(main)
        peers.append(bare)
        report.say(f"page {page}: {main:.2f} s, bare page {bare:.2f} s")
    return {
        "title": report.spread(titles),
        "main_element": report.paired(mains, peers, PEER),
    }


def _visit(browser: Any, address: str, title: str, main: str) -> tuple[float, float]:
    """Return seconds until the title shows, and until the main element does too."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE * 1000)
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
        with_title = time.perf_counter() - started
        page.locator(main).first.wait_for()
        return with_title, time.perf_counter() - started
    finally:
        context.close()
