"""Make legal versions. Every door into the catalogue (editor, import, demo) ends here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.outbox import enqueue
from core.pagecache import purge
from core.titles import sentence_case
from procedures.models import Procedure, ProcedurePage, ProcedureVersion, PublicationDecision
from procedures.selectors import snapshot_of
from procedures.signals import procedure_version_published
from procedures.snapshot import Snapshot
from search.services import index

DAY = timedelta(days=1)
VERSION_BEGINS = "procedures.version_begins"


@transaction.atomic
def record_version(
    *,
    page: ProcedurePage,
    decision: PublicationDecision | None,
    valid_from: date | None = None,
    by: User | None = None,
) -> ProcedureVersion:
    """Freeze what ``page`` says as the next version; the latest one is returned when nothing changed.

    ``valid_from``: first day in force, today when not given, but never before the latest version's first day.
    """
    procedure = Procedure.objects.select_for_update().get(pk=page.procedure_id)
    content = snapshot_of(page)
    latest = procedure.versions.select_related("decision").order_by("-number").first()
    if latest is not None and latest.digest == content.digest:
        return latest
    procedure.title, procedure.field = content.title, page.field
    procedure.save(update_fields=["title", "order_key", "field"])
    version = next_version(
        procedure=procedure, content=content, decision=decision, latest=latest, valid_from=valid_from, by=by
    )
    if latest is not None:
        latest.save(update_fields=["valid_to"])
    version.save()
    announce([version])
    return version


def next_version(
    *,
    procedure: Procedure,
    content: Snapshot,
    decision: PublicationDecision | None,
    latest: ProcedureVersion | None,
    valid_from: date | None,
    by: User | None,
) -> ProcedureVersion:
    """Return the unsaved next version and close ``latest``, unsaved as well, the day before it."""
    return ProcedureVersion(
        procedure=procedure,
        number=latest.number + 1 if latest else 1,
        decision=decision,
        valid_from=_make_room(latest, valid_from or timezone.localdate()),
        title=sentence_case(content.title),
        snapshot=content.to_json(),
        digest=content.digest,
        created_by=by,
    )


def _make_room(latest: ProcedureVersion | None, wanted: date) -> date:
    """Return the first day that the next version can have."""
    if latest is None:
        return wanted
    if latest.valid_to is not None:
        return max(wanted, latest.valid_to + DAY)
    begins = max(wanted, latest.valid_from)
    latest.valid_to = begins - DAY
    return begins


def announce(versions: Sequence[ProcedureVersion]) -> None:
    """Tell the rest of the house, in the transaction of the change."""
    refresh(procedures=[version.procedure_id for version in versions])
    for version in versions:
        _remember(version)
        procedure_version_published.send(sender=ProcedureVersion, version=version)


def _remember(version: ProcedureVersion) -> None:
    """A version of the future: what caches and the index say has to follow on its first day."""
    if version.valid_from > timezone.localdate():
        morning = timezone.make_aware(datetime.combine(version.valid_from, time.min))
        enqueue(
            kind=VERSION_BEGINS,
            key=f"{VERSION_BEGINS}:{version.pk}",
            payload={"procedure": version.procedure_id},
            available_at=morning,
        )


@transaction.atomic
def refresh(*, procedures: Iterable[int]) -> None:
    """Make what anonymous people see and the index of ``procedures`` (ids) new."""
    purge()
    pages = ProcedurePage.objects.filter(procedure__in=procedures)
    index(kind="procedure", refs=[str(pk) for pk in pages.values_list("pk", flat=True)])
