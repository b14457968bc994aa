from .query import Query as Query
