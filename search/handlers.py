"""Outbox handlers of the search."""

from core.outbox import handler
from search.services import indexing

handler(indexing.OUTBOX_KIND)(indexing.handle_index_message)
