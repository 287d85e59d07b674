"""Agencies by the codes that other systems use for them, by who stands above whom, by who continues whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Agency, AgencySuccession
from accounts.models.validity import ValidityQuerySet
from core.text import clean


def resolve_agency_code(code: str, on: date | None = None) -> Agency | None:
    """Return the agency with ``code`` in either style (``H12.05``, ``000.00.05.H12``) in force on ``on`` (today).

    A code is reused by a later agency, so the day decides; None where no agency had it then.
    """
    wanted = clean(code).upper()
    if not wanted:
        return None
    bearers = Agency.objects.valid_on(on or timezone.localdate())
    return bearers.filter(Q(code=wanted) | Q(code_old=wanted)).order_by("-valid_from").first()


def with_those_below(agencies: QuerySet[Agency]) -> ValidityQuerySet:
    """Return ``agencies`` and all that stand below them, in force or not; three queries however deep they lie."""
    found = set(agencies.order_by().values_list("pk", flat=True))
    children: dict[int, list[int]] = {}
    for pk, parent in Agency.objects.order_by().values_list("pk", "parent_id") if found else ():
        children.setdefault(parent, []).append(pk)
    waiting = list(found)
    while waiting:
        below = [pk for pk in children.get(waiting.pop(), []) if pk not in found]
        found.update(below)
        waiting.extend(below)
    return Agency.objects.filter(pk__in=found)


def stands_for_province(agency: Agency) -> bool:
    """Say whether ``agency`` is the People's Committee of the province: of that kind, and with nobody above it."""
    return agency.kind == Agency.Kind.PROVINCE and agency.parent_id is None


def answering_agencies(agency: Agency, on: date | None = None) -> list[Agency]:
    """Return the agencies that answer for ``agency`` on ``on`` (today), by code.

    That is the agency itself while it is in force. Afterwards its successors, and theirs in turn, as far as the
    successions have begun: several where its work was divided, none where nobody continues it.
    """
    day = on or timezone.localdate()
    if _in_force(agency, day):
        return [agency]
    seen, found = {agency.pk}, {}
    ended: Iterable[int] = [agency.pk]
    while ended:
        rows = AgencySuccession.objects.filter(predecessor__in=ended, date__lte=day).select_related(
            "successor"
        )
        fresh = {row.successor_id: row.successor for row in rows if row.successor_id not in seen}
        seen.update(fresh)
        found.update({pk: one for pk, one in fresh.items() if _in_force(one, day)})
        ended = [pk for pk in fresh if pk not in found]
    return sorted(found.values(), key=lambda one: (one.code, one.name))


def _in_force(agency: Agency, day: date) -> bool:
    return agency.valid_from <= day and (agency.valid_to is None or agency.valid_to >= day)
