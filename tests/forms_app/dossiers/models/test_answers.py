"""Identity numbers in answers are unreadable in the database, readable in the portal, and can be found at the desk."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import JSONField, Value
from django.test import Client

from accounts.services.factor_secrets import decrypt_secret, encrypt_secret
from forms_app.builder.admin.blocks import fill_identifiers
from forms_app.builder.applicant import identity_of
from forms_app.dossiers.models import Dossier, Draft, SupplementRequest
from forms_app.dossiers.models.answers import AnswersField, is_identity_number
from forms_app.dossiers.services import field_keys, save_step
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import (
    file_dossier,
    make_draft,
    make_form,
    officer_of,
    request_supplement,
)

NUMBER = "096185004242"


def raw(table: str, column: str = "answers") -> str:
    """Return what the database stores, bypassing the field."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return str(cursor.fetchall())


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        (NUMBER, True), ("0961 8500 4242", True), ("096.185.004.242", True), ("385012345", True),
        ("0912345678", False), ("09618500424", False), ("Số 096185004242", False), ("", False),
        ("12/11/2026", False), ("9" * 13, False),
    ],
)  # fmt: skip
def test_numbers_are_recognised_by_their_structure(text: str, is_number: bool) -> None:
    assert is_identity_number(text) is is_number


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_keys, "_BATCH", 2)


