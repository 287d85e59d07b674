from core.models.cache import CacheEpoch
from core.models.ordering import OrderKeyField
from core.models.outbox import OutboxMessage
from core.models.pages import BasePage
from core.models.worktime import Holiday

__all__ = ["BasePage", "CacheEpoch", "Holiday", "OrderKeyField", "OutboxMessage"]
