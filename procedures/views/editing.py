"""What an editor is told about legal versions while working on a procedure page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from core.display import date_text
from procedures.models import ProcedurePage, ProcedureVersion
from procedures.selectors import history

BEFORE = "procedure_versions_before"


def tell_what_waits(request: HttpRequest, page: Page) -> None:
    """Say in the editor that a version of the future waits, and what publishing now would do (ADR 52)."""
    if request.method != "GET" or not isinstance(page, ProcedurePage):
        return
    for version in history(page.procedure_id).upcoming:
        message = _(
            "Version %(number)d waits: it comes into force on %(day)s, and this is its text. "
            "What you publish now takes its place on that day. "
            "Until then people read the version in force, which can no longer be changed."
        )
        messages.warning(request, message % {"number": version.number, "day": date_text(version.valid_from)})


def count_versions(request: HttpRequest, page: Page) -> None:
    """Remember how many versions there were before a publication."""
    if isinstance(page, ProcedurePage):
        setattr(request, BEFORE, _latest(page))


def tell_what_was_made(request: HttpRequest, page: Page) -> None:
    """Say which version came of a publication and from when it counts, which need not be the day asked for."""
    if not isinstance(page, ProcedurePage):
        return
    latest = _latest(page)
    if latest is None or latest == getattr(request, BEFORE, None):
        messages.info(request, _("Nothing that citizens read has changed: there is no new version."))
    else:
        messages.info(request, _announcement(latest))


def _announcement(version: ProcedureVersion) -> str:
    facts = {"number": version.number, "day": date_text(version.valid_from)}
    if version.valid_from > timezone.localdate():
        return _("Version %(number)d comes into force on %(day)s.") % facts
    return _("Version %(number)d is in force from %(day)s.") % facts


def _latest(page: ProcedurePage) -> ProcedureVersion | None:
    return history(page.procedure_id).latest
