"""``manage.py rotate_field_keys``: encrypt all that is to be encrypted under the first of ``FIELD_KEYS``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from accounts.services.factor_secrets import encrypt_again
from forms_app.dossiers.services.field_keys import rotate_field_keys


class Command(BaseCommand):
    """Print numbers of rows; afterwards the former keys may be removed if nothing is unreadable.

    ``newly_encrypted``: rows in which identity numbers were stored in clear until now. ``unreadable``: rows of answers
    and second factors whose key is missing. If there are any, the tables are named and the exit code is 1.
    """

    help = (
        "Encrypt identity numbers and secrets of second factors under the first of FIELD_KEYS, so that former keys"
        " can go; also numbers stored in clear, by the rule of ADR 310."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        answers, (factors, unreadable) = rotate_field_keys(), encrypt_again()
        rows = answers.unreadable + Counter({Authenticator._meta.db_table: unreadable})
        self.stdout.write(
            f"rewritten={answers.rewritten} newly_encrypted={answers.newly_encrypted}"
            f" second_factors={factors} unreadable={rows.total()}"
        )
        if rows:
            tables = ", ".join(f"{table} ({number})" for table, number in sorted(rows.items()))
            raise CommandError(
                f"A key is missing in FIELD_KEYS, or its secret is misspelt: rows that cannot be read in {tables}."
                " Destroy no key. Put the missing one back, restart all processes and run this command again."
            )
