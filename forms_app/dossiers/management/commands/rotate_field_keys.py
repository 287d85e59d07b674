"""``manage.py rotate_field_keys``: encrypt everything again under the first of ``FIELD_KEYS``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.factor_secrets import encrypt_again
from forms_app.dossiers.services.field_keys import rotate_field_keys


class Command(BaseCommand):
    """Print the number of rows; afterwards the former keys may be removed, if no second factor is unreadable."""

    help = (
        "Encrypt identity numbers and secrets of second factors again under the first of FIELD_KEYS,"
        " so that former keys can go."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rewritten, (factors, unreadable) = rotate_field_keys(), encrypt_again()
        self.stdout.write(f"rewritten={rewritten} second_factors={factors} unreadable={unreadable}")
