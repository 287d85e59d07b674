"""What views and services say to the page cache."""

from __future__ import annotations

import time

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.http import HttpResponse

from core.models import CacheEpoch
from core.pagecache.epochs import SITE, watch

ATTRIBUTE = "page_cache_seconds"


def purge() -> None:
    """Make every cached page stale, with the commit of the surrounding transaction; here at once.

    The epoch is the microsecond of the purge: one that was rolled back never comes again, so that nothing which was
    made under it can be taken for fresh.
    """
    moment = time.time_ns() // 1000
    rows = CacheEpoch.objects.filter(scope=SITE)
    if not rows.update(epoch=Greatest(F("epoch") + 1, Value(moment))):
        CacheEpoch.objects.get_or_create(scope=SITE, defaults={"epoch": moment})
    watch.forget()
    transaction.on_commit(watch.forget)


def allow(response: HttpResponse, *, seconds: int = 300) -> HttpResponse:
    """Mark ``response`` as the same for every anonymous person for at most ``seconds``."""
    setattr(response, ATTRIBUTE, seconds)
    return response
