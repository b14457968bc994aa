from .maps import MapProgress as MapProgress
from .maps import MapResult as MapResult
from .maps import fit_map as fit_map
from .outlines import inside_outline as inside_outline
from .outlines import inside_outline_mask as inside_outline_mask
from .projector import Projector as Projector
from .projector import mean_of_midst as mean_of_midst
