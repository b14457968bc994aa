"""The page of an evaluation, without a network: figures zoom, tables copy."""

import pytest

import qsovae


@pytest.fixture(scope="module")
def written(tmp_path_factory, runs):
    """Return the file of a page and the scores that it tells of."""
    run = qsovae.open_run("tiny", runs)
    report = qsovae.evaluate_run(run)
    path = tmp_path_factory.mktemp("report") / "report.html"
    qsovae.write_evaluation(run, report, html=path)
    return path, report


@pytest.fixture(params=["light", "dark"])
def opened(request, browser, written):
    """Return the page in a browser of either theme; it may complain of nothing."""
    context = browser.new_context(
        viewport={"width": 400, "height": 800}, color_scheme=request.param,
        offline=True, permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    page = context.new_page()
    complaints, asked = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(written[0].as_uri())
    yield page, request.param
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith("data:")] == [
        written[0].as_uri()
    ]


def size(part):
    return part.evaluate("part => [part.clientWidth, part.clientHeight]")


def test_the_page_needs_no_network_and_follows_the_theme(opened):
    page, theme = opened
    assert page.locator("h1").inner_text() == "Evaluation of tiny"
    loaded = page.evaluate(
        "Promise.all([...document.images].map(i => i.decode()))"
        ".then(() => [...document.images].every(i => i.naturalWidth > 100))"
    )
    assert loaded
    # Nothing is wider than a telephone; wide tables scroll by themselves.
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 21, 27)"}[theme]


def test_figures_zoom_within_their_place_and_come_back(opened):
    page, _ = opened
    frame = page.locator(".zoom").first
    image, place = frame.locator("img"), size(frame)
    before = size(image)
    tools = page.locator("figure .tools").first
    tools.get_by_role("button", name="+").click()
    assert size(image)[0] == pytest.approx(1.5 * before[0], abs=2)
    assert frame.evaluate("part => part.offsetHeight") == pytest.approx(
        place[1], abs=20
    )
    frame.dblclick(position={"x": 20, "y": 20})
    assert size(image)[0] == pytest.approx(3 * before[0], abs=3)
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    frame.hover()
    left = frame.evaluate("part => part.scrollLeft")
    page.mouse.down()
    page.mouse.move(100, 300, steps=4)
    page.mouse.up()
    assert frame.evaluate("part => part.scrollLeft") != left
    tools.get_by_role("button", name="Reset").click()
    assert size(image) == before


def test_tables_copy_with_all_digits(opened, written):
    page, _ = opened
    report = written[1]
    heading = page.get_by_role("heading", name="Scores", exact=True)
    button = heading.locator("xpath=following::button[1]")
    button.click()
    page.get_by_role("button", name="Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    cells = dict(line.split("\t", 1) for line in lines)
    assert lines[0].split("\t")[:3] == ["score", "VAE", "95 %"]
    value, interval, *_ = cells["accuracy"].split("\t")
    assert float(value) == report["accuracy"]
    ends = [float(end) for end in interval.split(" to ")]
    assert ends == report["details"]["intervals"]["accuracy"]
