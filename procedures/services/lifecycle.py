"""Create a procedure and end one, each under a decision on a day.

Every function takes the decision, the day and the kind, so that it can also be called for each line of a decision. An
end takes effect at the beginning of its day: lists, search and filing follow the date, and the outbox closes the
version and sets the status within the first minutes.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Locale

from accounts.models import User
from core.display import date_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.outbox import enqueue
from core.text import clean
from core.worktime import start_of_day
from procedures.choices import Status
from procedures.codes import split
from procedures.control import controlled_procedures, controlled_sections
from procedures.models import (
    Procedure,
    ProcedureEnding,
    ProcedurePage,
    ProcedureSectionPage,
    PublicationDecision,
)
from procedures.models.endings import not_ended_q
from procedures.page_content import page_title
from procedures.services.versions import (
    DAY,
    invalidate_pages,
    next_version,
    publish_versions,
    record_version,
)

PROCEDURE_ENDS: Final = "procedures.procedure_ends"


def _check(by: User | None, procedure: Procedure) -> None:
    if by is not None and not controlled_procedures(by).filter(pk=procedure.pk).exists():
        raise NotAllowed(_("You do not have permission to change this procedure."))


@transaction.atomic
def create_procedure(
    *,
    code: str,
    title: str,
    section: ProcedureSectionPage,
    decision: PublicationDecision,
    day: date,
    by: User | None = None,
) -> ProcedurePage:
    """Enter a new procedure with an unpublished page in ``section``, to be published under ``decision`` from ``day``.

    ``code`` is the national code (1.001193) or the local one that begins with it. ``NotAllowed`` if ``by`` does
    not control the section, ``InvalidInput`` (by field) for a code that is wrong or taken, for a missing title, or for
    a day before ``decision`` was signed.
    """
    if by is not None and not controlled_sections(by).filter(pk=section.pk).exists():
        raise NotAllowed(_("You do not have permission to create procedures in this section."))
    if message := decision.why_not_from(day):
        raise InvalidInput(message, fields={"day": message})
    name, (core, local) = clean(title), _codes(code)
    procedure = Procedure(core_code=core, code=local, title=name)
    try:
        procedure.full_clean()
    except ValidationError as error:
        raise InvalidInput(_("The procedure cannot be created."), fields=_messages(error)) from error
    procedure.save()
    page = ProcedurePage(
        procedure=procedure,
        title=page_title(name),
        decision=decision,
        effective_from=day,
        live=False,
        owner=by,
    )
    page.official_name = "" if page.title == name else name
    page.locale = section.locale
    section.add_child(instance=page)
    page.save_revision(user=by)
    _log(procedure, "create", by, decision=decision, day=day)
    return page


def _codes(code: str) -> tuple[str, str]:
    try:
        return split(code)
    except ValueError as error:
        message = _("Enter the code in the format 1.001193.")
        raise InvalidInput(message, fields={"core_code": message}) from error


def _messages(error: ValidationError) -> dict[str, str]:
    return {name: " ".join(messages) for name, messages in error.message_dict.items()}


@transaction.atomic
def end_procedure(
    *,
    procedure: Procedure,
    kind: str,
    decision: PublicationDecision,
    day: date,
    successor: Procedure | None = None,
    by: User | None = None,
) -> ProcedureEnding:
    """End ``procedure`` under ``decision``: from ``day`` on, which may be past or future, it no longer applies.

    ``kind``: ``ProcedureEnding.Kind``; a replaced procedure names its ``successor``. Dossiers keep their version.
    ``NotAllowed`` if ``by`` does not control the procedure, ``Conflict`` if its end has already been entered,
    ``InvalidInput`` for a day that ``check_day_of_end`` refuses, and for a successor that is missing, not allowed, the
    procedure itself or one that it replaces, or has ended by ``day``.
    """
    _check(by, procedure)
    procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if ProcedureEnding.objects.filter(procedure=procedure).exists():
        raise Conflict(_("An end of this procedure has already been entered."))
    _check_successor(procedure, kind, successor, day)
    check_day_of_end(procedure, decision=decision, day=day)
    ending = ProcedureEnding.objects.create(
        procedure=procedure, kind=kind, decision=decision, day=day, successor=successor, created_by=by
    )
    _log(procedure, "end", by, decision=decision, day=day, kind=kind)
    if ending.has_begun():
        _take_effect(ending)
    else:
        payload = {"procedure": procedure.pk}
        enqueue(
            kind=PROCEDURE_ENDS,
            key=f"{PROCEDURE_ENDS}:{ending.pk}",
            payload=payload,
            available_at=start_of_day(day),
        )
        invalidate_pages(procedures=[procedure.pk])
    return ending


def check_day_of_end(procedure: Procedure, *, decision: PublicationDecision, day: date) -> None:
    """Refuse a ``day`` before ``decision`` was signed, or before the procedure applied for the first time.

    ``InvalidInput`` at ``day``. A decision whose date is unknown is not checked.
    """
    first = procedure.versions.aggregate(day=Min("valid_from"))["day"]
    message = ""
    if decision.date is not None and day < decision.date:
        message = _(
            "Decision %(number)s was signed on %(day)s; a procedure cannot end under it before that day."
        ) % {
            "number": decision.number,
            "day": date_text(decision.date),
        }
    elif first is not None and day < first:
        message = _("The procedure applies from %(day)s; it cannot end before.") % {"day": date_text(first)}
    if message:
        raise InvalidInput(message, fields={"day": message})


def _check_successor(procedure: Procedure, kind: str, successor: Procedure | None, day: date) -> None:
    message = ""
    if kind not in ProcedureEnding.Kind.values:
        raise InvalidInput(_("Unknown kind of end."), fields={"kind": _("Unknown kind of end.")})
    if (kind == ProcedureEnding.Kind.REPLACED) != (successor is not None):
        message = _(
            "Name the new procedure if this one is replaced; leave it empty for any other kind of end."
        )
    elif successor is not None and successor.pk == procedure.pk:
        message = _("A procedure cannot replace itself.")
    elif successor is not None:
        message = _why_not_successor(successor, procedure, day)
    if message:
        raise InvalidInput(message, fields={"successor": message})


def _why_not_successor(successor: Procedure, procedure: Procedure, day: date) -> str:
    """Return why ``successor`` cannot replace ``procedure`` from ``day``; empty if it can."""
    if not Procedure.objects.filter(not_ended_q(day), pk=successor.pk).exists():
        return _("%(code)s has itself ended by %(day)s. Name a procedure that applies on that day.") % {
            "code": successor.core_code,
            "day": date_text(day),
        }
    following = dict(
        ProcedureEnding.objects.filter(successor__isnull=False).values_list("procedure", "successor")
    )
    seen, later = set(), following.get(successor.pk)
    while later is not None and later not in seen:
        if later == procedure.pk:
            return _("%(code)s is itself to be replaced by this procedure.") % {"code": successor.core_code}
        seen.add(later)
        later = following.get(later)
    return ""


def replaced_by(procedure: Procedure) -> QuerySet[ProcedureEnding]:
    """Return the ends of the procedures that ``procedure`` replaces: their pages lead to its page."""
    return ProcedureEnding.objects.filter(successor=procedure).select_related("procedure").order_by("day")


@transaction.atomic
def apply_ending(*, procedure_id: int) -> bool:
    """Close the version and set the status of a procedure whose end has begun; return False if there is no end."""
    Procedure.objects.select_for_update().filter(pk=procedure_id).first()
    ending = ProcedureEnding.objects.select_related("procedure").filter(procedure=procedure_id).first()
    if ending is None or not ending.has_begun():
        return False
    _take_effect(ending)
    return True


def _take_effect(ending: ProcedureEnding) -> None:
    procedure = ending.procedure
    procedure.status, procedure.replaced_by = ending.kind, ending.successor
    procedure.save(update_fields=["status", "replaced_by"])
    version = procedure.versions.filter(valid_to__isnull=True).first()
    if version is not None:
        version.close_before(max(ending.day, version.valid_from))
        version.save(update_fields=["valid_to"])
    invalidate_pages(procedures=[procedure.pk])


@transaction.atomic
def cancel_ending(*, procedure: Procedure, by: User | None = None) -> None:
    """Delete an end that was entered by mistake; the log keeps it.

    If it had begun, its effect is reversed: the last content becomes the next version under the same decision, in force
    from the day after the version that the end closed, so that no day is without one. What was published in
    the meantime without a version gets one. ``Conflict`` if no end was entered.
    """
    _check(by, procedure)
    procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    ending = ProcedureEnding.objects.select_related("decision").filter(procedure=procedure).first()
    if ending is None:
        raise Conflict(_("No end has been entered for this procedure."))
    _log(procedure, "cancel_end", by, decision=ending.decision, day=ending.day, kind=ending.kind)
    ending.delete()
    if procedure.ended:
        procedure.status, procedure.replaced_by = Status.PUBLIC, None
        procedure.save(update_fields=["status", "replaced_by"])
    latest = procedure.versions.select_related("decision").order_by("-number").first()
    if latest is not None and latest.valid_to is not None:
        version = next_version(
            procedure=procedure,
            content=latest.content,
            decision=latest.decision,
            number=latest.number + 1,
            valid_from=latest.valid_to + DAY,
            by=by,
        )
        version.save()
        publish_versions([version])
    _record_what_was_published(procedure, by)
    invalidate_pages(procedures=[procedure.pk])


def _record_what_was_published(procedure: Procedure, by: User | None) -> None:
    """Create a version of what was published while an end prevented one; it never begins before today."""
    pages = ProcedurePage.objects.filter(
        procedure=procedure, alias_of=None, locale=Locale.get_default(), live=True
    )
    page = pages.order_by("pk").first()
    if page is not None and procedure.versions.exists():
        today = timezone.localdate()
        record_version(
            page=page, decision=page.decision, valid_from=max(page.effective_from or today, today), by=by
        )


@transaction.atomic
def set_public(*, procedure: Procedure, public: bool, by: User | None = None) -> None:
    """Show a procedure to the public (công khai) or hide it; ``Conflict`` for one that has ended."""
    _check(by, procedure)
    procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if procedure.ended:
        raise Conflict(_("This procedure has ended. Its page can still be read and says so."))
    procedure.status = Status.PUBLIC if public else Status.HIDDEN
    procedure.save(update_fields=["status"])
    log(instance=procedure, action="procedures.show" if public else "procedures.hide", user=by)


def _log(
    procedure: Procedure,
    act: str,
    by: User | None,
    *,
    decision: PublicationDecision,
    day: date,
    kind: str = "",
) -> None:
    facts: dict[str, Any] = {"decision": decision.number, "day": day.isoformat(), "kind": kind}
    log(instance=procedure, action=f"procedures.{act}", user=by, data=facts)
