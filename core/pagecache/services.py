"""What views and services say to the page cache."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpResponse

from core.models import CacheEpoch
from core.pagecache.epochs import SITE

ATTRIBUTE = "page_cache_seconds"


def purge() -> None:
    """Make every cached page stale, with the commit of the surrounding transaction."""
    if not CacheEpoch.objects.filter(scope=SITE).update(epoch=F("epoch") + 1):
        CacheEpoch.objects.get_or_create(scope=SITE, defaults={"epoch": 1})


def allow(response: HttpResponse, *, seconds: int = 300) -> HttpResponse:
    """Mark ``response`` as the same for every anonymous person for at most ``seconds``."""
    setattr(response, ATTRIBUTE, seconds)
    return response
