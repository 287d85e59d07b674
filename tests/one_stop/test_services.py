"""Services of the desk: assigning dossiers to oneself or to a colleague, and the proposed day of a supplement."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from core.errors import InvalidInput
from core.worktime.holidays import load_public_holidays
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.selectors.assignees import assignable_officers
from forms_app.dossiers.transitions import Action, Status
from one_stop import services
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import at, file_dossier
from tests.one_stop.factories import NOW, do, make_dossier, make_officer
from tests.one_stop.views.test_queue import QUEUE, form_called, listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestAssignToSelf:
    def choices(self, *dossiers: Dossier) -> dict[str, Any]:
        return {"chon": [f"{one.code}~{one.version}" for one in dossiers], "muc": "moi"}

    def test_selected_dossiers_are_assigned_to_the_officer(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        first, second, third = (make_dossier(agency) for _n in range(3))
        answer = client.post(reverse("one_stop:assign_to_self"), self.choices(first, third), follow=True)
        assert "Bạn đã nhận 2 hồ sơ về mình." in answer.content.decode()
        assignees = {one.code: one.assigned_to for one in Dossier.objects.all()}
        assert assignees == {first.code: officer, second.code: None, third.code: officer}
        assigned = {"assigned_to": officer.pk, "assignee": "Trần Thị Hạnh"}
        assert first.events.get(action="assign").data == assigned

    def test_checkbox_contains_code_and_version(self, agency: Agency, client: Client) -> None:
        dossier = make_dossier(agency)
        page = client.get(QUEUE).content.decode()
        assert f'name="chon" value="{dossier.code}~1"' in page
        assert f'aria-label="Chọn {dossier.code}"' in page

    def test_failed_assignments_do_not_stop_others_and_are_counted(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        good, changed, closed, foreign = (
            make_dossier(agency), make_dossier(agency), make_dossier(agency), make_dossier(AgencyFactory()),
        )  # fmt: skip
        stale = self.choices(good, changed, closed, foreign)
        do(changed, Action.ACCEPT, officer, at=NOW)
        do(closed, Action.DECLINE, officer, at=NOW)
        page = client.post(reverse("one_stop:assign_to_self"), stale, follow=True).content.decode()
        assert "Bạn đã nhận 1 hồ sơ về mình." in page
        assert "3 hồ sơ không nhận được" in page
        assert list(Dossier.objects.exclude(assigned_to=None)) == [good]
        assert not foreign.events.filter(action="assign").exists()

    @pytest.mark.parametrize("choice", ["", "x", "x~", "~1", "x~-1", "H12~²", "\x00~1", "a~" + "9" * 40])
    def test_malformed_selection_assigns_nothing(self, agency: Agency, client: Client, choice: str) -> None:
        make_dossier(agency)
        answer = client.post(reverse("one_stop:assign_to_self"), {"chon": choice, "muc": "khong-co"})
        assert answer["Location"] == "/mot-cua/?muc=moi"
        assert not Dossier.objects.exclude(assigned_to=None).exists()

    def test_assigning_an_empty_selection_is_not_an_error(self, client: Client) -> None:
        assert client.post(reverse("one_stop:assign_to_self"), {"muc": "moi"}).status_code == 302

    def test_inspector_cannot_assign_to_self(self, agency: Agency) -> None:
        inspector = Client()
        inspector.force_login(make_officer(agency, Membership.Role.INSPECTOR))
        dossier = make_dossier(agency)
        page = inspector.post(
            reverse("one_stop:assign_to_self"), self.choices(dossier), follow=True
        ).content.decode()
        assert "1 hồ sơ không nhận được" in page
        assert not Dossier.objects.exclude(assigned_to=None).exists()

    @pytest.mark.parametrize("who", ["anonymous", "citizen"])
    def test_users_without_a_desk_get_404(self, agency: Agency, who: str) -> None:
        client = Client()
        if who == "citizen":
            client.force_login(UserFactory())
        dossier = make_dossier(agency)
        assert client.post(reverse("one_stop:assign_to_self"), self.choices(dossier)).status_code == 404
        assert client.get(reverse("one_stop:assign_to_self")).status_code == 405

    def test_head_takes_dossiers_of_colleagues_only_after_a_confirmation(self, agency: Agency) -> None:
        officer, client = make_officer(agency, "head"), Client()
        client.force_login(officer)
        colleague = make_officer(agency, name="Lê Văn Bảy")
        free, taken = make_dossier(agency), make_dossier(agency)
        services.assign(dossier_id=taken.pk, expected_version=1, actor=colleague, officer=colleague)
        taken.refresh_from_db()
        choice = self.choices(free, taken)
        page = client.post(reverse("one_stop:assign_to_self"), choice).content.decode()
        assert "Lê Văn Bảy" in page
        assert str(taken.code) in page
        assert not Dossier.objects.filter(assigned_to=officer).exists()

        only_free = client.post(reverse("one_stop:assign_to_self"), self.choices(free))
        assert only_free.status_code == 302
        assert list(Dossier.objects.filter(assigned_to=officer)) == [free]
        answer = client.post(reverse("one_stop:assign_to_self"), self.choices(taken) | {"xac-nhan": "1"})
        assert answer.status_code == 302
        taken.refresh_from_db()
        assert taken.assigned_to == officer

    def test_own_and_closed_dossiers_need_no_confirmation(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        colleague = make_officer(agency)
        mine, closed = make_dossier(agency), make_dossier(agency)
        services.assign(dossier_id=mine.pk, expected_version=1, actor=officer, officer=officer)
        services.assign(dossier_id=closed.pk, expected_version=1, actor=colleague, officer=colleague)
        closed.refresh_from_db()
        do(closed, Action.DECLINE, colleague, at=NOW)
        mine.refresh_from_db()
        assert client.post(reverse("one_stop:assign_to_self"), self.choices(mine, closed)).status_code == 302

    @pytest.mark.parametrize(
        "path", [[], ["accept"], ["accept", "process"], ["accept", "process", "require_payment"],
                 ["accept", "process", "suspend"], ["accept", "process", "finish"], ["request_supplement"]],
    )  # fmt: skip
    def test_every_open_dossier_of_mine_is_listed_under_mine(
        self, agency: Agency, officer: User, client: Client, path: list[str]
    ) -> None:
        dossier = make_dossier(agency)
        for action in path:
            do(dossier, Action(action), make_officer(agency, "head"), at=NOW)
        client.post(reverse("one_stop:assign_to_self"), self.choices(dossier))
        assert listed(client, "?muc=cua-toi") == [dossier.code]

    @pytest.mark.parametrize(
        "path", [["decline"], ["withdraw"], ["accept", "process", "finish", "return_result"]]
    )
    def test_closed_dossiers_of_mine_are_not_listed_under_mine(
        self, agency: Agency, officer: User, client: Client, path: list[str]
    ) -> None:
        dossier = make_dossier(agency)
        client.post(reverse("one_stop:assign_to_self"), self.choices(dossier))
        dossier.refresh_from_db()
        for action in path:
            do(dossier, Action(action), officer, at=NOW)
        assert listed(client, "?muc=cua-toi") == []


class TestAssignToColleague:
    def page(self, client: Client, dossier: Dossier) -> str:
        return client.get(reverse("one_stop:action", args=[dossier.code, "assign"])).content.decode()

    def test_only_officers_of_the_agency_can_be_chosen(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        colleague = make_officer(agency, Membership.Role.HEAD, name="Lê Văn Bảy")
        make_officer(agency, Membership.Role.INSPECTOR, name="Thanh Tra")
        make_officer(AgencyFactory(), name="Người Nơi Khác")
        inactive = make_officer(agency, name="Đã Nghỉ")
        User.objects.filter(pk=inactive.pk).update(is_active=False)
        former = UserFactory(full_name="Đã Chuyển")
        Membership.objects.create(
            user=former, agency=agency, role=Membership.Role.HANDLER, valid_from=datetime(2025, 7, 1).date(),
            valid_to=(NOW - timedelta(days=1)).date(),
        )  # fmt: skip
        assert assignable_officers(agency.pk, NOW.date()) == [colleague, officer]
        html = self.page(client, make_dossier(agency))
        assert "Lê Văn Bảy" in html
        assert "Trần Thị Hạnh" in html
        for name in ("Thanh Tra", "Người Nơi Khác", "Đã Nghỉ", "Đã Chuyển"):
            assert name not in html

    def test_assigned_dossier_is_listed_under_mine(self, agency: Agency, client: Client) -> None:
        colleague = make_officer(agency, Membership.Role.HANDLER, name="Lê Văn Bảy")
        dossier = do(make_dossier(agency), Action.ACCEPT, make_officer(agency), at=NOW)
        answer = client.post(
            reverse("one_stop:action", args=[dossier.code, "assign"]),
            {"version": dossier.version, "officer": colleague.pk, "reason": "Hồ sơ phức tạp"},
        )
        assert answer.status_code == 302
        theirs = Client()
        theirs.force_login(colleague)
        assert listed(theirs, "?muc=cua-toi") == [dossier.code]
        assert listed(client, "?muc=cua-toi") == []

    def test_note_of_an_assignment_is_not_shown_to_the_citizen(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        receipt = file_dossier(form_called("Đăng ký khai sinh", agency), now=NOW, purpose="x")
        client.post(
            reverse("one_stop:action", args=[receipt.code, "assign"]),
            {"version": 1, "officer": officer.pk, "reason": "Người này hay sốt ruột"},
        )
        assert receipt.dossier.events.get(action="assign").note == "Người này hay sốt ruột"
        for path in ("", "nguoi-xem/", "du-lieu.json"):
            assert "sốt ruột" not in Client().get(f"/ho-so/{receipt.token}/{path}").content.decode()
        assert "sốt ruột" in client.get(reverse("one_stop:dossier", args=[receipt.code])).content.decode()

    def test_history_names_the_new_assignee(self, agency: Agency, officer: User, client: Client) -> None:
        colleague = make_officer(agency, name="Lê Văn Bảy")
        dossier = make_dossier(agency)
        services.assign(dossier_id=dossier.pk, expected_version=1, actor=officer, officer=colleague)
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        assert "Phân công cho Lê Văn Bảy" in page

    def test_form_warns_the_head_that_a_colleague_has_the_dossier(self, agency: Agency) -> None:
        client = Client()
        client.force_login(make_officer(agency, "head"))
        colleague = make_officer(agency, name="Lê Văn Bảy")
        dossier = make_dossier(agency)
        warning = "đang được giao cho Lê Văn Bảy"
        assert warning not in self.page(client, dossier)
        services.assign(dossier_id=dossier.pk, expected_version=1, actor=colleague, officer=colleague)
        assert warning in self.page(client, dossier)

    def test_former_and_new_assignee_are_mailed(
        self, agency: Agency, officer: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        first, second = (
            make_officer(agency, name="Lê Văn Bảy"),
            make_officer(agency, "head", name="Trần Văn Tám"),
        )
        dossier = make_dossier(agency)
        with django_capture_on_commit_callbacks(execute=True):
            services.assign(dossier_id=dossier.pk, expected_version=1, actor=officer, officer=first)
        assert [letter.to for letter in mail.outbox if "giao cho bạn" in letter.subject] == [[first.email]]
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            services.assign(
                dossier_id=dossier.pk, expected_version=2, actor=second, officer=second, reason="Đổi ca"
            )
        letter = next(one for one in mail.outbox if one.to == [first.email])
        assert "Trần Văn Tám" in letter.body
        assert "Đổi ca" in letter.body
        assert str(dossier.code) in letter.body
        assert dossier.applicant_name not in letter.body
        assert [second.email] not in [one.to for one in mail.outbox], "the actor knows"

    @pytest.mark.parametrize("status", [Status.REGISTERED, Status.ACCEPTED, Status.PROCESSING])
    def test_assigning_changes_neither_status_nor_due_date(
        self, agency: Agency, officer: User, client: Client, status: int
    ) -> None:
        dossier = make_dossier(agency)
        for action in {1: [], 2: [Action.ACCEPT], 4: [Action.ACCEPT, Action.PROCESS]}[status]:
            do(dossier, action, officer, at=NOW)
        due = dossier.due_at
        client.post(
            reverse("one_stop:action", args=[dossier.code, "assign"]),
            {"version": dossier.version, "officer": officer.pk},
        )
        dossier.refresh_from_db()
        assert (dossier.status, dossier.due_at, dossier.assigned_to) == (status, due, officer)

    def test_officer_of_another_agency_cannot_be_assigned(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        foreign = make_officer(AgencyFactory())
        dossier = make_dossier(agency)
        answer = client.post(
            reverse("one_stop:action", args=[dossier.code, "assign"]), {"version": 1, "officer": foreign.pk}
        )
        assert answer.status_code == 422
        with pytest.raises(InvalidInput):
            services.assign(dossier_id=dossier.pk, expected_version=1, actor=officer, officer=foreign)
        dossier.refresh_from_db()
        assert (dossier.assigned_to, dossier.version) == (None, 1)


@pytest.mark.parametrize(
    "hours",
    ["07:00-11:30,13:30-17:00", "08:00-12:00,13:00-16:00", "07:00-12:00,13:00-17:00", "08:00-12:00"],
)
@pytest.mark.parametrize(
    ("now", "proposed"),
    [
        ("2026-11-25 08:30", "2026-12-09"),
        ("2026-11-25 18:00", "2026-12-09"),
        ("2026-11-28 10:00", "2026-12-11"),  # a Saturday: Monday is the first working day
        ("2026-12-28 10:00", "2027-01-12"),  # over New Year
    ],
)
def test_proposed_supplement_day_is_the_tenth_working_day_whatever_the_office_hours(
    settings: Any, hours: str, now: str, proposed: str
) -> None:
    load_public_holidays(first_year=2026, last_year=2027)
    settings.OFFICE_HOURS = hours
    assert services.proposed_supplement_day(at(now)).isoformat() == proposed
