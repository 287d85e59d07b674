"""Who carries out what."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Agency
from accounts.selectors import answering_agencies
from procedures.choices import Status
from procedures.models import LocalAssignment, Procedure


def assignments_on(on: date | None = None) -> QuerySet[LocalAssignment]:
    """Return the assignments in force on ``on`` (today)."""
    found: QuerySet[LocalAssignment] = LocalAssignment.objects.valid_on(on or timezone.localdate())
    return found


def procedures_for_agency(agency: Agency, on: date | None = None) -> QuerySet[Procedure]:
    """Return the published procedures that ``agency`` receives on ``on`` (today), by name."""
    mine = assignments_on(on).filter(agency=agency).values("procedure")
    found = Procedure.objects.filter(pk__in=mine, status=Status.PUBLIC).select_related("field")
    return found.order_by("order_key", "pk")


def agencies_for_procedure(procedure: Procedure, on: date | None = None) -> QuerySet[Agency]:
    """Return the agencies that receive ``procedure`` on ``on`` (today), by name.

    An agency that is over receives nothing: who continues it does, also where its assignments are still open.
    """
    day = on or timezone.localdate()
    assigned = Agency.objects.filter(pk__in=assignments_on(day).filter(procedure=procedure).values("agency"))
    answering = {
        one.pk for over in assigned.filter(valid_to__lt=day) for one in answering_agencies(over, day)
    }
    receiving = assigned.exclude(valid_to__lt=day)
    return (receiving | Agency.objects.filter(pk__in=answering)).order_by("name")
