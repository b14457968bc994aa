"""The command line: wires the layers together, prints, and says no politely.

Layer: highest. Results go to stdout, progress and errors to stderr.
"""

from qsovae.cli.parser import main

__all__ = ["main"]
