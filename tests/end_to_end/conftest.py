"""Commands in this process, where many are tried and starting each would take long."""

import pytest

from qsovae.cli import main


@pytest.fixture
def in_process(monkeypatch, capsys):
    """Return what runs a command in a folder: its exit status and its stderr."""

    def run(folder, *words):
        monkeypatch.chdir(folder)
        monkeypatch.delenv("QSOVAE_RUNS", raising=False)
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as left:  # as argparse leaves
            status = left.code
        return status, capsys.readouterr().err

    return run
