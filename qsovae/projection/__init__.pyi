from .maps import MapProgress as MapProgress
from .maps import MapResult as MapResult
from .maps import fit_map as fit_map
from .outlines import inside_outline as inside_outline
from .outlines import inside_outline_mask as inside_outline_mask
from .principal import PrincipalAxes as PrincipalAxes
from .principal import principal_axes as principal_axes
from .projector import Projector as Projector
