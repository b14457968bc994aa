"""A server's folders with genuine catalogs and runs; nothing is mocked."""

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboard

APP = Path(dashboard.__file__).parent / "app.py"
TITLES = {
    "Combine": "screens/combine.py",
    "Catalog": "screens/catalog.py",
    "Train": "screens/training.py",
    "Evaluate": "screens/evaluation.py",
    "Explore": "screens/latent_map.py",
}


@pytest.fixture
def empty_server(tmp_path, monkeypatch):
    """Return a server's folder without catalogs or runs."""
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QSOVAE_CATALOGS", raising=False)
    monkeypatch.setenv("QSOVAE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QSOVAE_RUNS", str(tmp_path / "checkpoints"))
    st.cache_data.clear()
    st.cache_resource.clear()
    return tmp_path


@pytest.fixture
def server(empty_server, simulated, runs):
    """Return a server's folder with a demo catalog and the finished run `tiny`."""
    shutil.copy(simulated, empty_server / "data" / "demo.fits")
    shutil.copytree(runs, empty_server / "checkpoints")
    return empty_server


@pytest.fixture
def open_page():
    """Return a function that opens a page as a visitor with a view would see it."""

    def opened(title, view=None, **parameters):
        app = AppTest.from_file(APP, default_timeout=120)
        if view is not None:
            app.session_state["view"] = view
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        if title != "Catalog":
            app.switch_page(TITLES[title]).run()
        assert not app.exception, app.exception
        assert [t.value for t in app.title] == [title]
        return app

    return opened


@pytest.fixture
def metrics():
    """Return a function that gives a page's metrics by their labels."""
    return lambda app: {metric.label: metric.value for metric in app.metric}


@pytest.fixture
def errors():
    """Return a function that gives the words of a page's errors."""
    return lambda app: " ".join(error.value for error in app.error)


@pytest.fixture
def texts():
    """Return a function that gives a page's other words."""

    def words(app):
        kinds = (app.info, app.caption, app.markdown, app.success, app.subheader)
        return " ".join(element.value for kind in kinds for element in kind)

    return words
