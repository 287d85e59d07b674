"""The outbox: ``enqueue`` inside the transaction; a relay and a sweeper deliver each effect once."""

from core.outbox.registry import handler, registered_kinds
from core.outbox.services import enqueue

__all__ = ["enqueue", "handler", "registered_kinds"]
