"""Choosing the receiving agency, and changing it later."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import AdministrativeUnitSuccession
from core.errors import InvalidInput, NotAllowed
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.views import draft_cookies
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.forms_app.dossiers.factories import enter, make_draft, make_form

pytestmark = pytest.mark.django_db


class TestAgency:
    """A citizen finds the commune by its own name or a former one."""

    @pytest.fixture
    def base(self) -> str:
        unit = UnitFactory(name="Phường Tân Thành", gso_code="32025")
        ended = {"valid_from": date(2004, 7, 8), "valid_to": date(2025, 6, 30)}
        AdministrativeUnitSuccession.objects.create(
            predecessor=UnitFactory(name="Xã Tắc Vân", gso_code="32029", **ended),
            successor=unit, share="default", date=date(2025, 7, 1),
        )  # fmt: skip
        form = make_form(
            None,
            AgencyFactory(name="Ủy ban nhân dân phường Tân Thành", slug="p-tan-thanh", unit=unit),
            AgencyFactory(name="Ủy ban nhân dân xã Đầm Dơi", slug="x-dam-doi"),
            AgencyFactory(name="Ủy ban nhân dân xã Cái Nước", slug="x-cai-nuoc"),
            AgencyFactory(name="Sở Tư pháp", slug="so-tu-phap"),
        )
        return f"/nop-ho-so/{form.definition.procedure.core_code}/"

    def options(self, base: str, query: str = "") -> Any:
        page = BeautifulSoup(Client().get(f"{base}{query}").content, "html.parser")
        return page.select("select[name=agency] option")

    def test_list_begins_with_the_distinguishing_name_in_vietnamese_order(self, base: str) -> None:
        assert [option.get_text() for option in self.options(base)] == [
            "Chọn cơ quan", "Cái Nước (UBND xã)", "Đầm Dơi (UBND xã)", "Sở Tư pháp", "Tân Thành (UBND phường)",
        ]  # fmt: skip

    def test_agency_has_the_former_names_of_its_commune(self, base: str) -> None:
        (former,) = [option["data-former"] for option in self.options(base) if "data-former" in option.attrs]
        assert former == "xã Tắc Vân"

    @pytest.mark.parametrize(
        ("query", "chosen"),
        [
            ("?co-quan=p-tan-thanh", ["Tân Thành (UBND phường)"]),
            ("?co-quan=unknown", ["Chọn cơ quan"]),
            ("", ["Chọn cơ quan"]),
        ],
    )
    def test_agency_of_the_site_visited_before_is_selected(
        self, base: str, query: str, chosen: list[str]
    ) -> None:
        assert [
            option.get_text() for option in self.options(base, query) if "selected" in option.attrs
        ] == chosen


class TestChangeOfAgency:
    """A wrong commune can be changed without retyping anything."""

    @pytest.fixture
    def case(self) -> Any:
        agencies = (AgencyFactory(), AgencyFactory())
        client, form = Client(), make_form(None, *agencies)
        draft, token = make_draft(form, child_name="Bé Na")
        return SimpleNamespace(
            client=client, draft=draft, other=agencies[1], base=enter(client, draft, token)
        )

    def test_start_page_and_review_offer_another_agency(self, case: Any) -> None:
        for path in ("", "xem-lai/"):
            assert f'href="{case.base}noi-nop/"' in case.client.get(f"{case.base}{path}").content.decode(), (
                path
            )

    def test_draft_moves_to_another_agency_with_its_answers(self, case: Any) -> None:
        answer = case.client.post(f"{case.base}noi-nop/", {"agency": case.other.pk}, follow=True)
        assert case.other.name in answer.content.decode()
        draft = Draft.objects.get()
        assert draft.agency == case.other
        assert draft.answers["child_name"] == "Bé Na"
        assert draft.steps_done == case.draft.steps_done

    def test_agency_that_does_not_receive_the_procedure_is_refused(self, case: Any) -> None:
        stranger = AgencyFactory()
        answer = case.client.post(f"{case.base}noi-nop/", {"agency": stranger.pk})
        assert answer.status_code == 422
        assert "Chọn cơ quan trong danh sách." in answer.content.decode()
        token = draft_cookies.token_of(answer.wsgi_request, case.base.split("/")[2])
        with pytest.raises(InvalidInput):
            services.change_agency(token=token, agency=stranger)
        assert Draft.objects.get().agency == case.draft.agency

    def test_submitted_draft_keeps_its_agency(self, case: Any) -> None:
        token = draft_cookies.token_of(
            case.client.get(f"{case.base}xem-lai/").wsgi_request, case.base.split("/")[2]
        )
        services.submit(token=token, idempotency_key=case.draft.idempotency_key, consent=consent_in_force())
        answer = case.client.post(f"{case.base}noi-nop/", {"agency": case.other.pk})
        assert answer["Location"] == f"{case.base}da-nop/"
        with pytest.raises(NotAllowed):
            services.change_agency(token=token, agency=case.other)
        assert Dossier.objects.get().agency == case.draft.agency

    def test_browser_without_the_draft_changes_nothing(self, case: Any) -> None:
        answer = Client().post(f"{case.base}noi-nop/", {"agency": case.other.pk})
        assert answer.status_code == 409
        assert Draft.objects.get().agency == case.draft.agency

    def test_single_agency_offers_no_change(self) -> None:
        client = Client()
        base = enter(client, *make_draft())
        assert "noi-nop/" not in client.get(base).content.decode()
