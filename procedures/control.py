"""Which procedures a controller manages: those in their own agency's sections, or all of the province."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy
from wagtail.models import Locale

from accounts.models import Membership, User
from accounts.selectors import agencies_where, has_provincial_role
from procedures.models import Procedure, ProcedurePage, ProcedureSectionPage

CONTROLLER = Membership.Role.CONTROLLER
NOT_CONTROLLED: Final = gettext_lazy("This procedure is not in a section of your agency.")


def controls_province(user: User | AnonymousUser) -> bool:
    """Return True for controllers in the provincial committee and for superusers."""
    return user.is_active and (user.is_superuser or has_provincial_role(user, CONTROLLER))


def controlled_sections(user: User | AnonymousUser) -> QuerySet[ProcedureSectionPage]:
    """Return the sections, in the default language, of the agencies in which ``user`` is controller."""
    sections: QuerySet[ProcedureSectionPage] = ProcedureSectionPage.objects.filter(
        locale=Locale.get_default()
    )
    return (
        sections if controls_province(user) else sections.filter(agency__in=agencies_where(user, CONTROLLER))
    )


def controlled_procedures(user: User | AnonymousUser) -> QuerySet[Procedure]:
    """Return the procedures that ``user`` controls; one without a page belongs to the province."""
    if controls_province(user):
        return Procedure.objects.all()
    below = Q(pk__in=[])
    for path in controlled_sections(user).values_list("path", flat=True):
        below |= Q(path__startswith=path)
    return Procedure.objects.filter(pk__in=ProcedurePage.objects.filter(below).values("procedure"))


def visible_procedures(user: User | AnonymousUser) -> QuerySet[Procedure]:
    """Return the procedures whose name is public, and those that ``user`` controls."""
    public = ProcedurePage.objects.live().values("procedure")
    return Procedure.objects.filter(Q(pk__in=public) | Q(pk__in=controlled_procedures(user).values("pk")))


def limit_choice(field: Any, user: User | AnonymousUser) -> None:
    """Accept in a model choice field only procedures that ``user`` controls; below the province one is required."""
    field.queryset = controlled_procedures(user)
    field.error_messages["invalid_choice"] = NOT_CONTROLLED
    field.required = field.required or not controls_province(user)
