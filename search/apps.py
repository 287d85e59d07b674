from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        """Let the outbox know what this app delivers, and the health page what state it is in."""
        from search import health, outbox_handlers  # noqa: F401, PLC0415

        post_migrate.connect(_bring_words_in, sender=self, dispatch_uid="search.lexicon")


def _bring_words_in(apps: Any, **_kwargs: Any) -> None:
    """A portal without its words finds half: they come with the tables, and newer ones with each upgrade.

    Not where a migration back has taken the table away.
    """
    from search.services.lexicon import load_lexicon  # noqa: PLC0415 - needs the models

    if "lexiconentry" in apps.all_models["search"]:
        load_lexicon()
