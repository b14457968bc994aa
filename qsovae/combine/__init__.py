"""Four surveys to one catalog: matched on the sky, in one convention, with a report.

Layer: above catalog and crossmatch. No row of the primary is lost, doubled or moved.
"""

from qsovae.combine.combining import combine_surveys
from qsovae.combine.request import MATCH_KINDS, CombineRequest

__all__ = ["MATCH_KINDS", "CombineRequest", "combine_surveys"]
