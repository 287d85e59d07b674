"""The filing options of a procedure by date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forms_app.dossiers.models import FilingChannel
from forms_app.dossiers.selectors.filing import filing_offer, why_not_filed_here
from procedures.filing_links import filing_link_for
from procedures.models import Procedure
from procedures.services.versions import publish
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import (
    make_form,
    make_version,
)
from tests.procedures.factories import make_page

pytestmark = pytest.mark.django_db


class TestFilingOffer:
    def url(self, procedure: Any) -> str | None:
        offer = filing_link_for(procedure)
        return offer and offer.url

    def test_own_form_is_offered_in_one_query(self, django_assert_num_queries: Any) -> None:
        procedure = make_form().definition.procedure
        with django_assert_num_queries(1):
            offer = filing_link_for(procedure)
        assert (offer.label, offer.url) == ("Nộp hồ sơ trực tuyến", f"/nop-ho-so/{procedure.core_code}/")
        assert "7 phút" in offer.note

    def test_no_offer_without_a_form_an_agency_or_a_procedure_in_force(self) -> None:
        assert self.url(make_version().procedure) is None
        unassigned, ended, closed = (make_form().definition.procedure for _n in range(3))
        unassigned.assignments.all().delete()
        type(ended).objects.filter(pk=ended.pk).update(status="bai_bo")
        closed.forms.update(active=False)
        for procedure in (unassigned, ended, closed):
            assert self.url(procedure) is None
            assert Client().get(f"/nop-ho-so/{procedure.core_code}/").status_code == 404

    def test_filing_channel_changes_on_its_day(self) -> None:
        procedure = make_form().definition.procedure
        today = timezone.localdate()
        url = "https://dichvucong.gov.vn/x"
        FilingChannel.objects.create(
            procedure=procedure, channel="national", url=url, valid_from=today + timedelta(days=1)
        )
        assert self.url(procedure).startswith("/nop-ho-so/")
        FilingChannel.objects.update(valid_from=today)
        assert self.url(procedure) == url
        assert Client().get(f"/nop-ho-so/{procedure.core_code}/").status_code == 404
        FilingChannel.objects.update(channel="counter", url="")
        assert self.url(procedure) is None


class TestWhyNotFiledHere:
    """The page of a form tells its editor what keeps a published form from citizens."""

    @pytest.fixture
    def definition(self) -> Any:
        page = make_page(title="Cấp giấy phép")
        publish(page=page, decision=None, valid_from=date(2025, 7, 1))
        return make_form(page.procedure.versions.get()).definition

    def said(self, definition: Any) -> str:
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        return str(client.get(reverse("builder_preview", args=[definition.pk])).content.decode())

    def test_nothing_keeps_it_from_them(self, definition: Any) -> None:
        assert filing_offer(definition.procedure.core_code)
        assert why_not_filed_here(definition.procedure) == []
        assert "chưa thể nộp" not in self.said(definition)

    @pytest.mark.parametrize("channel", ["national", "counter"])
    def test_another_channel(self, definition: Any, channel: str) -> None:
        url = "https://dichvucong.gov.vn/x" if channel == "national" else ""
        FilingChannel.objects.create(
            procedure=definition.procedure, channel=channel, url=url, valid_from=timezone.localdate()
        )
        assert "sửa tại “Quy tắc nộp”" in self.said(definition)

    def test_no_agency(self, definition: Any) -> None:
        definition.procedure.assignments.all().delete()
        assert "Chưa có cơ quan nào tiếp nhận" in self.said(definition)

    def test_no_page_no_version_or_not_public(self, definition: Any) -> None:
        definition.procedure.pages.get().unpublish()
        assert "chưa được công bố" in self.said(definition)
        type(definition.procedure).objects.update(status="chua_cong_khai")
        assert "chưa công khai" in self.said(definition)
        with time_machine.travel("2025-06-30 09:00 +0700", tick=False):
            assert len(why_not_filed_here(Procedure.objects.get())) == 3

    def test_ended_procedure(self, definition: Any) -> None:
        type(definition.procedure).objects.update(status="bai_bo")
        assert "không còn hiệu lực" in self.said(definition)

    def test_closed_or_unpublished_form_says_so_itself(self, definition: Any) -> None:
        definition.procedure.assignments.all().delete()
        type(definition).objects.update(active=False)
        said = self.said(definition)
        assert "Chưa có cơ quan nào tiếp nhận" not in said
        assert "đang ngừng nhận hồ sơ" in said
