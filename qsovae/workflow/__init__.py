"""Whole steps of the journey, one core for command line, dashboard and Python.

Layer: above inference and baseline, below cli.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
