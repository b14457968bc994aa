"""Thirty viewers of the Explore page at once: how soon it answers, and whom.

Each has a browser that remembers nothing, opens a link of its own and clicks, by a
seed, with pauses as people make them. After each click the page must show the viewer's
own choices, and the counts that the library gives for them. Seconds are from the click
to the mark of the page that its picture is drawn. Server and browsers share the
machine's cores, which viewers' own machines would not: answers come later than they
would there. Hence as many open the page at a time as there are cores, nothing moves on
it, and the clicks begin when all have it.
Prints one JSON object.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pages
import report
from resampled import write_resampled
from viewer import KINDS, Found, Known, Viewer

import dashboard
import qsovae

_KIB_TO_MB = 1.024e-3
_TICKS = os.sysconf("SC_CLK_TCK")
_TOLD_MISMATCHES = 5


@contextlib.contextmanager
def chosen_run(options: argparse.Namespace) -> Iterator[qsovae.Run]:
    """Yield the run in a folder of the server's own, as it is or with more rows."""
    source = qsovae.open_run(options.run.name, options.run.parent)
    with tempfile.TemporaryDirectory(prefix="qsovae-") as name:
        folder = Path(name)
        if options.rows is not None:
            run = write_resampled(source, options.catalog, options.rows, folder)
        else:
            (folder / "data").mkdir()
            shutil.copy(options.catalog, folder / "data")
            target = folder / "checkpoints" / source.name
            shutil.copytree(source.folder, target)
            run = qsovae.open_run(source.name, target.parent)
        if run.map() is None:
            qsovae.make_map(run)
        yield run


async def visit(
    viewer: Viewer, browser: Any, address: str, options: argparse.Namespace,
    door: asyncio.Semaphore, ready: asyncio.Barrier,
) -> None:  # fmt: skip
    """Let a viewer open the page, wait for the others, and click."""
    pauses = viewer.rng.exponential(options.think, options.clicks)
    try:
        try:
            async with door:
                await viewer.open(browser, address)
        finally:
            await ready.wait()
        for pause in pauses:
            await asyncio.sleep(pause)
            await viewer.click()
    # A browser fails in many ways: each ends this visit alone, and is told.
    except Exception as error:  # noqa: BLE001
        said = str(error).splitlines()[0]
        viewer.found.failure = f"{viewer.found.last}: {said}"
        report.say(f"a viewer left: {viewer.found.failure}")


async def visit_all(
    viewers: list[Viewer], address: str, options: argparse.Namespace, server: int
) -> dict[str, Any]:
    """Let all viewers visit; return seconds, and what processes used meanwhile."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=pages.chromium_path(),
            args=["--no-sandbox", "--disable-gpu"],
        )
        ready = asyncio.Barrier(len(viewers) + 1)
        door = asyncio.Semaphore(report.n_cores())
        visits = [visit(one, browser, address, options, door, ready) for one in viewers]
        running = asyncio.gather(*visits)
        await ready.wait()
        report.say(f"{len(viewers)} viewers have opened the page")
        browsers = _descendants(os.getpid()) - {server}
        started = time.perf_counter()
        before = _cpu_s([server]), _cpu_s(browsers)
        await running
        after = _cpu_s([server]), _cpu_s(browsers)
        found = {
            "seconds": time.perf_counter() - started,
            "server_cpu_s": after[0] - before[0],
            "browsers_cpu_s": after[1] - before[1],
            # What they share is counted in parts.
            "browsers_mb": sum(
                _told_mb(f"/proc/{one}/smaps_rollup", "Pss:") for one in browsers
            ),
        }
        await browser.close()
    return found


def measure(known: Known, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return what viewers of a server that has just started met with."""
    seeds = np.random.SeedSequence(options.seed).spawn(options.viewers)
    viewers = [Viewer(known, np.random.default_rng(seed)) for seed in seeds]
    app = Path(dashboard.__file__).parent / "app.py"
    with pages.served(app, folder) as server:
        used = asyncio.run(visit_all(viewers, server.address, options, server.process))
        used["server_peak_mb"] = _told_mb(f"/proc/{server.process}/status", "VmHWM:")
    return told([viewer.found for viewer in viewers], options) | used


