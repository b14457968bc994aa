"""What the pages say is so: links, commands, names, settings, tables of columns."""

import argparse
import ast
import importlib
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import qsovae
from qsovae.cli import main
from qsovae.cli.parser import _parser
from qsovae.simulation import KNOWN_GAPS

ROOT = Path(qsovae.__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
FORMATS = (ROOT / "docs" / "formats.md").read_text("utf-8")
NOTEBOOK = ROOT / "docs" / "journey.ipynb"


def names_of(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


def blocks(text, language):
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def code(text):
    """Return everything that stands as code, in a line or in a block."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    bare = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return fenced + re.findall(r"`([^`]+)`", bare)


def broken_links(folder, text):
    """Return relative links and images that lead to no file."""
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [link.split("#")[0] for link in links if not re.match(r"\w+:", link)]
    return [link for link in local if link and not (folder / link).exists()]


def subcommands():
    """Return the parser of each command, by name."""
    actions = _parser()._actions
    (found,) = (a for a in actions if isinstance(a, argparse._SubParsersAction))
    return found.choices


def stale_commands(text):
    """Return shell lines that their programs would not take."""
    return [
        line
        for block in blocks(text, "sh")
        for line in block.splitlines()
        if (words := shlex.split(line, comments=True)) and not takes(*words)
    ]


def takes(program, *words):
    """Return whether a program takes these words, and has the files that it needs."""
    if program == "qsovae":
        try:
            options = _parser().parse_args(words)
        except SystemExit:
            return False
        return (
            getattr(options, "catalog", None) is None
            or (ROOT / options.catalog).is_file()
        )
    if program == "make":
        makefile = (ROOT / "Makefile").read_text()
        return bool(re.search(rf"^{re.escape(words[0])}:", makefile, re.MULTILINE))
    files = [word for word in words if "." in word]
    return program in ("pip", "streamlit") and all((ROOT / f).is_file() for f in files)


def unknown_options(text):
    """Return options of qsovae in code that no command has."""
    known = {o for p in subcommands().values() for o in p._option_string_actions}
    ours = [part for part in code(text) if part.startswith("--") or "qsovae " in part]
    option = r"(?<!\S)--[a-z][a-z-]*"
    said = {found for part in ours for found in re.findall(option, part)}
    return sorted(said - known)


def unknown_commands(text):
    """Return commands of qsovae in code that do not exist."""
    said = {c for part in code(text) for c in re.findall(r"\bqsovae ([a-z]\w*)", part)}
    return sorted(said - set(subcommands()))


def unknown_names(text):
    """Return dotted names below qsovae that nothing bears."""
    said = set(re.findall(r"\bqsovae((?:\.[A-Za-z]\w*)+)", text))
    return sorted(name for name in said if not resolves(name.split(".")[1:]))


def resolves(parts):
    """Return whether a dotted name is public, or a module and what is in it."""
    found = qsovae
    for depth, part in enumerate(parts, start=1):
        if (depth > 1 or part in qsovae.__all__) and hasattr(found, part):
            found = getattr(found, part)
            continue
        try:
            found = importlib.import_module(".".join(["qsovae", *parts[:depth]]))
        except ImportError:
            return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=names_of(PAGES))
def test_what_a_page_points_to_is_there(page):
    text = page.read_text("utf-8")
    assert broken_links(page.parent, text) == []
    assert stale_commands(text) == []
    assert unknown_options(text) == []
    assert unknown_commands(text) == []
    assert unknown_names(text) == []


def test_the_notebook_uses_names_that_exist():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert unknown_names("\n".join("".join(cell["source"]) for cell in cells)) == []


@pytest.mark.parametrize(
    ("find", "planted"),
    [
        (lambda text: broken_links(ROOT, text), "see [this](docs/absent.md#part)"),
        (lambda text: broken_links(ROOT, text), "![map](docs/images/absent.png)"),
        (stale_commands, "```sh\nqsovae train data/demo.fits --run first\n```"),
        (stale_commands, "```sh\nqsovae check data/absent.fits\n```"),
        (stale_commands, "```sh\nmake absent\n```"),
        (stale_commands, "```sh\npip install -r absent.txt\n```"),
        (unknown_options, "add `--absent` to it"),
        (unknown_commands, "call `qsovae absent RUN`"),
        (unknown_names, "as `qsovae.absent` does"),
        (unknown_names, "as `qsovae.Scores.absent` does"),
    ],
)
def test_a_planted_fault_is_found(find, planted):
    assert find(planted)


def test_the_readme_has_five_lines_of_shell_and_two_commands():
    setup, _, journey, _ = (block.splitlines() for block in blocks(README, "sh"))
    assert [line.split()[:2] for line in setup] == [["make", "run"], ["make", "test"]]
    assert [line.split()[0] for line in journey] == ["qsovae"] * 5


def test_the_five_lines_of_shell_do_what_they_say(tmp_path, monkeypatch, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demo.fits").symlink_to(ROOT / "data" / "demo.fits")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QSOVAE_RUNS", raising=False)
    said = {}
    for line in blocks(README, "sh")[2].splitlines():
        _, command, *words = shlex.split(line)
        # Few epochs, for time; the lines are otherwise as they stand.
        short = ["--epochs", "3"] if command == "train" else []
        assert main([command, *words, *short]) == 0, line
        said[command] = capsys.readouterr().out
    assert "demo.fits: 16,000 rows" in said["check"]
    # The same scores, and more of them.
    assert said["evaluate"].startswith(said["train"].rstrip())
    scores = qsovae.read_table("scores.parquet").frame
    places = qsovae.read_table("map.parquet").frame
    assert scores["object_id"].tolist() == places["object_id"].tolist()
    assert scores["p_QSO"].between(0, 1).all()
    assert np.isfinite(places[["map_1", "map_2"]]).all(axis=None)


def test_the_lines_that_combine_surveys_do_what_they_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line in blocks(README, "sh")[3].splitlines():
        # Few rows, for time; the lines are otherwise as they stand.
        _, *words = shlex.split(line.replace("--rows 20000", "--rows 1500"))
        assert main(words) == 0, line
    assert "1,500 rows of DELVE in combined.fits" in capsys.readouterr().out
    assert qsovae.open_catalog("combined.fits").mapping.only("label") == "class_true"


def test_the_five_lines_of_python_give_probabilities(monkeypatch):
    monkeypatch.chdir(ROOT)
    (block,) = blocks(README, "python")
    # Few epochs, for time; the lines are otherwise as they stand.
    short = block.replace("random_state=0", "random_state=0, epochs=3")
    assert short != block
    *lines, last = ast.parse(short).body
    names = {}
    exec(compile(ast.Module(lines, []), "README.md", "exec"), names)
    asked = compile(ast.Expression(last.value), "README.md", "eval")
    probabilities = eval(asked, names)
    assert len(lines) == 5  # one of them the import
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)
    known = np.array([label is not None for label in names["y"]])
    predicted = names["model"].classes_[probabilities.argmax(axis=1)]
    assert (predicted == names["y"])[known].mean() > 0.7


@pytest.mark.parametrize(
    "name", ["accuracy", "speed", "evaluation", "matching", "check", "simulate", "mock"]
)
def test_the_readme_has_room_for_each_benchmark(name):
    inside = README.split(f"<!-- benchmark:{name} -->")
    assert len(inside) == 2
    assert inside[1].count(f"<!-- /benchmark:{name} -->") == 1


def test_the_readme_explains_every_setting():
    sources = [*(ROOT / "qsovae").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]
    read = {
        name
        for path in sources
        for name in re.findall(r"\"(QSOVAE_\w+)\"", path.read_text("utf-8"))
    }
    assert read == set(re.findall(r"^\| `(QSOVAE_\w+)`", README, re.MULTILINE))


def test_the_architecture_has_the_layers_that_are_enforced():
    tree = ast.parse((ROOT / "tests" / "test_layers.py").read_text())
    (layers,) = (
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "LAYERS"
    )
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert layers.strip() in [block.strip() for block in code(page)]


def test_the_architecture_lists_every_file_of_a_run():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for path in (ROOT / "checkpoints" / "demo").iterdir():
        assert f"  {path.name} " in page


def test_the_formats_name_every_column_of_a_run():
    for column in qsovae.open_run("demo", ROOT / "checkpoints").rows().columns:
        general = re.sub(r"^p_.*", "p_CLASS", column)
        general = re.sub(r"^latent_\d+$", "latent_1", general)
        assert f"`{general}`" in FORMATS


def test_the_formats_have_each_quality_bit_with_its_meaning():
    lines = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+?) \|$", FORMATS, re.MULTILINE)
    assert lines == [
        (str(bit.value), bit.name, meaning)
        for bit, meaning in qsovae.QUALITY_DESCRIPTIONS.items()
    ]


def test_the_formats_have_every_role_band_and_suffix_and_a_mapping_that_is_read():
    said = {word for part in code(FORMATS) for word in part.split()}
    expected = {*qsovae.ROLES, *qsovae.BANDS, *qsovae.READABLE_SUFFIXES}
    assert expected | set(qsovae.WRITABLE_SUFFIXES) <= said
    (example,) = blocks(FORMATS, "toml")
    assert qsovae.Mapping.from_toml(example).column("conc_rms").error_of == "conc"


def test_the_simulator_owns_up_to_its_gaps():
    page = (ROOT / "docs" / "simulator.md").read_text("utf-8")
    for gap in KNOWN_GAPS.split(", "):
        assert gap in " ".join(page.split())


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    page = (folder / "README.md").read_text("utf-8")
    listed = re.findall(r"\((\d{4}-.+?\.md)\)", page)
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
