"""A run's evaluation as others read it: a page, a table for a paper, a model card.

Layer: beside inference, above runs and evaluation. Takes what `evaluate_run` returns;
computes no score. The same run and scores give the same bytes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