def told(found: list[Found], options: argparse.Namespace) -> dict[str, Any]:
    """Return what viewers met with, as numbers."""
    seconds = [pair for one in found for pair in one.seconds]
    mismatches = [each for one in found for each in one.mismatches]
    checked = sum(len(one.settled_s) for one in found)
    by_kind = {k: [s for kind, s in seconds if kind == k] for k in KINDS}
    return {
        "interactions": len(seconds),
        "interaction_s": _spread(s for _, s in seconds),
        "settled_s": _spread(s for one in found for s in one.settled_s),
        "open_s": _spread(one.open_s for one in found),
        "by_kind": {kind: _spread(s) for kind, s in by_kind.items() if s},
        "mismatches": len(mismatches),
        "first_mismatches": mismatches[:_TOLD_MISMATCHES],
        # Those that were not made, because one before them failed, are among them.
        "failed": options.viewers * options.clicks - checked,
        "failures": [one.failure for one in found if one.failure is not None],
    }


def _spread(seconds: Iterable[float]) -> dict[str, float | int]:
    values = np.array([s for s in seconds if np.isfinite(s)])
    if not values.size:
        return {"n": 0}
    middle, high = np.percentile(values, (50, 90))
    return {
        "n": values.size, "median": float(middle), "percentile_90": float(high),
        "worst": float(values.max()),
    }  # fmt: skip


def _descendants(process: int) -> set[int]:
    """Return the processes that a process and those it started have started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(told[1])
    found, last = set(), {process}
    while last:
        last = {child for child, parent in parents.items() if parent in last}
        found |= last
    return found


def _cpu_s(processes: Iterable[int]) -> float:
    """Return the seconds of cores that processes have used."""
    ticks = 0
    for process in processes:
        try:
            told = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
        except OSError:
            continue
        ticks += sum(map(int, told.rpartition(")")[2].split()[11:13]))
    return ticks / _TICKS


def _told_mb(path: str, name: str) -> float:
    """Return an amount of memory that the system tells of a process; else NaN."""
    try:
        lines = Path(path).read_text("ascii").splitlines()
    except OSError:
        return float("nan")
    kib = (int(line.split()[1]) for line in lines if line.startswith(name))
    return next(kib, float("nan")) * _KIB_TO_MB


def options_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of what can be asked for."""
    parser = argparse.ArgumentParser(description=description)
    for name, default, about in (
        ("viewers", 30, "that are there at once"),
        ("clicks", 10, "of each viewer"),
        ("rows", None, "that are drawn from those of the run; by default it as it is"),
    ):
        parser.add_argument(
            f"--{name}", type=report.positive, default=default, metavar="N", help=about
        )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument(
        "--think", type=float, default=6.0, metavar="SECONDS",
        help="mean pause before a click",
    )  # fmt: skip
    for name, default, about in (
        ("run", "checkpoints/demo", "folder of the run that is shown"),
        ("catalog", "data/demo.fits", "that trained it"),
    ):
        parser.add_argument(
            f"--{name}", type=Path, default=report.ROOT / default, metavar="PATH",
            help=about,
        )  # fmt: skip
    return parser


def main() -> int:
    """Run the benchmark."""
    options = options_parser(__doc__.splitlines()[0]).parse_args()
    missing = pages.why_not()
    if missing:
        raise SystemExit(missing)
    with chosen_run(options) as run:
        folder = run.folder.parents[1]
        with contextlib.chdir(folder):  # a run may know its catalog from there
            known = Known(run)
        found = measure(known, folder, options)
    result = {
        "benchmark": "viewers", "machine": report.machine(),
        "note": "server and browsers share the cores",
        "simulated": run.is_simulated, "rows": len(known.table),
        "viewers": options.viewers, "clicks": options.clicks, "seed": options.seed,
        "mean_pause_s": options.think, **found,
    }  # fmt: skip
    sys.stdout.write(report.json_text(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
