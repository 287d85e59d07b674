"""Identity numbers in answers are unreadable in the database, readable in the portal, and found by the desk."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.services.factor_secrets import decrypt_secret, encrypt_secret
from forms_app.builder.applicant import identity_of
from forms_app.dossiers.models import Dossier, Draft
from forms_app.dossiers.models.answers import is_identity_number
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import file_dossier, make_draft, officer_of

NUMBER = "096185004242"


def raw(table: str, column: str = "answers") -> str:
    """Return what the database stores, past the field."""
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
def test_numbers_are_recognised_by_their_form(text: str, is_number: bool) -> None:
    assert is_identity_number(text) is is_number


@pytest.mark.django_db
class TestStorage:
    def test_numbers_are_encrypted_at_any_depth_and_others_are_not(self) -> None:
        dossier = file_dossier().dossier
        answers = {
            "identity": {"kind": "passport", "number": "B1234567"},
            "citizen_id": "C7654321",
            "members": [{"id": "385012345"}],
            "note": "Ghi chu 2026",
        }
        Dossier.objects.filter(pk=dossier.pk).update(answers=answers)
        stored = raw("dossiers_dossier")
        assert not any(number in stored for number in ("B1234567", "C7654321", "385012345"))
        assert "Ghi chu 2026" in stored
        assert "passport" in stored
        dossier.refresh_from_db()
        assert dossier.answers == answers
        assert Dossier.objects.values_list("answers", flat=True).get() == answers
        dossier.save()
        dossier.refresh_from_db()
        assert dossier.answers == answers

    def test_draft_and_what_was_typed_wrongly_are_encrypted(self) -> None:
        draft, _token = make_draft(other=NUMBER)
        Draft.objects.update(answers={**draft.answers, "citizen_id": NUMBER})
        Draft.objects.update(
            typed={"applicant": {"identity_number": ["0961 8500"], "other": ["385 012 345"]}}
        )
        assert NUMBER not in raw("dossiers_draft")
        typed = raw("dossiers_draft", "typed")
        assert "0961 8500" not in typed
        assert "385 012 345" not in typed
        draft.refresh_from_db()
        assert draft.answers["citizen_id"] == NUMBER
        assert draft.typed["applicant"]["identity_number"] == ["0961 8500"]

    def test_value_whose_key_is_missing_survives_being_stored_again(self, settings: Any) -> None:
        settings.FIELD_KEYS = {"1": "a" * 40}
        dossier = file_dossier().dossier
        Dossier.objects.update(answers={"citizen_id": NUMBER})
        settings.FIELD_KEYS = {"2": "b" * 40}
        dossier.refresh_from_db()
        dossier.save()
        settings.FIELD_KEYS = {"2": "b" * 40, "1": "a" * 40}
        dossier.refresh_from_db()
        assert dossier.answers == {"citizen_id": NUMBER}

    def test_rotation_lets_the_former_key_go(self, settings: Any) -> None:
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
        assert out.getvalue() == "rewritten=3 second_factors=1 unreadable=0\n", (
            "the dossier's draft is kept, empty"
        )
        settings.FIELD_KEYS = {"2": "b" * 40}
        for row in (dossier, draft):
            row.refresh_from_db()
            assert row.answers == {"citizen_id": NUMBER}
        assert decrypt_secret(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"

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
