"""Messages about legal versions for editors of procedure pages."""

from __future__ import annotations

from typing import TypeGuard

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import Page

from core.display import date_text
from procedures.models import ProcedurePage, ProcedureVersion
from procedures.presentation.procedure import missing_parts
from procedures.selectors import ending_of, history, source_of

BEFORE = "procedure_versions_before"


def warn_about_upcoming_versions(request: HttpRequest, page: Page) -> None:
    """Warn that a future version exists and what publishing now would do (ADR 52)."""
    if request.method != "GET" or not _has_versions(page):
        return
    for version in history(page.procedure_id).waiting:
        message = _(
            "Version %(number)d comes into force on %(day)s; its text is shown below. What you publish with that "
            "day in “in force from” replaces it. To change the law before that day, first withdraw the version or "
            "give it another day."
        )
        url = reverse("procedures_waiting_version", args=[page.procedure_id, version.number])
        link = messages.button(url, _("Withdraw or change the day"))
        facts = {"number": version.number, "day": date_text(version.valid_from)}
        messages.warning(request, message % facts, buttons=[link] if version.is_waiting() else [])


def warn_about_changed_source(request: HttpRequest, page: Page) -> None:
    """Warn a translator that the Vietnamese page was published after the translation."""
    if request.method != "GET" or not isinstance(page, ProcedurePage) or page.locale.is_default:
        return
    source = source_of(page)
    last = page.last_published_at or page.latest_revision_created_at
    if source.pk != page.pk and last and source.last_published_at and source.last_published_at > last:
        message = _(
            "The Vietnamese page was published again on %(day)s. Texts that changed are shown in Vietnamese "
            "until you update and publish their translation here."
        )
        messages.warning(request, message % {"day": date_text(source.last_published_at)})


def note_latest_version(request: HttpRequest, page: Page) -> None:
    """Store the latest version on the request before a publication."""
    if _has_versions(page):
        setattr(request, BEFORE, _latest(page))


def report_new_version(request: HttpRequest, page: Page) -> None:
    """Report which version a publication made and its first day, which may differ from the requested one."""
    if not _has_versions(page):
        return
    latest = _latest(page)
    ending = ending_of(page.procedure_id)
    if ending is not None and latest == getattr(request, BEFORE, None):
        text = _("This procedure ends on %(day)s, so no new version was published.")
        messages.warning(request, text % {"day": date_text(ending.day)})
    elif latest is None or latest == getattr(request, BEFORE, None):
        messages.info(request, _nothing_new(page, latest))
    else:
        messages.info(request, _in_force_message(latest))
        if parts := missing_parts(latest.content):
            text = _(
                "The page says nothing about: %(parts)s. Fill in what the decision states, then publish "
                "again."
            )
            messages.warning(request, text % {"parts": ", ".join(parts)})


def _nothing_new(page: ProcedurePage, latest: ProcedureVersion | None) -> str:
    """Say that no version was made; a day that was entered for the text of a version in force changes nothing."""
    if latest is None or page.effective_from in {None, latest.valid_from}:
        return _("Nothing that citizens see has changed, so no new version was published.")
    text = _(
        "Nothing that citizens see has changed, so no new version was published. The day %(day)s was not used: a "
        "version that has begun keeps its first day."
    )
    return text % {"day": date_text(page.effective_from)}


def _in_force_message(version: ProcedureVersion) -> str:
    facts = {"number": version.number, "day": date_text(version.valid_from)}
    if version.valid_from > timezone.localdate():
        return _("Version %(number)d comes into force on %(day)s.") % facts
    return _("Version %(number)d is in force from %(day)s.") % facts


def _latest(page: ProcedurePage) -> ProcedureVersion | None:
    return history(page.procedure_id).latest


def _has_versions(page: Page) -> TypeGuard[ProcedurePage]:
    """Return True for the Vietnamese page of a procedure: translations share its versions."""
    return isinstance(page, ProcedurePage) and page.locale.is_default
