"""Withdraw a version that has not begun, or give it another first day (ADR 360).

It stays in the history as never in force; the version that it would have replaced is open again. Dossiers are never
concerned: they are filed under a version that has begun.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Locale

from accounts.models import User
from core.display import date_text
from core.errors import Conflict, InvalidInput, NotAllowed
from procedures.control import controlled_procedures
from procedures.models import (
    Audience,
    Field,
    Procedure,
    ProcedureEnding,
    ProcedurePage,
    ProcedureVersion,
)
from procedures.models.pages import pages_of
from procedures.page_content import write_content
from procedures.services.versions import (
    invalidate_pages,
    latest_version,
    next_number,
    next_version,
    publish_versions,
    take_back,
)
from procedures.snapshot import Snapshot


@transaction.atomic
def withdraw_version(*, procedure: Procedure, number: int, by: User | None = None) -> None:
    """Withdraw version ``number``: the law in force stays in force, and the page has its text again.

    A procedure without another version has no public page until one is published. ``NotAllowed`` if ``by`` does not
    control the procedure, ``Conflict`` if the version is no longer the last one or has begun, or if its page is locked.
    """
    version = _waiting_version(procedure, number, by)
    page = _page(procedure)
    if page is not None and page.locked:
        raise Conflict(
            _(
                "The page of this procedure is locked. Ask the person who locked it, then withdraw the version."
            )
        )
    before = take_back([version]).get(procedure.pk)
    if before is not None:
        _name_again(procedure, before.content)
    if page is not None and page.live:
        _show_again(page, before, by)
    _log(version, "withdraw_version", by)
    invalidate_pages(procedures=[procedure.pk])


@transaction.atomic
def move_version(*, procedure: Procedure, number: int, day: date, by: User | None = None) -> ProcedureVersion:
    """Let the content of version ``number`` apply from ``day``, as the next version; ``number`` was never in force.

    ``NotAllowed`` and ``Conflict`` as for ``withdraw_version``; ``InvalidInput`` at ``day`` if the procedure has ended
    by then, or if it is before the first day of the version before.
    """
    version = _waiting_version(procedure, number, by)
    before = take_back([version]).get(procedure.pk)
    check_day(procedure, version, before, day)
    if before is not None:
        before.close_before(day)
        before.save(update_fields=["valid_to"])
    moved = next_version(
        procedure=procedure,
        content=version.content,
        decision=version.decision,
        number=next_number(procedure),
        valid_from=day,
        by=by,
    )
    moved.save()
    _log(version, "move_version", by, day=day)
    _forget_day(procedure, version.valid_from)
    publish_versions([moved])
    return moved


def check_day(
    procedure: Procedure, version: ProcedureVersion, before: ProcedureVersion | None, day: date
) -> None:
    """Refuse ``day`` as the first day of the content of ``version`` after ``before``: ``InvalidInput`` at ``day``."""
    message = ""
    if day == version.valid_from:
        message = _("The version already applies from that day.")
    elif version.decision and (too_early := version.decision.why_not_from(day)):
        message = too_early
    elif before is not None and day < before.next_may_begin:
        message = _("Version %(number)d applies from %(day)s; enter that day or a later one.") % {
            "number": before.number,
            "day": date_text(before.next_may_begin),
        }
    elif ending := ProcedureEnding.objects.filter(procedure=procedure, day__lte=day).first():
        message = _("The procedure ends on %(day)s; enter an earlier day.") % {"day": date_text(ending.day)}
    if message:
        raise InvalidInput(message, fields={"day": message})


def _waiting_version(procedure: Procedure, number: int, by: User | None) -> ProcedureVersion:
    """Lock ``procedure`` and return its version ``number``, which has not begun and is its last one."""
    if by is not None and not controlled_procedures(by).filter(pk=procedure.pk).exists():
        raise NotAllowed(_("You do not have permission to change this procedure."))
    version = latest_version(Procedure.objects.select_for_update().get(pk=procedure.pk))
    if version is None or version.number != number or not version.is_waiting():
        raise Conflict(
            _("Version %(number)d has begun, or another one has replaced it.") % {"number": number}
        )
    return version


def _page(procedure: Procedure) -> ProcedurePage | None:
    return pages_of(procedure.pk, Locale.get_default().pk).first()


def _name_again(procedure: Procedure, content: Snapshot) -> None:
    """Give the entry of the register the name and field of ``content``; the withdrawn version had changed them."""
    row = Procedure.objects.get(pk=procedure.pk)
    row.title, row.field = content.title, _field_of(content)
    row.save(update_fields=["title", "order_key", "field"])


def _show_again(page: ProcedurePage, before: ProcedureVersion | None, by: User | None) -> None:
    """Publish the content of ``before`` on ``page``, whose lists and filters show it; without one, unpublish."""
    if before is None:
        page.unpublish(user=by)
        return
    content = before.content
    write_content(
        page,
        content,
        field=_field_of(content),
        decision=before.decision,
        audiences=list(Audience.objects.filter(code__in=content.audiences)),
    )
    page.effective_from = None
    page.save_revision(user=by, clean=False).publish(user=by, skip_permission_checks=True)


def _field_of(content: Snapshot) -> Field | None:
    coded = Field.objects.filter(code=content.field_code).first() if content.field_code else None
    return coded or Field.objects.filter(name=content.field).first()


def _forget_day(procedure: Procedure, day: date) -> None:
    """Remove ``day``, which no longer applies, from the page and its revision: the form would offer it again."""
    page = _page(procedure)
    if page is None:
        return
    ProcedurePage.objects.filter(pk=page.pk, effective_from=day).update(effective_from=None)
    revision = page.latest_revision
    if revision is not None and revision.content.get("effective_from") == day.isoformat():
        revision.content["effective_from"] = None
        revision.save(update_fields=["content"])


def _log(version: ProcedureVersion, act: str, by: User | None, **days: date) -> None:
    facts = {"version": version.number, "valid_from": version.valid_from.isoformat()}
    facts |= {name: day.isoformat() for name, day in days.items()}
    log(instance=version.procedure, action=f"procedures.{act}", user=by, data=facts)
