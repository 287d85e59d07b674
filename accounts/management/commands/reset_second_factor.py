"""Break glass: let a person in again who lost phone, key and recovery codes, or whose account was closed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import lifecycle


class Command(BaseCommand):
    help = (
        "Remove the second factor of an account, so that its owner sets one up at the next sign-in. Check who asks "
        "first. It is logged, and the person and all superusers are notified by email."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="who asked and how their identity was checked")
        parser.add_argument("--reopen", action="store_true", help="open the account again if it is closed")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"there is no account {options['username']}")
        number = lifecycle.reset_second_factor(user=user, reason=options["reason"])
        self.stdout.write(f"{number} factor(s) of {user.username} removed")
        if options["reopen"] and not user.is_active:
            lifecycle.reopen(user=user, by=None)
            self.stdout.write(f"{user.username} is open again")
