"""Encrypt the secrets of all second factors with the present SECRET_KEY, before an earlier one is dropped."""

from __future__ import annotations

from typing import Any, Final

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.adapters import encrypt_again

ENCRYPTED: Final = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of all second factors again with the first SECRET_KEY; see docs/operations.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = failed = 0
        for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
            try:
                done += self._encrypt(pk)
            except InvalidToken:
                failed += 1
        self.stdout.write(f"{done} encrypted, {failed} cannot be read with any key")

    @transaction.atomic
    def _encrypt(self, pk: int) -> bool:
        row = Authenticator.objects.select_for_update(of=("self",)).get(pk=pk)
        names = [name for name in ENCRYPTED if name in row.data]
        row.data.update({name: encrypt_again(row.data[name]) for name in names})
        row.save(update_fields=["data"])
        return bool(names)
