"""Dependencies point one way; what a layer may not touch, it does not."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qsovae

ROOT = Path(qsovae.__file__).resolve().parent
DASHBOARD = ROOT.parent / "dashboard"

# Low to high; those on one line are siblings and never import each other.
LAYERS = """
aitoff errors pages threads
bands batch class_mix crossmatch devices magnitudes motions progress reference scratch
queries sky_links tables colour_cuts density elbo inputs targets
columns model
recognition training
catalog estimator
checks combine features simulation splits
runs evaluation projection
inference baseline publishing
workflow
cli
__init__
__main__
"""
LEVEL = {
    name: level
    for level, line in enumerate(LAYERS.strip().splitlines())
    for name in line.split()
}
FORBIDDEN = {"dashboard", "streamlit", "plotly"}


def imported_modules(tree):
    """Yield every name imported anywhere, hidden in functions or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def breaches(path, text):
    """Return what a core module imports or does that its layer may not."""
    found = []
    tree = ast.parse(text)
    for name in imported_modules(tree):
        root, *rest = name.split(".")
        if root in FORBIDDEN:
            found.append(f"imports {name}")
        inward = root == "qsovae" and rest and rest[0] != layer(path)
        if inward and LEVEL.get(rest[0], 99) >= LEVEL[layer(path)]:
            found.append(f"imports {name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            found.append("prints")
    return found + bare_z(tree)


def bare_z(tree):
    """Return uses of z as a name: a redshift or a band, nobody could say which."""
    names = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name)]
    names += [n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)]
    return ["names something z"] * ("z" in names)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=str)
def test_core_modules_import_only_from_lower_layers(path):
    assert layer(path) in LEVEL, "a module must have a layer"
    if path == ROOT / "__init__.py":
        return
    assert breaches(path, path.read_text()) == []


@pytest.mark.parametrize("path", sorted(DASHBOARD.rglob("*.py")), ids=str)
def test_the_dashboard_touches_only_public_names(path):
    tree = ast.parse(path.read_text())
    inner = [n for n in imported_modules(tree) if n.startswith("qsovae.")]
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "qsovae"
    }
    assert inner == []
    assert used <= set(qsovae.__all__)
    assert bare_z(tree) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from qsovae import runs",
        "def f():\n    from qsovae.workflow import train_run",
        "import streamlit",
        "print(1)",
        "def f(z):\n    return 1",
    ],
)
def test_a_planted_breach_is_found(planted):
    assert breaches(ROOT / "catalog.py", planted)


def test_every_public_name_is_there():
    for name in qsovae.__all__:
        assert getattr(qsovae, name) is not None


@pytest.mark.parametrize(
    ("code", "unloaded"),
    [
        ("import qsovae, qsovae.cli", ("torch", "umap", "streamlit", "pandas")),
        ("import dashboard.evaluation_sections, qsovae; qsovae.saved_report",
         ("torch", "umap", "sklearn", "scipy.stats")),
        ("import qsovae; qsovae.evaluate_rows", ("torch", "umap")),
        ("import qsovae; qsovae.open_run('demo', 'checkpoints')", ("torch", "sklearn")),
        ("import qsovae; qsovae.run_table(qsovae.open_run('demo', 'checkpoints'))",
         ("torch", "sklearn", "scipy.stats")),
    ],
)  # fmt: skip
def test_nothing_loads_what_takes_seconds_before_it_is_used(code, unloaded):
    code = f"{code}; import sys; print(sorted(sys.modules))"
    listed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT.parent,
    ).stdout
    for heavy in unloaded:
        assert f"'{heavy}'" not in listed
