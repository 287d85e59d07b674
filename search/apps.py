from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.core.signals import request_finished
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        import_module("search.checks")
        post_migrate.connect(_load_shipped_rows, sender=self, dispatch_uid="search.lexicon")
        request_finished.connect(_write_counts, dispatch_uid="search.query_counts")


def _load_shipped_rows(apps: Any, **_kwargs: Any) -> None:
    """Load the shipped lexicon and offices when the tables are created, and newer entries at each upgrade.

    Not after a backwards migration that dropped the table.
    """
    from search.services.lexicon import load_lexicon  # noqa: PLC0415 - needs the models
    from search.services.other_offices import load_other_offices  # noqa: PLC0415

    if "lexiconentry" in apps.all_models["search"]:
        load_lexicon()
    if "otheroffice" in apps.all_models["search"]:
        load_other_offices()


def _write_counts(**_kwargs: Any) -> None:
    """Write the counts of queries after a response has been sent, when they are due."""
    from search.services.query_counts import COUNTER  # noqa: PLC0415 - needs the models

    COUNTER.flush_if_due()
