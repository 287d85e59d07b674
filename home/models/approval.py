"""Approval of submitted pages by the people responsible for them (ADR 130)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Page, Task, TaskState

from accounts.models import Agency, Membership, User
from accounts.selectors import is_provincial_committee, memberships_of
from home.models.pages import AgencySitePage
from procedures.models import ProcedureCataloguePage, ProcedureSectionPage

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Approvers:
    """The people who decide on a page: the head of its agency, and holders of ``role`` in that agency or one above.

    ``agencies``: ids, from the agency of the page upwards.
    """

    role: str
    agencies: tuple[int, ...]

    def include(self, membership: Membership) -> bool:
        """Return True if ``membership`` lets its holder decide."""
        if membership.agency_id in self.agencies[:1] and membership.role == Role.HEAD:
            return True
        return membership.agency_id in self.agencies and membership.role == self.role


def approvers_of(pages: Iterable[Page]) -> dict[int, Approvers]:
    """Return who decides on each page, by page id; four queries for any number of pages.

    A page belongs to the agency of the site or the section of the catalogue that contains it, other pages to the
    People's Committee of the province.
    """
    owners = dict(AgencySitePage.objects.values_list("path", "agency_id"))
    owners |= dict(ProcedureSectionPage.objects.values_list("path", "agency_id"))
    catalogues = tuple(ProcedureCataloguePage.objects.values_list("path", flat=True))
    agencies = Agency.objects.in_bulk()
    province = next((agency.pk for agency in agencies.values() if is_provincial_committee(agency)), None)
    found = {}
    for page in pages:
        ends = range(len(page.path), 0, -Page.steplen)
        owner = next((owners[path] for end in ends if (path := page.path[:end]) in owners), province)
        role = Role.CONTROLLER if page.path.startswith(catalogues) else Role.COMMUNICATION
        found[page.pk] = Approvers(role, tuple(_upwards(agencies, owner)))
    return found


def _upwards(agencies: dict[int, Agency], agency_id: int | None) -> Iterable[int]:
    seen: set[int] = set()
    while agency_id is not None and agency_id not in seen:
        seen.add(agency_id)
        yield agency_id
        agency_id = agencies[agency_id].parent_id


def people_who_approve(task: Task, page: Page) -> QuerySet[User]:
    """Return the active users who may decide on ``page`` in ``task``: by role, or the members of the task's groups."""
    active = User.objects.filter(is_active=True)
    specific = task.specific
    if isinstance(specific, AbstractGroupApprovalTask):
        return active.filter(groups__in=specific.groups.all()).distinct()
    if not isinstance(specific, RoleApprovalTask):
        return active.none()
    approvers = approvers_of([page])[page.pk]
    rows = Membership.objects.valid_on(timezone.localdate()).filter(agency__in=approvers.agencies)
    return active.filter(pk__in=[row.user_id for row in rows if approvers.include(row)])


class RoleApprovalTask(Task):
    """Approval by the head of the agency, its communications staff or procedure controllers, and those above it.

    Nobody decides on a page that they submitted.
    """

    class Meta:
        verbose_name = _("approval by role")
        verbose_name_plural = _("approvals by role")

    @classmethod
    def get_description(cls) -> str:
        """Return what the task chooser says about this type of task."""
        return gettext(
            "The head of the agency, its communications staff or procedure controllers, and those of the agencies "
            "above it decide"
        )

    def may_decide(self, page: Page, user: Any) -> bool:
        """Return True if ``user`` is responsible for ``page`` and did not submit it."""
        state = page.current_workflow_state
        if state is not None and state.requested_by_id == user.pk:
            return False
        if user.is_superuser:
            return True
        approvers = approvers_of([page])[page.pk]
        return any(approvers.include(row) for row in memberships_of(user))

    def user_can_access_editor(self, obj: Page, user: Any) -> bool:
        """Open the editor to those who decide."""
        return self.may_decide(obj, user)

    def locked_for_user(self, obj: Page, user: Any) -> bool:
        """Lock the page for all other users while it is waiting."""
        return not self.may_decide(obj, user)

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str, bool]]:
        """Return the actions of Wagtail's own approval task."""
        if not self.may_decide(obj, user):
            return []
        return [
            ("reject", gettext("Request changes"), True),
            ("approve", gettext("Approve"), False),
            ("approve", gettext("Approve with comment"), True),
        ]

    def on_action(
        self, task_state: TaskState, user: Any, action_name: str, comment: str = "", **_unknown: Any
    ) -> str | None:
        """Decide; return the dashboard for users who may not open the page afterwards."""
        super().on_action(task_state, user, action_name, comment=comment)
        page = Page.objects.get(pk=task_state.workflow_state.object_id)
        return None if page.permissions_for_user(user).can_edit() else reverse("wagtailadmin_home")

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        """Return what is waiting for a decision by ``user``; ten queries for any number of pages."""
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        waiting = waiting.exclude(workflow_state__requested_by=user)
        if user.is_superuser:
            return waiting
        held = list(memberships_of(user))
        if not held:
            return waiting.none()
        of_page = {
            int(object_id): pk for pk, object_id in waiting.values_list("pk", "workflow_state__object_id")
        }
        approvers = approvers_of(Page.objects.filter(pk__in=of_page).order_by())
        own = [of_page[pk] for pk, found in approvers.items() if any(map(found.include, held))]
        return waiting.filter(pk__in=own)
