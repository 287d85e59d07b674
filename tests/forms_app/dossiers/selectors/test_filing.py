"""The filing options of a procedure by date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forms_app.dossiers.models import FilingChannel
from procedures.filing_links import filing_link_for
from tests.forms_app.dossiers.factories import (
    make_form,
    make_version,
)

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
