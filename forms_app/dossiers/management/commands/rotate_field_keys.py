"""``manage.py rotate_field_keys``: encrypt all that is to be encrypted under the first of ``FIELD_KEYS``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.factor_secrets import encrypt_again
from forms_app.dossiers.services.field_keys import rotate_field_keys


class Command(BaseCommand):
    """Print numbers of rows; afterwards the former keys may be removed, if no second factor is unreadable.

    ``newly_encrypted``: rows in which identity numbers were stored in clear until now.
    """

    help = (
        "Encrypt identity numbers and secrets of second factors under the first of FIELD_KEYS, so that former keys"
        " can go; also numbers stored in clear, by the rule of ADR 310."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        answers, (factors, unreadable) = rotate_field_keys(), encrypt_again()
        self.stdout.write(
            f"rewritten={answers.rewritten} newly_encrypted={answers.newly_encrypted}"
            f" second_factors={factors} unreadable={unreadable}"
        )
