"""``manage.py desk_log``: who opened which lists and searched for what kind of thing at the desk."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forms_app.dossiers.models import ListLogEntry


class Command(BaseCommand):
    """CSV with a heading: time, user name, kind, list, number found, ids of the agencies."""

    help = "Print the log of lists and searches of the desk as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=7)
        parser.add_argument("--user", help="only entries of this username")

    def handle(self, *args: Any, **options: Any) -> None:
        entries = ListLogEntry.objects.filter(at__gte=timezone.now() - timedelta(days=options["days"]))
        if options["user"]:
            entries = entries.filter(actor__username=options["user"])
        out = csv.writer(self.stdout)
        out.writerow(["at", "user", "kind", "list", "found", "agencies"])
        for entry in entries.select_related("actor").iterator():
            at = timezone.localtime(entry.at).isoformat(timespec="seconds")
            agencies = " ".join(map(str, entry.agencies))
            name = entry.actor.get_username()
            out.writerow([at, name, entry.kind, entry.list_key, entry.found, agencies])
