"""Which imports and which rows of a file a controller may work on: those of their own agency and its sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Agency, Membership, User
from accounts.selectors import agencies_where
from procedures.control import CONTROLLER, controlled_procedures, controlled_sections, controls_province
from procedures.models import ImportUpload, ProcedureSectionPage

FOREIGN_PROCEDURE: Final = gettext_lazy("it is not in a section of your agency: ask the provincial committee")
FOREIGN_SECTION: Final = gettext_lazy(
    "it would go into a section that is not your agency's: choose one of your sections above"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportScope:
    """What an import may change. ``everything``: for the province, superusers and the command.

    ``procedures``: keys of the procedures that it may change; ``sections``: keys of the sections into which it may put
    new ones.
    """

    everything: bool = True
    procedures: frozenset[int] = field(default_factory=frozenset)
    sections: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, user: User | None) -> Self:
        """Return the scope of ``user``; None is the command of the operating team."""
        if user is None or controls_province(user):
            return cls()
        return cls(
            everything=False,
            procedures=frozenset(controlled_procedures(user).values_list("pk", flat=True)),
            sections=frozenset(controlled_sections(user).values_list("pk", flat=True)),
        )

    def why_not_changed(self, procedure_id: int) -> str | Promise:
        """Return why the procedure must not be changed; empty if it may be."""
        return "" if self.everything or procedure_id in self.procedures else FOREIGN_PROCEDURE

    def why_not_created(self, place: ProcedureSectionPage | Agency | None) -> str | Promise:
        """Return why nothing may be created in ``place``: a section, or an agency that has none yet."""
        own = isinstance(place, ProcedureSectionPage) and place.pk in self.sections
        return "" if self.everything or own else FOREIGN_SECTION


def imports_of(user: User | AnonymousUser) -> QuerySet[ImportUpload]:
    """Return the imports that ``user`` may see and decide on.

    Province-wide controllers: all; others: those uploaded by somebody who was controller in one of their agencies
    that day, and not of the whole province too, whose files may contain the procedures of every agency. Files of the
    command belong to the province.
    """
    uploads: QuerySet[ImportUpload] = ImportUpload.objects.all()
    if controls_province(user):
        return uploads
    day = OuterRef("uploaded_at__date")
    memberships = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        user=OuterRef("uploaded_by"),
        role=CONTROLLER,
        valid_from__lte=day,
    )
    of_the_province = memberships.filter(agency__kind=Agency.Kind.PROVINCE, agency__parent__isnull=True)
    of_a_colleague = memberships.filter(agency__in=agencies_where(user, CONTROLLER))
    uploads = uploads.exclude(uploaded_by__is_superuser=True)
    return uploads.filter(Exists(of_a_colleague), ~Exists(of_the_province))
