"""How soon the server alone answers thirty viewers of Explore at once.

A few viewers of `viewers.py` click in a Chromium, and what their browsers send is kept.
Then as many sessions as wanted send the same, with pauses as people make them, without
a browser that takes the cores: seconds are from a click until the server has nothing
more to say of it. The counts that it sends must be those of the viewer's own choices.
Needs the package websockets, which Streamlit brings. Prints one JSON object.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pages
import report
import viewers
from viewer import Known, Viewer

import dashboard

_COUNTS = ("Shown", "Selected")
_PATIENCE_S = 120.0
# In ms: until a browser has sent all that follows from a click.
_AFTERWARDS_MS = 700


class Recorded(NamedTuple):
    """What a browser sent at the opening and at each click, and the counts then."""

    sent: list[list[bytes]]
    counts: list[tuple[str, ...]]


async def record(known: Known, address: str, options: Any) -> list[Recorded]:
    """Let a few viewers click, one after another; return what they sent."""
    from playwright.async_api import async_playwright

    found = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=pages.chromium_path(),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for number in range(options.recorded):
            rng = np.random.default_rng([options.seed, number])
            found.append(await _recorded(Viewer(known, rng), browser, address, options))
            report.say(f"recorded {number + 1} of {options.recorded}")
        await browser.close()
    return found


async def _recorded(viewer: Viewer, browser: Any, address: str, options: Any) -> Any:
    sent: list[list[bytes]] = [[]]

    def listen(page: Any) -> None:
        page.on("websocket", lambda s: s.on("framesent", lambda f: sent[-1].append(f)))

    class Listening:
        @staticmethod
        async def new_context(**settings: Any) -> Any:
            context = await browser.new_context(**settings)
            context.on("page", listen)
            return context

    await viewer.open(Listening, address)
    counts = [_counts(viewer)]
    for _ in range(options.clicks):
        await viewer.page.wait_for_timeout(_AFTERWARDS_MS)
        sent.append([])
        await viewer.click()
        counts.append(_counts(viewer))
    await viewer.page.wait_for_timeout(_AFTERWARDS_MS)
    await viewer.page.context.close()
    return Recorded(sent, counts)


def _counts(viewer: Viewer) -> tuple[str, ...]:
    said = viewer.known.says(viewer.choices)
    return tuple(said[name.lower()] for name in _COUNTS)


class Session:
    """A session that sends what was recorded, and what the server said of it."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._counts: dict[str, str] = {}
        self.seconds: list[float] = []
        self.n_mismatches = 0

    async def send(self, frame: bytes) -> float:
        """Send; return the seconds until the server has nothing more to say."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        started = time.perf_counter()
        await self._socket.send(frame)
        while True:
            content = await asyncio.wait_for(self._socket.recv(), _PATIENCE_S)
            told = ForwardMsg.FromString(content)
            element = told.delta.new_element
            if element.WhichOneof("type") == "metric":
                self._counts[element.metric.label] = element.metric.body
            if told.WhichOneof("type") != "script_finished":
                continue
            if told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return time.perf_counter() - started

    async def click(self, frames: list[bytes], counts: tuple[str, ...]) -> None:
        """Send what one click sent, and compare the counts."""
        first, *others = frames
        self.seconds.append(await self.send(first))
        for frame in others:
            await self.send(frame)
        self.n_mismatches += counts != tuple(map(self._counts.get, _COUNTS))


async def replay(
    recorded: Recorded, address: str, rng: np.random.Generator, think: float,
    door: asyncio.Semaphore, ready: asyncio.Barrier,
) -> Session:  # fmt: skip
    """Let a session open the page, wait for the others, and click."""
    from websockets.asyncio.client import connect

    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(
        stream, subprotocols=["streamlit"], origin=address, max_size=None
    ) as socket:
        session = Session(socket)
        async with door:
            for frame in recorded.sent[0]:
                await session.send(frame)
        await ready.wait()
        for frames, counts in zip(recorded.sent[1:], recorded.counts[1:], strict=True):
            await asyncio.sleep(rng.exponential(think))
            await session.click(frames, counts)
    return session


async def replay_all(
    recorded: list[Recorded], server: pages.Server, options: Any
) -> dict[str, Any]:
    """Let all sessions click; return what the server took."""
    door = asyncio.Semaphore(report.n_cores())
    ready = asyncio.Barrier(options.viewers)
    seeds = np.random.SeedSequence(options.seed).spawn(options.viewers)
    before = viewers._cpu_s([server.process])
    sessions = await asyncio.gather(*(
        replay(recorded[number % len(recorded)], server.address,
               np.random.default_rng(seed), options.think, door, ready)
        for number, seed in enumerate(seeds)
    ))  # fmt: skip
    return {
        "answer_s": viewers._spread(s for one in sessions for s in one.seconds),
        "mismatches": sum(one.n_mismatches for one in sessions),
        "server_cpu_s": viewers._cpu_s([server.process]) - before,
        "server_peak_mb": viewers._told_mb(
            f"/proc/{server.process}/status", "VmHWM:"
        ),
        "load": os.getloadavg()[0],
    }  # fmt: skip


def main() -> int:
    """Run the benchmark."""
    parser = viewers.options_parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--recorded", type=report.positive, default=6, metavar="N",
        help="viewers whose clicks are recorded",
    )  # fmt: skip
    options: argparse.Namespace = parser.parse_args()
    missing = pages.why_not()
    if missing:
        raise SystemExit(missing)
    app = Path(dashboard.__file__).parent / "app.py"
    with viewers.chosen_run(options) as run:
        folder = run.folder.parents[1]
        with contextlib.chdir(folder):  # a run may know its catalog from there
            known = Known(run)
        with pages.served(app, folder) as server:
            recorded = asyncio.run(record(known, server.address, options))
        with pages.served(app, folder) as server:
            found = asyncio.run(replay_all(recorded, server, options))
    result = {
        "benchmark": "replay", "machine": report.machine(),
        "simulated": run.is_simulated, "rows": len(known.table),
        "viewers": options.viewers, "clicks": options.clicks, "seed": options.seed,
        "mean_pause_s": options.think, "recorded": options.recorded, **found,
    }  # fmt: skip
    sys.stdout.write(report.json_text(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
