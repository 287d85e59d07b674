"""Publish procedure pages and record their legal versions, for the editor, the import and the demo data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotAllowed
from core.outbox import enqueue
from core.text import sentence_case
from core.web import page_cache
from core.worktime import start_of_day
from procedures.models import (
    Procedure,
    ProcedureEnding,
    ProcedurePage,
    ProcedureVersion,
    PublicationDecision,
)
from procedures.page_content import read_content
from procedures.snapshot import Snapshot
from search.services.indexing import index

DAY = timedelta(days=1)
VERSION_BEGINS = "procedures.version_begins"


class ProcedureHasEnded(NotAllowed):
    """A version would begin on or after the day from which the procedure no longer applies."""


@transaction.atomic
def record_version(
    *,
    page: ProcedurePage,
    decision: PublicationDecision | None,
    valid_from: date | None = None,
    by: User | None = None,
) -> ProcedureVersion:
    """Record the content of ``page`` as the next version; return the latest one if nothing changed.

    ``valid_from``: first day in force, today if not given, but never before the latest version's first day. The content
    of a version that has not begun gets a later first day if one is given.
    ``ProcedureHasEnded`` if the procedure no longer applies on that day.
    """
    procedure = Procedure.objects.select_for_update().get(pk=page.procedure_id)
    content = read_content(page)
    latest, number = latest_version(procedure), next_number(procedure)
    if latest is not None and not is_amended(latest, content, decision):
        if valid_from is None or valid_from <= latest.valid_from or not latest.is_waiting():
            return latest
        latest = take_back([latest]).get(procedure.pk)
    procedure.title, procedure.field = content.title, page.field
    procedure.save(update_fields=["title", "order_key", "field"])
    begins = first_free_day(latest, valid_from or timezone.localdate())
    if ProcedureEnding.objects.filter(procedure=procedure, day__lte=begins).exists():
        raise ProcedureHasEnded(_("This procedure ends before that day, so it gets no new version."))
    if latest is not None:
        latest.close_before(begins)
        latest.save(update_fields=["valid_to"])
    version = next_version(
        procedure=procedure,
        content=content,
        decision=decision,
        number=number,
        valid_from=begins,
        by=by,
    )
    version.save()
    publish_versions([version])
    return version


def latest_version(procedure: Procedure) -> ProcedureVersion | None:
    """Return the version that a new one follows: the last one that was, is or will be in force."""
    versions = procedure.versions.exclude(valid_to__lt=F("valid_from")).select_related("decision")
    return versions.order_by("-number").first()


def next_number(procedure: Procedure) -> int:
    """Return the number of the next version of ``procedure``; versions that were never in force keep theirs."""
    return (procedure.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def take_back(versions: Collection[ProcedureVersion]) -> dict[int, ProcedureVersion]:
    """Close the last ``versions`` of their procedures as never in force; reopen those that they had closed.

    Return the version that is now the last, by procedure (id); none for a procedure that has no other. Nothing may
    refer to ``versions``. Three queries.
    """
    first_days = {version.procedure_id: version.valid_from for version in versions}
    for version in versions:
        version.close_before(version.valid_from)
    ProcedureVersion.objects.bulk_update(versions, ["valid_to"])
    held = ProcedureVersion.objects.filter(procedure__in=first_days).exclude(valid_to__lt=F("valid_from"))
    last = {one.procedure_id: one for one in held.select_related("decision").order_by("number")}
    reopened = [one for key, one in last.items() if one.valid_to == first_days[key] - DAY]
    for one in reopened:
        one.valid_to = None
    ProcedureVersion.objects.bulk_update(reopened, ["valid_to"])
    return last


def is_amended(latest: ProcedureVersion, content: Snapshot, decision: PublicationDecision | None) -> bool:
    """Return True if ``content`` under ``decision`` needs a version after ``latest``."""
    if latest.decision_id != (decision.pk if decision else None):
        return True
    return latest.digest != content.digest and not content.says_the_same_as(latest.content)


def next_version(
    *,
    procedure: Procedure,
    content: Snapshot,
    decision: PublicationDecision | None,
    number: int,
    valid_from: date,
    by: User | None,
) -> ProcedureVersion:
    """Return the unsaved version ``number`` of ``procedure``."""
    return ProcedureVersion(
        procedure=procedure,
        number=number,
        decision=decision,
        valid_from=valid_from,
        title=sentence_case(content.title),
        snapshot=content.to_json(),
        digest=content.digest,
        created_by=by,
    )


def first_free_day(latest: ProcedureVersion | None, wanted: date) -> date:
    """Return the first day, from ``wanted`` on, on which a version after ``latest`` can be in force."""
    return wanted if latest is None or latest.never_in_force else max(wanted, latest.next_may_begin)


def publish_versions(versions: Sequence[ProcedureVersion]) -> None:
    """Make new ``versions`` visible in caches and search: now, and on their first day if it lies in the future."""
    invalidate_pages(procedures=[version.procedure_id for version in versions])
    for version in versions:
        _schedule_refresh(version)


def _schedule_refresh(version: ProcedureVersion) -> None:
    """Refresh caches and the search index on the first day of a future version."""
    if version.valid_from > timezone.localdate():
        enqueue(
            kind=VERSION_BEGINS,
            key=f"{VERSION_BEGINS}:{version.pk}",
            payload={"procedure": version.procedure_id},
            available_at=start_of_day(version.valid_from),
        )


@transaction.atomic
def invalidate_pages(*, procedures: Iterable[int]) -> None:
    """Purge the page cache and reindex the pages of ``procedures`` (ids)."""
    page_cache.purge()
    pages = ProcedurePage.objects.filter(procedure__in=procedures)
    index(kind="procedure", refs=[str(pk) for pk in pages.values_list("pk", flat=True)])


@transaction.atomic
def publish(
    *,
    page: ProcedurePage,
    decision: PublicationDecision | None,
    valid_from: date | None = None,
    by: User | None = None,
) -> ProcedureVersion:
    """Publish ``page`` and return its version; ``by`` None is the system (imports, demo data).

    ``valid_from``: first day in force, today if not given. ``NotAllowed`` if ``by`` may not publish the page
    or the procedure has ended.
    """
    if by is not None and not page.permissions_for_user(by).can_publish():
        raise NotAllowed(_("You do not have permission to publish this procedure."))
    page.decision, page.effective_from = decision, valid_from
    page.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    page.refresh_from_db()
    return record_version(page=page, decision=decision, valid_from=valid_from, by=by)
