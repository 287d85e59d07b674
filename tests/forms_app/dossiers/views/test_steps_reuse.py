"""The applicant's details need not be entered twice (WCAG 2.2, 3.3.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from forms_app.dossiers.models import Draft
from tests.forms_app.dossiers.factories import APPLICANT, enter, make_draft, make_form

pytestmark = pytest.mark.django_db
BUTTON = 'name="reuse"'
SCHEMA: dict[str, Any] = {
    "estimated_minutes": 5,
    "steps": [
        {
            "id": "subject",
            "title": "Người được xác nhận",
            "fields": [
                {"id": "subject_name", "type": "short_text", "label": "Họ, chữ đệm, tên",
                 "options": {"autocomplete": "name"}},
                {"id": "subject_id", "type": "citizen_id", "label": "Số định danh cá nhân"},
                {"id": "born", "type": "date", "label": "Ngày sinh"},
            ],
        },
        {
            "id": "use",
            "title": "Mục đích",
            "fields": [{"id": "reason", "type": "short_text", "label": "Dùng vào việc gì?"}],
        },
    ],
}  # fmt: skip


@pytest.fixture
def base(client: Client) -> str:
    """Return the base address of a draft with only the first step answered."""
    draft, token = make_draft(make_form(schema=SCHEMA), born="")
    answers = {key: value for key, value in draft.answers.items() if key in APPLICANT}
    Draft.objects.filter(pk=draft.pk).update(answers=answers, steps_done=["applicant"])
    return enter(client, draft, token)


def test_reuse_fills_empty_fields_without_validation(client: Client, base: str) -> None:
    assert BUTTON in client.get(f"{base}buoc/subject/").content.decode()

    data = {"reuse": "1", "subject_name": "", "subject_id": "", "born": "5.9"}
    html = client.post(f"{base}buoc/subject/", data, follow=True).content.decode()
    assert f'value="{APPLICANT["full_name"]}"' in html
    assert APPLICANT["identity"]["number"] in html
    assert 'value="5.9"' in html, "what was typed stays"
    assert "field__error" not in html
    assert BUTTON not in html
    assert Draft.objects.get().answers["subject_id"] == APPLICANT["identity"]["number"]
    assert "subject" not in Draft.objects.get().steps_done


def test_entered_name_is_not_overwritten_by_reuse(client: Client, base: str) -> None:
    data = {"reuse": "1", "subject_name": "Trần Văn Bé"}
    html = client.post(f"{base}buoc/subject/", data, follow=True).content.decode()
    assert 'value="Trần Văn Bé"' in html
    assert APPLICANT["full_name"] not in html


@pytest.mark.parametrize("step", ["applicant", "use"])
def test_steps_without_personal_questions_offer_no_reuse(client: Client, base: str, step: str) -> None:
    assert BUTTON not in client.get(f"{base}buoc/{step}/").content.decode()


def test_answered_fields_are_not_offered_for_reuse(client: Client, base: str) -> None:
    answers = {"subject_name": "Trần Văn Bé", "subject_id": "096185001234", "born": "5.9.1985"}
    assert client.post(f"{base}buoc/subject/", answers).status_code == 302
    assert BUTTON not in client.get(f"{base}buoc/subject/").content.decode()
