"""Which version of a procedure counts on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, JSONField, Q, Value, When
from django.utils import timezone

from procedures.codes import core_code as core_of
from procedures.models import Procedure, ProcedureVersion
from procedures.snapshot import Snapshot


def version_in_force(procedure: Procedure | str, on: date | None = None) -> ProcedureVersion | None:
    """Return the version in force on ``on`` (today); ``procedure`` may be a code of any style. One query."""
    versions = ProcedureVersion.objects.in_force(on or timezone.localdate())
    versions = versions.select_related("procedure", "decision")
    if isinstance(procedure, Procedure):
        return versions.filter(procedure=procedure).first()
    try:
        return versions.filter(procedure__core_code=core_of(procedure)).first()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class History:
    """All versions of a procedure, newest first; the one in force with what it says; those whose day has not come."""

    versions: tuple[ProcedureVersion, ...]
    current: ProcedureVersion | None
    content: Snapshot | None
    upcoming: tuple[ProcedureVersion, ...]

    @property
    def latest(self) -> ProcedureVersion | None:
        """Return the version with the highest number."""
        return self.versions[0] if self.versions else None


def history(procedure_id: int, on: date | None = None) -> History:
    """Return the versions of one procedure in one query that carries only the content of the one in force."""
    day = on or timezone.localdate()
    in_force = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    body: Any = Case(
        When(in_force, then=F("snapshot")), default=Value(None, JSONField()), output_field=JSONField()
    )
    versions = tuple(
        ProcedureVersion.objects.filter(procedure=procedure_id)
        .select_related("decision", "procedure")
        .defer("snapshot")
        .annotate(body=body)
        .order_by("-number")
    )
    current = next((version for version in versions if version.body is not None), None)
    content = Snapshot.from_json(current.body) if current else None
    upcoming = tuple(one for one in versions if one.valid_from > day and not one.never_in_force)
    return History(versions=versions, current=current, content=content, upcoming=upcoming)
