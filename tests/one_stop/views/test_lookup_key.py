"""The desk replaces a lost key after checking the identity document; the officer who did so prints it."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Agency, Membership, User
from core.outbox import deliver_due
from forms_app.dossiers.models import Dossier
from tests.one_stop.factories import make_officer

pytestmark = pytest.mark.django_db
SHOWN = {"document": "card", "number": "096 185 001 234"}


def address(dossier: Dossier, ending: str = "ma-tra-cuu/") -> str:
    return f"/mot-cua/ho-so/{dossier.code}/{ending}"


def slip_text(answer: Any) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


class TestReplace:
    def test_officer_replaces_and_prints_the_key(self, client: Client, dossier: Dossier) -> None:
        assert address(dossier) in client.get(address(dossier, "")).content.decode()
        answer = client.post(address(dossier), SHOWN, follow=True)
        assert "Đã cấp mã tra cứu mới." in answer.content.decode()
        text = slip_text(client.get(address(dossier, "ma-tra-cuu.pdf")))
        key = re.search(r"Mã tra cứu: (\w{8})", text)[1]
        assert Client().post("/tra-cuu/", {"code": dossier.code, "lookup_key": key}).status_code == 302
        assert key not in answer.content.decode(), "the key is on paper only"

    def test_event_names_officer_and_document_and_the_citizen_gets_a_mail(
        self, client: Client, dossier: Dossier, officer: Any
    ) -> None:
        deliver_due()
        mail.outbox.clear()
        client.post(address(dossier), SHOWN)
        event = dossier.events.get(action="replace_key")
        assert event.actor == officer
        assert event.data == {"by": "desk", "document": "card", "number": "•••234"}
        deliver_due()
        (letter,) = mail.outbox
        assert "đối chiếu giấy tờ tùy thân" in letter.body
        assert "Cấp lại mã tra cứu" in client.get(address(dossier, "")).content.decode()

    @pytest.mark.parametrize(
        "typed", [{"number": "096185001235"}, {"number": ""}, {"document": ""}, {"document": "x"}]
    )
    def test_wrong_or_missing_document_changes_nothing(
        self, client: Client, dossier: Dossier, typed: dict[str, str]
    ) -> None:
        before = Dossier.objects.get().link_token_hash
        answer = client.post(address(dossier), {**SHOWN, **typed})
        assert answer.status_code == 422
        assert Dossier.objects.get().link_token_hash == before
        assert not dossier.events.filter(action="replace_key").exists()

    @pytest.mark.parametrize(("ticked", "confirmed"), [(True, True), (False, False)])
    def test_address_is_confirmed_only_if_the_citizen_confirms_it(
        self, client: Client, dossier: Dossier, ticked: bool, confirmed: bool
    ) -> None:
        Dossier.objects.update(email_confirmed_at=timezone.now())
        client.post(address(dossier), {**SHOWN, **({"email_is_theirs": "on"} if ticked else {})})
        assert (Dossier.objects.get().email_confirmed_at is not None) is confirmed

    def test_dossier_without_an_address_is_not_asked_for_it(self, client: Client, dossier: Dossier) -> None:
        Dossier.objects.update(email="")
        page = client.get(address(dossier)).content.decode()
        assert "email_is_theirs" not in page
        assert "không ai được báo" in page
        assert "được báo qua thư điện tử" not in page
        client.post(address(dossier), {**SHOWN, "email_is_theirs": "on"})
        assert Dossier.objects.get().email_confirmed_at is None

    def test_dossier_without_a_number_leaves_the_comparison_to_the_officer(
        self, client: Client, dossier: Dossier
    ) -> None:
        dossier.answers.pop("identity")
        Dossier.objects.update(answers=dossier.answers)
        assert (
            client.post(address(dossier), {"document": "passport", "number": "C1234567"}).status_code == 302
        )


class TestPrint:
    def test_only_the_officer_who_issued_it_prints_it_for_fifteen_minutes(
        self, client: Client, dossier: Dossier, agency: Agency, officer: User
    ) -> None:
        assert client.get(address(dossier, "ma-tra-cuu.pdf")).status_code == 404, "nothing was issued"
        client.post(address(dossier), SHOWN)
        colleague = Client()
        colleague.force_login(make_officer(agency))
        assert colleague.get(address(dossier, "ma-tra-cuu.pdf")).status_code == 404
        assert client.get(address(dossier, "ma-tra-cuu.pdf")).status_code == 200
        with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
            client.force_login(officer)  # an idle session would have ended by then
            assert client.get(address(dossier, "ma-tra-cuu.pdf")).status_code == 404

    def test_printing_is_logged(self, client: Client, dossier: Dossier, officer: Any) -> None:
        client.post(address(dossier), SHOWN)
        client.get(address(dossier, "ma-tra-cuu.pdf"))
        assert dossier.view_log.filter(actor=officer, target="lookup_key").count() == 1


@pytest.mark.parametrize("role", [Membership.Role.HANDLER, Membership.Role.INSPECTOR])
def test_roles_without_citizen_contact_replace_no_key(agency: Agency, dossier: Dossier, role: str) -> None:
    client = Client()
    client.force_login(make_officer(agency, role))
    assert client.get(address(dossier)).status_code == 404
    assert client.post(address(dossier), SHOWN).status_code == 404
    assert client.get(address(dossier, "ma-tra-cuu.pdf")).status_code == 404
