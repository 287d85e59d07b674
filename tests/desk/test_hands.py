"""In whose hands a dossier is: taken by oneself, many at once, or handed to a colleague of the agency."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from core.errors import InvalidInput
from forms_app.desk import services
from forms_app.desk.selectors import queue
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action, Status
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.desk.factories import NOW, do, make_dossier, make_officer
from tests.desk.test_list_work import QUEUE, form_called, listed
from tests.dossiers.factories import file_dossier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestTaking:
    def choices(self, *dossiers: Dossier) -> dict[str, Any]:
        return {"chon": [f"{one.code}~{one.version}" for one in dossiers], "muc": "moi"}

    def test_what_was_ticked_is_mine_afterwards(self, agency: Agency, officer: User, client: Client) -> None:
        first, second, third = (make_dossier(agency) for _n in range(3))
        answer = client.post(reverse("desk:take"), self.choices(first, third), follow=True)
        assert "Bạn đã nhận 2 hồ sơ về mình." in answer.content.decode()
        holders = {one.code: one.assigned_to for one in Dossier.objects.all()}
        assert holders == {first.code: officer, second.code: None, third.code: officer}
        assert first.events.get(action="assign").data == {"assigned_to": officer.pk}

    def test_the_page_carries_code_and_version(self, agency: Agency, client: Client) -> None:
        dossier = make_dossier(agency)
        page = client.get(QUEUE).content.decode()
        assert f'name="chon" value="{dossier.code}~1"' in page
        assert f'aria-label="Chọn {dossier.code}"' in page

    def test_what_cannot_be_taken_stops_no_other_and_is_counted(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        good, changed, closed, foreign = (
            make_dossier(agency), make_dossier(agency), make_dossier(agency), make_dossier(AgencyFactory()),
        )  # fmt: skip
        stale = self.choices(good, changed, closed, foreign)
        do(changed, Action.ACCEPT, officer, at=NOW)
        do(closed, Action.REFUSE, officer, at=NOW)
        page = client.post(reverse("desk:take"), stale, follow=True).content.decode()
        assert "Bạn đã nhận 1 hồ sơ về mình." in page
        assert "3 hồ sơ không nhận được" in page
        assert list(Dossier.objects.exclude(assigned_to=None)) == [good]
        assert not foreign.events.filter(action="assign").exists()

    @pytest.mark.parametrize("choice", ["", "x", "x~", "~1", "x~-1", "H12~²", "\x00~1", "a~" + "9" * 40])
    def test_rubbish_takes_nothing(self, agency: Agency, client: Client, choice: str) -> None:
        make_dossier(agency)
        answer = client.post(reverse("desk:take"), {"chon": choice, "muc": "khong-co"})
        assert answer["Location"] == "/mot-cua/?muc=moi"
        assert not Dossier.objects.exclude(assigned_to=None).exists()

    def test_nothing_ticked_is_no_error(self, client: Client) -> None:
        assert client.post(reverse("desk:take"), {"muc": "moi"}).status_code == 302

    def test_reading_roles_cannot_take(self, agency: Agency) -> None:
        inspector = Client()
        inspector.force_login(make_officer(agency, Membership.Role.INSPECTOR))
        dossier = make_dossier(agency)
        page = inspector.post(reverse("desk:take"), self.choices(dossier), follow=True).content.decode()
        assert "1 hồ sơ không nhận được" in page
        assert not Dossier.objects.exclude(assigned_to=None).exists()

    @pytest.mark.parametrize("who", ["anonymous", "citizen"])
    def test_a_stranger_gets_the_404_of_nothing(self, agency: Agency, who: str) -> None:
        client = Client()
        if who == "citizen":
            client.force_login(UserFactory())
        dossier = make_dossier(agency)
        assert client.post(reverse("desk:take"), self.choices(dossier)).status_code == 404
        assert client.get(reverse("desk:take")).status_code in {404, 405}


class TestHandingOver:
    def page(self, client: Client, dossier: Dossier) -> str:
        return client.get(reverse("desk:act", args=[dossier.code, "assign"])).content.decode()

    def test_colleagues_of_the_agency_are_offered_and_nobody_else(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        colleague = make_officer(agency, Membership.Role.LEADER, name="Lê Văn Bảy")
        make_officer(agency, Membership.Role.INSPECTOR, name="Thanh Tra")
        make_officer(AgencyFactory(), name="Người Nơi Khác")
        gone = make_officer(agency, name="Đã Nghỉ")
        User.objects.filter(pk=gone.pk).update(is_active=False)
        past = UserFactory(full_name="Đã Chuyển")
        Membership.objects.create(
            user=past, agency=agency, role=Membership.Role.HANDLER, valid_from=datetime(2025, 7, 1).date(),
            valid_to=(NOW - timedelta(days=1)).date(),
        )  # fmt: skip
        assert queue.colleagues(agency.pk, NOW.date()) == [colleague, officer]
        html = self.page(client, make_dossier(agency))
        assert "Lê Văn Bảy" in html
        assert "Trần Thị Hạnh" in html
        for name in ("Thanh Tra", "Người Nơi Khác", "Đã Nghỉ", "Đã Chuyển"):
            assert name not in html

    def test_the_colleague_finds_it_among_their_own(self, agency: Agency, client: Client) -> None:
        colleague = make_officer(agency, Membership.Role.HANDLER, name="Lê Văn Bảy")
        dossier = do(make_dossier(agency), Action.ACCEPT, make_officer(agency), at=NOW)
        answer = client.post(
            reverse("desk:act", args=[dossier.code, "assign"]),
            {"version": dossier.version, "officer": colleague.pk, "reason": "Hồ sơ phức tạp"},
        )
        assert answer.status_code == 302
        theirs = Client()
        theirs.force_login(colleague)
        assert listed(theirs, "?muc=cua-toi") == [dossier.code]
        assert listed(client, "?muc=cua-toi") == []

    def test_the_note_stays_inside_the_agency(self, agency: Agency, officer: User, client: Client) -> None:
        told = file_dossier(form_called("Đăng ký khai sinh", agency), now=NOW, purpose="x")
        client.post(
            reverse("desk:act", args=[told.code, "assign"]),
            {"version": 1, "officer": officer.pk, "reason": "Người này hay sốt ruột"},
        )
        assert told.dossier.events.get(action="assign").note == "Người này hay sốt ruột"
        for path in ("", "nguoi-xem/", "du-lieu.json"):
            assert "sốt ruột" not in Client().get(f"/ho-so/{told.token}/{path}").content.decode()
        assert "sốt ruột" in client.get(reverse("desk:dossier", args=[told.code])).content.decode()

    @pytest.mark.parametrize("status", [Status.REGISTERED, Status.ACCEPTED, Status.PROCESSING])
    def test_it_changes_hands_and_not_place(
        self, agency: Agency, officer: User, client: Client, status: int
    ) -> None:
        dossier = make_dossier(agency)
        for action in {1: [], 2: [Action.ACCEPT], 4: [Action.ACCEPT, Action.PROCESS]}[status]:
            do(dossier, action, officer, at=NOW)
        due = dossier.due_at
        client.post(
            reverse("desk:act", args=[dossier.code, "assign"]),
            {"version": dossier.version, "officer": officer.pk},
        )
        dossier.refresh_from_db()
        assert (dossier.status, dossier.due_at, dossier.assigned_to) == (status, due, officer)

    def test_somebody_of_elsewhere_cannot_be_slipped_in(
        self, agency: Agency, officer: User, client: Client
    ) -> None:
        foreign = make_officer(AgencyFactory())
        dossier = make_dossier(agency)
        answer = client.post(
            reverse("desk:act", args=[dossier.code, "assign"]), {"version": 1, "officer": foreign.pk}
        )
        assert answer.status_code == 422
        with pytest.raises(InvalidInput):
            services.assign(dossier_id=dossier.pk, expected_version=1, actor=officer, officer=foreign)
        dossier.refresh_from_db()
        assert (dossier.assigned_to, dossier.version) == (None, 1)
