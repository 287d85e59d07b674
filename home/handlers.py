"""Outbox handlers of the public site: mails about pages submitted for approval."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail.models import TaskState
from wagtail.users.models import UserProfile

from accounts.models import User
from core import mail
from core.outbox import handler
from home.models.approval import people_who_approve

APPROVAL_REQUESTED: Final = "home.approval_requested"
APPROVAL_DECIDED: Final = "home.approval_decided"
SUBJECTS: Final = {
    TaskState.STATUS_IN_PROGRESS: _("Waiting for your approval: %(title)s"),
    TaskState.STATUS_APPROVED: _("Approved: %(title)s"),
    TaskState.STATUS_REJECTED: _("Changes requested: %(title)s"),
}
#: The setting in "My account" by which a person opts out of a mail.
SWITCHES: Final = {
    TaskState.STATUS_IN_PROGRESS: "submitted_notifications",
    TaskState.STATUS_APPROVED: "approved_notifications",
    TaskState.STATUS_REJECTED: "rejected_notifications",
}


@handler(APPROVAL_REQUESTED, attempts=mail.ATTEMPTS)
def mail_request(payload: dict[str, Any]) -> None:
    """Ask one person for a decision, if the page is still waiting and the person may still decide."""
    state = _state(payload)
    people = people_who_approve(state.task, state.revision.content_object).filter(pk=payload["user"])
    if state.status == TaskState.STATUS_IN_PROGRESS:
        for person in people:
            _send(person, state)


@handler(APPROVAL_DECIDED, attempts=mail.ATTEMPTS)
def mail_decision(payload: dict[str, Any]) -> None:
    """Notify the person who submitted the page of the decision, with the comment."""
    state = _state(payload)
    person = state.workflow_state.requested_by
    if person is not None and person.is_active:
        _send(person, state)


def _state(payload: dict[str, Any]) -> TaskState:
    rows = TaskState.objects.select_related("task", "revision", "workflow_state__requested_by", "finished_by")
    state: TaskState = rows.get(pk=payload["task_state"])
    return state


def _send(person: User, state: TaskState) -> None:
    profile = UserProfile.get_for_user(person)
    if not person.email or not getattr(profile, SWITCHES[state.status]):
        return
    page = state.revision.as_object()
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    context = {
        "person": person,
        "requested_by": state.workflow_state.requested_by,
        "page": page,
        "state": state,
        "address": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + address,
    }
    with override(profile.get_preferred_language()):
        subject = str(SUBJECTS[state.status]) % {"title": page.title}
        mail.send(
            to=[person.email], subject=subject, text=render_to_string("home/mail/approval.txt", context)
        )
