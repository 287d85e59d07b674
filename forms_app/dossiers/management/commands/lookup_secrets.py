"""``manage.py lookup_secrets``: how many dossiers depend on which secret of ``LOOKUP_SECRETS``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Count

from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services.secrets import rehash_identity_numbers


class Command(BaseCommand):
    """Print one line for each secret. Exit code 1 if dossiers need one that is not in the list."""

    help = "Count dossiers by the secret of their lookup key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option for a secret that is about to be removed."""
        parser.add_argument(
            "--rehash-identity-numbers",
            action="store_true",
            help="hash the identity numbers of all dossiers under the current secret, before a former one is removed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rehash_identity_numbers"]:
            self.stdout.write(f"rehashed={rehash_identity_numbers()}")
        rows = Dossier.objects.order_by().values_list("secret_id").annotate(number=Count("pk"))
        used: dict[str, int] = dict(rows)
        listed = list(settings.LOOKUP_SECRETS)
        missing = sorted(used.keys() - set(listed))
        states = dict.fromkeys(listed, "former") | {listed[0]: "current"} | dict.fromkeys(missing, "missing")
        for pk, state in states.items():
            self.stdout.write(f"{pk} {state} dossiers={used.get(pk, 0)}")
        if missing:
            sys.exit(1)
