"""An editor submits a page, the people responsible are notified and decide, and other users get a 404."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from wagtail.models import GroupApprovalTask, TaskState, Workflow, WorkflowPage
from wagtail.users.models import UserProfile

from accounts.models import Agency, Membership, User
from accounts.services import grant
from home.models import NewsPage, RoleApprovalTask
from home.models.approval import approvers_of, people_who_approve
from procedures.models import ProcedureCataloguePage
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_page, make_section
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
Role = Membership.Role
ADMIN = "/quan-tri/"
PEOPLE = {
    "editor": ("department", Role.EDITOR),
    "head": ("department", Role.HEAD),
    "communication": ("department", Role.COMMUNICATION),
    "controller": ("department", Role.CONTROLLER),
    "province_communication": ("province", Role.COMMUNICATION),
    "province_head": ("province", Role.HEAD),
    "province_controller": ("province", Role.CONTROLLER),
    "other_editor": ("other", Role.EDITOR),
    "other_head": ("other", Role.HEAD),
    "other_communication": ("other", Role.COMMUNICATION),
    "operator": ("province", Role.OPERATOR),
}
NEWS_APPROVERS = {"head", "communication", "province_communication"}
PROCEDURE_APPROVERS = {"head", "controller", "province_controller"}


@pytest.fixture
def people():
    """A person of each role in a department, in the province above it and in another department, by name."""
    province = AgencyFactory(kind=Agency.Kind.PROVINCE)
    agencies = {
        "province": province,
        "department": AgencyFactory(parent=province),
        "other": AgencyFactory(parent=province),
    }
    for key in ("department", "other"):
        factories.agency_site(agencies[key])
        make_section(agencies[key])
    found = {}
    for name, (place, role) in PEOPLE.items():
        user = UserFactory(username=name)
        grant(user=user, agency=agencies[place], role=role, valid_from=START)
        found[name] = User.objects.get(pk=user.pk)
    found["superuser"] = UserFactory(username="superuser", is_superuser=True)
    return found


def client_of(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def site_of(user):
    return user.memberships.get().agency.site_pages.get()


@pytest.fixture
def draft(people):
    """A draft of the editor."""
    page = site_of(people["editor"]).add_child(
        instance=NewsPage(title="Lịch trực", slug="lich-truc", date=START, live=False, owner=people["editor"])
    )
    page.save_revision(user=people["editor"])
    return page


def send_editor_form(client, page, button, **changed):
    address = f"{ADMIN}pages/{page.pk}/edit/"
    facts = {**fields_of(client.get(address).text), "body-count": "0", **changed, button: "1"}
    for name in ("action-submit", "action-publish", "action-cancel-workflow"):
        if name != button:
            facts.pop(name, None)
    return client.post(address, facts, follow=True)


@pytest.fixture
def submitted(people, draft, django_capture_on_commit_callbacks):
    """The draft, submitted in the page editor; the mails are delivered."""
    with django_capture_on_commit_callbacks(execute=True):
        send_editor_form(client_of(people["editor"]), draft, "action-submit")
    draft.refresh_from_db()
    assert draft.current_workflow_task_state is not None
    return draft


def action_of(page, action):
    return f"{ADMIN}pages/workflow/action/{page.pk}/{action}/{page.current_workflow_task_state.pk}/"


class TestWhoDecides:
    def test_shipped_workflow_has_people_for_every_agency(self, people, draft):
        task = draft.get_workflow().tasks.get()
        assert type(task.specific) is RoleApprovalTask
        assert {user.username for user in people_who_approve(task, draft)} == NEWS_APPROVERS

    def test_procedures_are_decided_by_controllers_and_the_head(self, people):
        procedure = make_page(people["editor"].memberships.get().agency.procedure_sections.get())
        approving = people_who_approve(procedure.get_workflow().tasks.get(), procedure)
        assert {user.username for user in approving} == PROCEDURE_APPROVERS

    def test_pages_of_no_agency_belong_to_the_province(self, people):
        for page, expected in (
            (factories.information(), {"province_head", "province_communication"}),
            (ProcedureCataloguePage.objects.get(), {"province_head", "province_controller"}),
        ):
            approving = people_who_approve(page.get_workflow().tasks.get(), page)
            assert {user.username for user in approving} == expected

    def test_ended_memberships_and_closed_accounts_do_not_count(self, people, draft):
        task = draft.get_workflow().tasks.get()
        people["head"].memberships.update(valid_to=START)
        User.objects.filter(username="communication").update(is_active=False)
        assert {user.username for user in people_who_approve(task, draft)} == {"province_communication"}

    def test_members_of_the_groups_of_a_group_approval_task(self, people, draft):
        task = GroupApprovalTask.objects.create(name="Ban biên tập")
        assert not people_who_approve(task, draft)
        task.groups.set(people["editor"].groups.all())
        assert people["editor"] in people_who_approve(task, draft)

    def test_query_count_is_the_same_for_any_number_of_pages(self, people, draft, django_assert_num_queries):
        pages = [factories.news(number) for number in range(3)]
        for group in ([draft], [draft, *pages]):
            with django_assert_num_queries(4):
                approvers_of(group)


class TestSubmission:
    def test_all_approvers_are_mailed(self, people, submitted):
        assert {message.to[0] for message in mail.outbox} == {people[name].email for name in NEWS_APPROVERS}
        text = mail.outbox[0].body
        assert mail.outbox[0].subject == "Chờ bạn duyệt: Lịch trực"
        assert people["editor"].full_name in text
        assert f"/quan-tri/pages/{submitted.pk}/edit/" in text

    def test_no_mail_to_those_who_have_opted_out(self, people, draft, django_capture_on_commit_callbacks):
        UserProfile.objects.create(user=people["head"], submitted_notifications=False)
        with django_capture_on_commit_callbacks(execute=True):
            send_editor_form(client_of(people["editor"]), draft, "action-submit")
        assert people["head"].email not in {message.to[0] for message in mail.outbox}

    def test_it_appears_on_the_dashboard_of_those_who_decide(self, people, submitted):
        address = action_of(submitted, "approve")
        shown = {name for name in people if address in client_of(people[name]).get(ADMIN).text}
        assert shown == NEWS_APPROVERS | {"superuser"}

    def test_it_is_not_offered_without_an_approver(self, people, draft):
        for name in NEWS_APPROVERS:
            people[name].memberships.all().delete()
        assert (
            'name="action-submit"'
            not in client_of(people["editor"]).get(f"{ADMIN}pages/{draft.pk}/edit/").text
        )
        site = site_of(people["editor"])
        assert (
            'name="action-submit"'
            not in client_of(people["editor"]).get(f"{ADMIN}pages/add/home/newspage/{site.pk}/").text
        )

    def test_it_is_offered_with_an_approver(self, people, draft):
        site, client = site_of(people["editor"]), client_of(people["editor"])
        for address in (f"pages/{draft.pk}/edit/", f"pages/add/home/newspage/{site.pk}/"):
            assert 'name="action-submit"' in client.get(ADMIN + address).text

    def test_page_is_locked_for_the_editor_and_can_be_taken_back(self, people, submitted):
        client = client_of(people["editor"])
        send_editor_form(client, submitted, "action-publish", title="Đổi trong lúc chờ")
        submitted.refresh_from_db()
        assert (submitted.live, submitted.get_latest_revision_as_object().title) == (False, "Lịch trực")
        send_editor_form(client, submitted, "action-cancel-workflow")
        assert TaskState.objects.get().status == TaskState.STATUS_CANCELLED


class TestDecision:
    @pytest.mark.parametrize("name", ["head", "province_communication", "superuser"])
    def test_approval_publishes_and_is_mailed(
        self, people, submitted, name, django_capture_on_commit_callbacks
    ):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            response = client_of(people[name]).post(action_of(submitted, "approve"), follow=True)
        assert response.status_code == 200
        submitted.refresh_from_db()
        assert submitted.live
        (message,) = mail.outbox
        assert message.to == [people["editor"].email]
        assert message.subject == "Đã duyệt: Lịch trực"
        assert people[name].full_name in message.body

    def test_request_for_changes_includes_the_comment_and_the_editor_resubmits(
        self, people, submitted, django_capture_on_commit_callbacks
    ):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            client_of(people["head"]).post(action_of(submitted, "reject"), {"comment": "Thiếu giờ trực."})
        (message,) = mail.outbox
        assert message.subject == "Cần sửa: Lịch trực"
        assert "Thiếu giờ trực." in message.body
        page = NewsPage.objects.get(pk=submitted.pk)
        assert not page.live
        client = client_of(people["editor"])
        shown = client.get(f"{ADMIN}pages/{page.pk}/edit/").context["messages"]
        banner = " ".join(map(str, shown))
        assert f"{people['head'].full_name} yêu cầu sửa: “Thiếu giờ trực.”" in banner
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            send_editor_form(client, page, "action-submit", summary="Trực từ 7 giờ.")
        assert {message.to[0] for message in mail.outbox} == {people[name].email for name in NEWS_APPROVERS}
        page = NewsPage.objects.get(pk=submitted.pk)
        client_of(people["communication"]).post(action_of(page, "approve"))
        page.refresh_from_db()
        assert (page.live, page.summary) == (True, "Trực từ 7 giờ.")

    def test_authors_do_not_decide_on_their_own_page(self, people, draft):
        for name in ("communication", "superuser"):
            state = draft.get_workflow().start(draft, people[name]).current_task_state
            address = f"{ADMIN}pages/workflow/action/{draft.pk}/approve/{state.pk}/"
            client = client_of(people[name])
            assert client.post(address).status_code == 404
            assert address not in client.get(ADMIN).text
            draft.current_workflow_state.cancel(user=people[name])

    def test_head_edits_and_approves_in_the_editor_then_returns_to_the_dashboard(self, people, submitted):
        client = client_of(people["head"])
        address = f"{ADMIN}pages/{submitted.pk}/edit/"
        facts = fields_of(client.get(address).text)
        for name in ("action-publish", "action-submit", "action-cancel-workflow"):
            facts.pop(name, None)
        decision = {
            "action-workflow-action": "true",
            "workflow-action-name": "approve",
            "workflow-action-extra-data": '{"unknown": 1}',
        }
        response = client.post(address, {**facts, **decision, "body-count": "0", "summary": "Sửa câu."})
        assert (response.status_code, response.url) == (302, ADMIN)
        submitted.refresh_from_db()
        assert (submitted.live, submitted.summary) == (True, "Sửa câu.")

    def test_step_of_another_page_cannot_be_decided_through_ones_own(self, people, submitted):
        other = site_of(people["other_editor"]).add_child(
            instance=NewsPage(title="Của Sở khác", slug="khac", date=START, live=False)
        )
        other.save_revision(user=people["other_editor"])
        other.get_workflow().start(other, people["other_editor"])
        for page, step in ((submitted, other), (other, submitted)):
            state = step.current_workflow_task_state
            address = f"{ADMIN}pages/workflow/action/{page.pk}/approve/{state.pk}/"
            assert client_of(people["head"]).post(address).status_code == 404
        assert TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).count() == 2


ADDRESSES = (
    "action/{page}/approve/{state}/",
    "action/{page}/reject/{state}/",
    "collect_action_data/{page}/approve/{state}/",
    "collect_action_data/{page}/reject/{state}/",
    "preview/{page}/{task}/",
)


class TestAddresses:
    def statuses(self, people, page, names, *methods):
        """Return the statuses by person, method and address."""
        state = page.current_workflow_task_state
        found = {}
        for name in names:
            client = client_of(people[name])
            for address in ADDRESSES:
                path = (
                    ADMIN
                    + "pages/workflow/"
                    + address.format(page=page.pk, state=state.pk, task=state.task_id)
                )
                for method in methods:
                    found[name, method, address] = getattr(client, method)(path).status_code
        return found

    def test_those_who_decide_get_a_page(self, people, submitted):
        found = self.statuses(people, submitted, NEWS_APPROVERS | {"superuser"}, "get")
        assert set(found.values()) == {200}

    @pytest.mark.parametrize(
        "address", ["action/{page}/{action}/{state}/", "collect_action_data/{page}/{action}/{state}/"]
    )
    @pytest.mark.parametrize("action", ["approve", "reject"])
    def test_dialogues_are_posted(self, people, submitted, address, action):
        state = submitted.current_workflow_task_state.pk
        path = ADMIN + "pages/workflow/" + address.format(page=submitted.pk, action=action, state=state)
        ajax = {"x-requested-with": "XMLHttpRequest"}
        response = client_of(people["head"]).post(path, {"comment": "Được."}, headers=ajax)
        assert response.json()["step"] == "success"

    def test_everyone_else_gets_a_404(self, people, submitted):
        found = self.statuses(people, submitted, set(PEOPLE) - NEWS_APPROVERS, "get", "post")
        assert {
            key: status
            for key, status in found.items()
            if status != 404 and (status, key[1]) != (405, "post")
        } == {}
        assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS


def test_confirmation_before_a_publication_that_ends_the_workflow(people, submitted):
    address = f"{ADMIN}pages/workflow/confirm_cancellation/{submitted.pk}/"
    for name, status in {
        "head": 200,
        "editor": 200,
        "superuser": 200,
        "other_editor": 404,
        "operator": 404,
    }.items():
        client = client_of(people[name])
        assert (client.get(address).status_code, client.post(address).status_code) == (status, status), name


def test_dashboard_finds_waiting_pages_in_a_fixed_number_of_queries(
    people, submitted, django_assert_num_queries
):
    for number in range(2):
        with django_assert_num_queries(10):
            found = list(submitted.current_workflow_task.get_task_states_user_can_moderate(people["head"]))
        assert submitted.current_workflow_task_state in found
        extra = site_of(people["editor"]).add_child(
            instance=NewsPage(title="Thêm", slug=f"them-{number}", date=START, live=False)
        )
        extra.save_revision(user=people["editor"])
        extra.get_workflow().start(extra, people["editor"])


def test_workflow_is_attached_to_all_pages():
    workflow = Workflow.objects.get()
    assert workflow.name == "Quy trình duyệt chung"
    assert WorkflowPage.objects.get().page.is_root()
    assert workflow.tasks.get().name == "Người phụ trách duyệt"
