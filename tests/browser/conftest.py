"""A dashboard of its own for each file of tests, and a Chromium to look at it with."""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

import dashboard

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_UPLOAD_LIMIT_MIB = 8
_READY = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def browser():
    """Return a Chromium; without one the tests are skipped, but never under CI."""
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        reason = "no Chromium on this machine: `apt install chromium` to run these"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=quiet)
        yield chromium
        chromium.close()


@dataclass(frozen=True)
class Server:
    """A dashboard that runs: its address and its folders."""

    address: str
    folder: Path
    log: Path

    @property
    def runs(self) -> Path:
        return self.folder / "checkpoints"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(address, process, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health") as reply:
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the dashboard did not answer: {log.read_text()}")


@pytest.fixture(scope="module")
def server(request, tmp_path_factory, simulated, runs):
    """Start a dashboard over folders with a small demo catalog and the run `tiny`.

    A file of tests may name another script that is served: ``SCRIPT``.
    """
    folder = tmp_path_factory.mktemp("server")
    (folder / "data").mkdir()
    shutil.copy(simulated, folder / "data" / "demo.fits")
    shutil.copytree(runs, folder / "checkpoints")
    log = folder / "log.txt"
    port = _free_port()
    address = f"http://localhost:{port}"
    whole = Path(dashboard.__file__).parent / "app.py"
    app = getattr(request.module, "SCRIPT", whole)
    command = [
        sys.executable, "-m", "streamlit", "run", str(app), f"--server.port={port}",
        "--server.headless=true", "--server.address=localhost",
        f"--server.maxUploadSize={_UPLOAD_LIMIT_MIB}",
    ]  # fmt: skip
    unset = {"QSOVAE_CATALOGS"}
    environment = {k: v for k, v in os.environ.items() if k not in unset} | {
        "QSOVAE_DATA": str(folder / "data"),
        "QSOVAE_RUNS": str(folder / "checkpoints"),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        _wait_until_healthy(address, process, log)
        yield Server(address, folder, log)
    finally:
        process.terminate()
        process.wait(30)


class Visitor:
    """A person before the dashboard: what they do, in their words."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.asked_for = []
        self.complaints = []
        page.on("request", lambda request: self.asked_for.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(30_000)

    def open(self, path):
        """Open an address and wait for the page."""
        self.page.goto(f"{self.address}/{path}")
        self.settle()

    def go(self, title):
        """Choose a page in the sidebar."""
        self.page.locator("[data-testid=stSidebarNav]").get_by_text(
            title, exact=True
        ).click()
        self.page.get_by_role("heading", name=title, exact=True).wait_for()
        self.settle()

    def settle(self):
        """Wait until the server has nothing more to say."""
        self.page.locator("h1").first.wait_for()
        self.page.wait_for_selector(_READY)
        # A rerun that a callback asks for starts a moment after the last one.
        self.page.wait_for_timeout(400)
        self.page.wait_for_selector(_READY)

    def part(self, key):
        """Return the widget of a key."""
        return self.page.locator(f".st-key-{key}")

    def choose(self, key, words):
        """Press one of a few choices that stand side by side."""
        self.part(key).get_by_role("radio", name=words).or_(
            self.part(key).get_by_role("button", name=words)
        ).first.click()
        self.settle()

    def pick(self, key, words):
        """Choose in a list."""
        field = self.part(key).locator("input").first
        field.click()
        # Scrolling the page to the list closes it again: this opens it if need be.
        field.press("ArrowDown")
        self.page.get_by_role("option", name=words, exact=True).click()
        self.settle()

    def chosen(self, key):
        """Return what a list shows as chosen."""
        return self.part(key).locator("input").first.input_value()

    def fill(self, key, text):
        """Fill in a field."""
        field = self.part(key).locator("input").first
        field.fill(text)
        field.press("Enter")
        self.settle()

    def unfold(self, title):
        """Open the expander of a title."""
        self.page.locator("summary", has_text=title).click()

    def press(self, key):
        """Press a button."""
        self.part(key).locator("button").first.click()
        self.settle()

    def upload(self, path):
        """Upload a catalog on the Catalog page."""
        self.choose("catalog_source", "Upload a file")
        field = self.part("catalog_upload").locator("input[type=file]")
        field.set_input_files(path)
        self.part("catalog_upload").get_by_text(path.name).first.wait_for()
        self.settle()

    def metric(self, label):
        """Return what a metric says."""
        # "Selected, but greyed" may be there before "Selected" is.
        named = self.page.locator("[data-testid=stMetricLabel]")
        named = named.get_by_text(label, exact=True)
        cell = self.page.locator("[data-testid=stMetric]", has=named).first
        return cell.locator("[data-testid=stMetricValue]").inner_text().strip()

    def download(self, key):
        """Return the content of a download."""
        with self.page.expect_download() as waiting:
            self.part(key).locator("button").first.click()
        return Path(waiting.value.path()).read_bytes()

    def plane(self, key="plane"):
        """Return a plane's box, and what it says of its plot and of its window."""
        part = self.part(key)
        part.locator(".plane[data-version]").wait_for()
        part.scroll_into_view_if_needed()
        told = [part.locator(".plane").get_attribute(f"data-{name}")
                for name in ("plot", "window")]  # fmt: skip
        return part.locator(".over").bounding_box(), *map(json.loads, told)

    def tell(self):
        """Log what is before them: a failure is often of one machine alone."""
        state = self.page.locator("[data-testid=stApp]").get_attribute(
            "data-test-script-state"
        )
        words = self.page.locator("body").inner_text()[:3000]
        logging.error("%s: script %s\n%s", self.page.url, state, words)

    def errors(self):
        """Return the words of the errors on the page."""
        alerts = self.page.locator("[data-testid=stAlertContentError]")
        return " ".join(alerts.all_inner_texts())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Tell a test's fixtures whether it failed."""
    report = yield
    if report.when == "call":
        item.has_failed = report.failed
    return report


@pytest.fixture
def visitor(request, browser, server):
    """Return a person with a fresh browser; no page may have thrown an exception."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    person = Visitor(context.new_page(), server.address)
    yield person
    if getattr(request.node, "has_failed", False):
        person.tell()
    shown = person.page.locator("[data-testid=stException]").all_inner_texts()
    context.close()
    assert not shown, shown
    assert not person.complaints, person.complaints
    assert "Traceback" not in server.log.read_text(), server.log.read_text()
