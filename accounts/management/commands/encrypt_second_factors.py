"""Encrypt the secrets of all second factors under the first of FIELD_KEYS (docs/operations.md#rotation-of-secrets)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.factor_secrets import encrypt_again


class Command(BaseCommand):
    help = "Encrypt the secrets of all second factors again under the first of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        done, failed = encrypt_again()
        self.stdout.write(f"{done} encrypted, {failed} cannot be read with any key")
