"""What depends on the procedures of a page or row and keeps them from being deleted (core.wagtail.dependants)."""

from __future__ import annotations

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from core.wagtail.dependants import Dependants, protected_rows
from procedures.models import Procedure, ProcedurePage
from procedures.models.pages import pages_of


def procedures_of(instance: Model) -> QuerySet[Procedure]:
    """Return the procedures that would lose their page, or their row, with ``instance``.

    A translation, an alias or a copy may be deleted: the page in the default language keeps the procedure.
    """
    if isinstance(instance, Procedure):
        return Procedure.objects.filter(pk=instance.pk)
    if not isinstance(instance, Page):
        return Procedure.objects.none()
    pages = ProcedurePage.objects.descendant_of(instance, inclusive=True)
    found = Procedure.objects.filter(pk__in=pages.values("procedure"))
    kept = pages_of(OuterRef("pk"), Locale.get_default().pk).values("pk")[:1]
    return found.annotate(kept=Subquery(kept)).filter(kept__in=pages.values("pk"))


def rows_of_procedures(instance: Model) -> list[Dependants]:
    """Return the legal versions, assignments, forms and rules of the procedures of a page."""
    if not isinstance(instance, Page):
        return []
    advice = _(
        "A procedure that no longer applies is ended under a decision, in its entry in the register. Its "
        "page can still be read and says so."
    )
    procedures = {"pk__in": procedures_of(instance).values("pk")}
    return protected_rows(Procedure, procedures, advice=advice, without={ProcedurePage})
