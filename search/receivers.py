"""Purge cached pages when what editors put above the results changes."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.web import page_cache
from search.models import BestBet, LexiconEntry, OtherOffice


@receiver([post_save, post_delete], sender=BestBet, dispatch_uid="search.best_bet_changed")
@receiver([post_save, post_delete], sender=OtherOffice, dispatch_uid="search.other_office_changed")
def guidance_changed(**_kwargs: Any) -> None:
    """Purge the result pages, and the values cached with them."""
    page_cache.purge()


@receiver([post_save, post_delete], sender=LexiconEntry, dispatch_uid="search.group_of_best_bet_changed")
def group_changed(instance: LexiconEntry, **_kwargs: Any) -> None:
    """Purge the result pages when the words of a best bet's group change."""
    if instance.pk is None or BestBet.objects.filter(group=instance.pk).exists():
        page_cache.purge()
