from .combining import combine_surveys as combine_surveys
from .request import MATCH_KINDS as MATCH_KINDS
from .request import CombineRequest as CombineRequest
