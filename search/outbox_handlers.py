"""Effects of the search that the outbox delivers."""

from core.outbox import handler
from search.services import indexing

handler(indexing.KIND)(indexing.deliver)
