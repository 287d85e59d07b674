"""``manage.py rotate_field_keys``: encrypt identity numbers again under the first of ``FIELD_KEYS``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forms_app.dossiers.services.field_keys import rotate_field_keys


class Command(BaseCommand):
    """Print the number of rows; afterwards the former keys may be removed."""

    help = "Encrypt identity numbers again under the first of FIELD_KEYS, so that former keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"rewritten={rotate_field_keys()}")
