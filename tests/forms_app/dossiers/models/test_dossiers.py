"""Dossiers and drafts keep the procedure and form versions under which they were started."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Agency
from forms_app.builder import services as builder
from forms_app.builder.models import FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import services
from forms_app.dossiers.models import ConsentText, Dossier, Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.selectors.filing import filing_offer
from procedures.models import ProcedureVersion
from procedures.snapshot import Snapshot
from procedures.value_objects import ChannelDetails
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import (
    SCHEMA,
    at,
    enter,
    file_dossier,
    make_draft,
    make_form,
    make_version,
    officer_of,
    picture,
)

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")
APPLICANT = {
    "full_name": "Nguyễn Thị Thử", "identity_number": "096185001234", "phone": "0912345678", "address_detail": "Ấp 1",
    "result_delivery": "counter",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="UBND phường Tân Thành")


@pytest.fixture
def form(agency: Agency) -> FormVersion:
    return make_form(make_version(title="Đăng ký khai sinh"), agency)


def changed(form: FormVersion) -> FormVersion:
    """Publish a version with one question removed, one renamed, one added, and the order reversed."""
    schema = copy.deepcopy(SCHEMA)
    fields = schema["steps"][0]["fields"]
    schema["steps"][0]["title"] = "Em bé"
    schema["steps"][0]["fields"] = [
        {"id": "weight", "type": "number", "label": "Cân nặng khi sinh"},
        {**fields[0], "label": "Tên khai sinh"},
    ]
    return builder.publish(definition=form.definition, schema=schema)


def amended(form: FormVersion, *, days: int = 1) -> ProcedureVersion:
    """Create a new version of the procedure with another title and time limit."""
    procedure = form.definition.procedure
    procedure.versions.update(valid_to=NOW.date() + timedelta(days=days - 1))
    snapshot = Snapshot(
        core_code=procedure.core_code, title="Khai sinh theo luật mới",
        channels=(ChannelDetails("truc_tuyen", 9, "ngay_lam_viec"),),
    )  # fmt: skip
    return ProcedureVersion.objects.create(
        procedure=procedure, number=2, valid_from=NOW.date() + timedelta(days=days), title=snapshot.title,
        snapshot=snapshot.to_json(), digest=snapshot.digest,
    )  # fmt: skip


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestDrafts:
    def start_draft(self, client: Client, form: FormVersion) -> str:
        base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
        client.post(base)
        assert client.post(f"{base}buoc/applicant/", APPLICANT).status_code == 302
        return base

    def test_open_draft_keeps_the_questions_of_its_version(self, client: Client, form: FormVersion) -> None:
        base = self.start_draft(client, form)
        newer = changed(form)
        html = page(client, f"{base}buoc/child/")
        assert "Họ tên của trẻ" in html
        assert "Tên khai sinh" not in html
        answers = {"child_name": "Nguyễn Văn Mới", "born": "1/11/2026", "proof": picture()}
        assert client.post(f"{base}buoc/child/", answers)["Location"] == f"{base}xem-lai/"
        assert Draft.objects.get().form_version == form != newer

    def test_draft_of_an_old_version_can_be_submitted(self, client: Client, form: FormVersion) -> None:
        draft, token = make_draft(form)
        changed(form)
        receipt = services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force(), now=NOW
        )
        assert receipt.dossier.form_version == form
        html = page(client, f"/ho-so/{receipt.token}/noi-dung/")
        assert "Họ tên của trẻ" in html
        assert "Giấy chứng sinh" in html
        assert "Cân nặng" not in html

    def test_new_draft_uses_the_new_version(self, form: FormVersion) -> None:
        newer = changed(form)
        offer = filing_offer(form.definition.procedure.core_code)
        assert offer is not None
        assert offer.form == newer
        client = Client()
        base = self.start_draft(client, form)
        assert "Tên khai sinh" in page(client, f"{base}buoc/child/")

    def test_draft_of_a_closed_form_can_be_completed_but_not_started(
        self, client: Client, form: FormVersion
    ) -> None:
        base = self.start_draft(client, form)
        form.definition.active = False
        form.definition.save()
        assert client.get(f"{base}buoc/child/").status_code == 200
        assert Client().get(base).status_code == 404

    def test_publishing_an_unchanged_form_creates_no_version(self, form: FormVersion) -> None:
        assert builder.publish(definition=form.definition, schema=SCHEMA) == form
        assert form.definition.versions.count() == 1

    def test_version_numbers_are_gapless(self, form: FormVersion) -> None:
        changed(form)
        builder.publish(definition=form.definition, schema=SCHEMA)
        numbers = form.definition.versions.order_by("number").values_list("number", flat=True)
        assert list(numbers) == [1, 2, 3]


class TestDossiers:
    @pytest.fixture
    def receipt(self, form: FormVersion) -> services.FilingReceipt:
        return file_dossier(form, now=NOW)

    def test_citizen_and_desk_see_the_questions_of_the_submitted_version(
        self, receipt: services.FilingReceipt, form: FormVersion
    ) -> None:
        changed(form)
        amended(form)
        desk = Client()
        desk.force_login(officer_of(receipt.dossier))
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            desk.force_login(officer_of(receipt.dossier))
            pages = [
                page(Client(), f"/ho-so/{receipt.token}/"),
                page(Client(), f"/ho-so/{receipt.token}/noi-dung/"),
                page(desk, f"/mot-cua/ho-so/{receipt.code}/"),
            ]
        for html in pages:
            assert "Đăng ký khai sinh" in html
            assert "Khai sinh theo luật mới" not in html
        for html in pages[1:]:
            assert "Họ tên của trẻ" in html
            assert "Tên khai sinh" not in html
            assert "01/11/2026" in html

    def test_processing_time_is_taken_from_the_version_in_force_at_submission(
        self, receipt: services.FilingReceipt, form: FormVersion
    ) -> None:
        amended(form)
        later = NOW + timedelta(days=2)
        dossier = services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=1, action="accept", actor=officer_of(receipt.dossier),
            now=later,
        )  # fmt: skip
        assert dossier.deadline_rule["value"] == 3
        assert dossier.procedure_version.number == 1

    def test_dossier_submitted_after_the_amendment_uses_the_new_version(self, form: FormVersion) -> None:
        newer = amended(form)
        code = form.definition.procedure.core_code
        offer = filing_offer(code)
        assert offer is not None
        assert offer.version.number == 1
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            offer = filing_offer(code)
            assert offer is not None
            assert offer.version == newer

    @pytest.mark.parametrize("what", ["procedure_version", "form_version", "agency", "submitted_at"])
    def test_dossier_cannot_be_moved_to_another_version(
        self, receipt: services.FilingReceipt, form: FormVersion, what: str
    ) -> None:
        other = {
            "procedure_version": amended(form), "form_version": changed(form), "agency": AgencyFactory(),
            "submitted_at": NOW - timedelta(days=9),
        }[what]  # fmt: skip
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Dossier.objects.filter(pk=receipt.dossier.pk).update(**{what: other})

    @pytest.mark.parametrize(
        "change",
        [{"schema": {}}, {"digest": "x"}, {"number": 9}, {"published_at": NOW}],
        ids=lambda change: next(iter(change)),
    )
    def test_published_form_version_cannot_be_changed_or_deleted(
        self, form: FormVersion, change: dict[str, Any]
    ) -> None:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            FormVersion.objects.filter(pk=form.pk).update(**change)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            FormVersion.objects.filter(pk=form.pk)._raw_delete("default")

    def test_digest_matches_the_stored_schema(self, form: FormVersion) -> None:
        newer = changed(form)
        for version in (form, newer):
            version.refresh_from_db()
            assert FormSchema.from_json(version.schema).digest == version.digest
        assert form.digest != newer.digest

    def test_removed_choice_is_still_shown_by_its_label(self, agency: Agency) -> None:
        schema = {"steps": [{"id": "kind", "title": "Loại", "fields": [
            {"id": "kind_of", "type": "choice", "label": "Loại việc", "choices": [
                {"value": "a", "label": "Đăng ký mới"}, {"value": "b", "label": "Đăng ký lại"},
            ]},
        ]}]}  # fmt: skip
        version = make_form(make_version(), agency, schema=schema)
        receipt = file_dossier(version, now=NOW, kind_of="b")
        fewer = copy.deepcopy(schema)
        fewer["steps"][0]["fields"][0]["choices"].pop()
        builder.publish(definition=version.definition, schema=fewer)
        assert "Đăng ký lại" in page(Client(), f"/ho-so/{receipt.token}/noi-dung/")


class TestConsent:
    def newer(self, *, days: int = 0) -> ConsentText:
        return ConsentText.objects.create(
            number=2, valid_from=NOW.date() + timedelta(days=days), purpose="Mục đích mới", retention="Mười năm",
            rights="Quyền mới",
        )  # fmt: skip

    def review(self, client: Client) -> tuple[str, dict[str, str]]:
        draft, token = make_draft()
        base = f"/nop-ho-so/{draft.procedure_version.procedure.core_code}/"
        enter(client, draft, token)
        html = page(client, f"{base}xem-lai/")
        return base, {
            "key": draft.idempotency_key, "consent": "on",
            "consent_number": html.split('name="consent_number" value="')[1].split('"')[0],
        }  # fmt: skip

    def test_dossier_keeps_the_consent_text_shown_at_submission(self, client: Client) -> None:
        base, data = self.review(client)
        assert client.post(f"{base}xem-lai/", data).status_code == 302
        dossier = Dossier.objects.get()
        self.newer()
        dossier.refresh_from_db()
        assert dossier.consent is not None
        assert dossier.consent.number == 1
        assert dossier.events.get().data["consent"] == 1

    def test_consent_text_that_changes_while_being_read_is_shown_again(self, client: Client) -> None:
        base, data = self.review(client)
        self.newer()
        answer = client.post(f"{base}xem-lai/", data, follow=True)
        assert "Mục đích mới" in answer.text
        assert "data-error-summary" in answer.text
        assert not Dossier.objects.exists()
        again = client.post(f"{base}xem-lai/", data | {"consent_number": "2"})
        assert again.status_code == 302
        assert Dossier.objects.get().consent.number == 2

    @pytest.mark.parametrize(("days", "number"), [(-30, 2), (0, 2), (1, 1), (365, 1)])
    def test_consent_text_is_used_from_its_day(self, days: int, number: int) -> None:
        self.newer(days=days)
        found = consent_in_force()
        assert found is not None
        assert found.number == number

    @pytest.mark.parametrize("data", [{}, {"consent": ""}, {"consent": "on", "consent_number": "x"}])
    def test_without_consent_nothing_is_submitted(self, client: Client, data: dict[str, str]) -> None:
        base, whole = self.review(client)
        form_data = {"key": whole["key"], "consent_number": whole["consent_number"], **data}
        answer = client.post(f"{base}xem-lai/", form_data, follow=True)
        assert "data-error-summary" in answer.text
        assert not Dossier.objects.exists()

    def test_initial_consent_text_states_law_and_rights(self) -> None:
        text = ConsentText.objects.get()
        assert text.valid_from == date(2026, 1, 1)
        whole = f"{text.purpose} {text.retention} {text.rights}"
        for words in ("91/2025/QH15", "356/2025/NĐ-CP", "30 ngày", "rút", "xóa", "khiếu nại"):
            assert words in whole
