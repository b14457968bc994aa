from .nearness import PlacedColumns as PlacedColumns
from .query import Query as Query
from .query import formula_values as formula_values