@pytest.mark.django_db
class TestStorage:
    def test_free_text_that_asks_for_numbers_is_encrypted_as_a_whole_and_stored_rows_are_by_the_command(
        self,
    ) -> None:
        question = {
            "id": "members",
            "type": "long_text",
            "label": "Thành viên",
            "help": "Họ tên, số căn cước",
        }
        dossier = file_dossier(
            make_form(schema={"steps": [{"id": "s", "title": "Bước", "fields": [question]}]}),
            members=f"An, {NUMBER}",
        ).dossier
        assert NUMBER not in raw("dossiers_dossier")
        assert "An, " not in raw("dossiers_dossier")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE dossiers_dossier SET answers = %s", [f'{{"members": "An, {NUMBER}"}}'])
        assert NUMBER in raw("dossiers_dossier")
        call_command("rotate_field_keys", stdout=StringIO())
        assert NUMBER not in raw("dossiers_dossier")
        dossier.refresh_from_db()
        assert dossier.answers["members"] == f"An, {NUMBER}"

    def test_answers_of_identity_questions_and_what_looks_like_a_number_are_encrypted(self) -> None:
        dossier = file_dossier().dossier
        answers = {
            "identity": {"kind": "passport", "number": "B1234567"},
            "members": [{"id": "385012345"}],
            "note": "Ghi chu 2026",
        }
        dossier.answers = answers
        dossier.save(update_fields=["answers"])
        stored = raw("dossiers_dossier")
        assert not any(number in stored for number in ("B1234567", "385012345"))
        assert "Ghi chu 2026" in stored
        assert dossier.answers == answers, "the object in memory stays readable"
        dossier.refresh_from_db()
        assert dossier.answers == answers
        assert Dossier.objects.values_list("answers", flat=True).get() == answers
        dossier.save()
        dossier.refresh_from_db()
        assert dossier.answers == answers

    def test_question_made_in_the_editor_is_encrypted_by_its_type(self) -> None:
        steps = [
            {
                "id": "giay_to", "title": "Giấy tờ",
                "fields": [
                    {"id": "", "type": "identity_document", "label": "Hộ chiếu của con"},
                    {"id": "", "type": "short_text", "label": "Nơi cấp", "required": False},
                ],
            }
        ]  # fmt: skip
        schema = {"steps": fill_identifiers(steps), "estimated_minutes": 3}
        assert schema["steps"][0]["fields"][0]["id"] == "ho_chieu_cua_con"
        draft, token = make_draft(make_form(schema=schema))
        passport = {"kind": "passport", "number": "C7654321"}
        save_step(
            token=token, step_id="giay_to", answers={"ho_chieu_cua_con": passport, "noi_cap": "Ca Mau"},
            complete=False, typed={"ho_chieu_cua_con_number": ["C76-5"], "noi_cap": ["Bac Lieu"]},
        )  # fmt: skip
        stored = raw("dossiers_draft") + raw("dossiers_draft", "typed")
        assert not any(text in stored for text in ("C7654321", "C76-5"))
        assert "Ca Mau" in stored
        assert "Bac Lieu" in stored
        draft.refresh_from_db()
        assert draft.answers["ho_chieu_cua_con"] == passport
        assert draft.typed["giay_to"]["ho_chieu_cua_con_number"] == ["C76-5"]

    def test_everything_is_encrypted_if_no_form_is_known(self) -> None:
        dossier = request_supplement(file_dossier().dossier).dossier
        Dossier.objects.filter(pk=dossier.pk).update(answers={"note": "Ghi chu"})
        SupplementRequest.objects.update(typed={"other_1": "C1234567"})
        assert "Ghi chu" not in raw("dossiers_dossier")
        assert "C1234567" not in raw("dossiers_supplementrequest", "typed")
        dossier.refresh_from_db()
        assert dossier.answers == {"note": "Ghi chu"}
        assert dossier.supplement_requests.get().typed == {"other_1": "C1234567"}
        dossier.form_version = None
        dossier.save(update_fields=["answers"])
        assert "Ghi chu" not in raw("dossiers_dossier")

    def test_value_whose_key_is_missing_survives_another_save(self, settings: Any) -> None:
        settings.FIELD_KEYS = {"1": "a" * 40}
        dossier = file_dossier().dossier
        Dossier.objects.update(answers={"citizen_id": NUMBER})
        settings.FIELD_KEYS = {"2": "b" * 40}
        dossier.refresh_from_db()
        dossier.save()
        settings.FIELD_KEYS = {"2": "b" * 40, "1": "a" * 40}
        dossier.refresh_from_db()
        assert dossier.answers == {"citizen_id": NUMBER}

    def test_former_key_can_be_removed_after_a_rotation(self, settings: Any) -> None:
        settings.FIELD_KEYS = {"1": "a" * 40}
        dossier, (draft, _token) = file_dossier().dossier, make_draft()
        for model in (Dossier, Draft):
            model.objects.update(answers={"citizen_id": NUMBER})
        Authenticator.objects.create(
            user=UserFactory(), type="totp", data={"secret": encrypt_secret("JBSWY3DPEHPK3PXP")}
        )
        settings.FIELD_KEYS = {"2": "b" * 40, "1": "a" * 40}
        out = StringIO()
        call_command("rotate_field_keys", stdout=out)
        assert out.getvalue() == "rewritten=3 newly_encrypted=0 second_factors=1 unreadable=0\n", (
            "the dossier's draft is kept, empty"
        )
        settings.FIELD_KEYS = {"2": "b" * 40}
        for row in (dossier, draft):
            row.refresh_from_db()
            assert row.answers == {"citizen_id": NUMBER}
        assert decrypt_secret(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"

    def test_rows_whose_key_is_missing_are_counted_and_their_tables_named(self, settings: Any) -> None:
        """A misspelt former key: whoever destroyed it now would have lost the numbers for good."""
        settings.FIELD_KEYS = {"1": "a" * 40}
        supplement = request_supplement(file_dossier().dossier)
        make_draft()
        SupplementRequest.objects.update(typed={"other_1": "C1234567"})
        Dossier.objects.update(answers={"people": [{"citizen_id": NUMBER}, {"citizen_id": NUMBER}]})
        Authenticator.objects.create(
            user=UserFactory(), type="totp", data={"secret": encrypt_secret("JBSWY3DPEHPK3PXP")}
        )
        settings.FIELD_KEYS = {"2": "b" * 40, "1": "A" * 40}
        out = StringIO()
        with pytest.raises(CommandError) as caught:
            call_command("rotate_field_keys", stdout=out)
        assert out.getvalue().endswith(" second_factors=0 unreadable=4\n")
        for table in (
            "dossiers_dossier (1)",
            "dossiers_draft (1)",
            "dossiers_supplementrequest (1)",
            "mfa_authenticator (1)",
        ):
            assert table in str(caught.value)
        settings.FIELD_KEYS = {"2": "b" * 40, "1": "a" * 40}
        out = StringIO()
        call_command("rotate_field_keys", stdout=out)
        assert out.getvalue().endswith(" second_factors=1 unreadable=0\n")
        settings.FIELD_KEYS = {"2": "b" * 40}
        supplement.refresh_from_db()
        assert supplement.typed == {"other_1": "C1234567"}

    def test_the_command_covers_every_column_with_answers(self) -> None:
        columns = {
            model: tuple(one.name for one in model._meta.local_fields if isinstance(one, AnswersField))
            for model in apps.get_models()
        }
        assert {model: names for model, names in columns.items() if names} == field_keys._COLUMNS

    @pytest.mark.usefixtures("small_batches")
    def test_unencrypted_numbers_are_found_by_the_form_and_encrypted_once(self) -> None:
        drafts = [make_draft()[0] for _ in range(5)]
        clear = {"identity": {"kind": "passport", "number": "C7654321"}, "child_name": "Ten cua con"}
        Draft.objects.filter(pk__in=[draft.pk for draft in drafts[:3]]).update(
            answers=Value(clear, JSONField())
        )
        assert "C7654321" in raw("dossiers_draft")
        for newly_encrypted in (3, 0):
            out = StringIO()
            call_command("rotate_field_keys", stdout=out)
            assert f"rewritten=5 newly_encrypted={newly_encrypted} " in out.getvalue()
        assert "C7654321" not in raw("dossiers_draft")
        assert "Ten cua con" in raw("dossiers_draft")
        drafts[0].refresh_from_db()
        assert drafts[0].answers == clear

    def test_officer_reads_the_number_only_after_revealing_it(self, client: Client) -> None:
        dossier = file_dossier().dossier
        number = identity_of(dossier.answers).number
        assert number
        assert number not in raw("dossiers_dossier", "*")
        client.force_login(officer_of(dossier))
        assert str(dossier.code) in client.get("/mot-cua/", {"q": number}).content.decode()
        address = f"/mot-cua/ho-so/{dossier.code}/"
        assert number not in client.get(address).content.decode()
        assert number in client.post(f"{address}hien-so-dinh-danh/").content.decode()
        assert "citizen_id" in dossier.view_log.values_list("target", flat=True)
