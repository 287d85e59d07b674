"""Secrets of second factors are encrypted under FIELD_KEYS; those stored before ADR 241 stay readable."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from accounts.models import Membership, User
from accounts.services.factor_secrets import decrypt_secret, encrypt_again, encrypt_secret
from core import encryption
from tests.accounts.admin_helpers import member
from tests.accounts.factories import AgencyFactory
from tests.accounts.test_second_factor import CODE, enrol, sign_in, signed_in
from tests.accounts.totp import code_at

pytestmark = pytest.mark.django_db
#: SECRET as it was stored under this SECRET_KEY before ADR 241.
FORMER_KEY, SECRET = "a-former-secret-key", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STORED = (
    "gAAAAABrDdHi_qSIsG_gxz2oHdX-hv25Goo_ROLlD43E631wKYfN4R2HsL9QOBpJOwFnoLi0clQvYats1_YXqbI87QIvTm9_"
    "ZDXeGYoOuEFBm0JU3-15G-SEJTzbmOMqu0XaMrfBwpNX"
)


@pytest.fixture
def officer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    settings.SECOND_FACTOR_REQUIRED = True
    # A request of the test client is part of the test's transaction, which is never committed.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_options: call())
    return member(AgencyFactory(), Membership.Role.RECEIVER, username="can-bo")


def is_let_in(officer: User, code: str) -> bool:
    client, _answer = sign_in(officer)
    client.post(CODE, {"code": code})
    return signed_in(client)


def secrets() -> list[str]:
    rows = Authenticator.objects.order_by("pk")
    return [row.data[name] for row in rows for name in ("secret", "seed") if name in row.data]


class TestStored:
    def test_secrets_are_encrypted_for_their_own_purpose(self, officer: User) -> None:
        secret, codes = enrol(officer)
        assert len(secrets()) == 2
        assert all(encryption.looks_encrypted(stored) for stored in secrets())
        assert not any(text in "".join(secrets()) for text in (secret, *codes))
        assert decrypt_secret(secrets()[0]) == secret
        assert encryption.decrypt(secrets()[0]) == secrets()[0], "copied into an answer it shows nothing"

    def test_a_new_secret_key_changes_nothing(self, officer: User, settings: Any) -> None:
        secret, _codes = enrol(officer)
        settings.SECRET_KEY = "moi"
        assert is_let_in(officer, code_at(secret, steps=1))

    def test_without_the_key_no_code_matches(self, officer: User, settings: Any, caplog: Any) -> None:
        secret, codes = enrol(officer)
        settings.FIELD_KEYS = {"2": "b" * 40}
        assert not any(is_let_in(officer, code) for code in (code_at(secret, steps=1), codes[0]))
        assert "a key is missing in FIELD_KEYS" in caplog.text


class TestStoredBefore:
    @pytest.fixture(autouse=True)
    def _stored(self, officer: User) -> None:
        Authenticator.objects.create(user=officer, type="totp", data={"secret": STORED})

    @pytest.mark.parametrize(("key", "fallbacks"), [(FORMER_KEY, []), ("moi", [FORMER_KEY])])
    def test_code_is_accepted(self, officer: User, settings: Any, key: str, fallbacks: list[str]) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, fallbacks
        assert is_let_in(officer, code_at(SECRET))

    def test_without_its_secret_key_no_code_matches(self, officer: User, caplog: Any) -> None:
        assert not is_let_in(officer, code_at(SECRET))
        assert "its SECRET_KEY is gone" in caplog.text

    def test_command_moves_it_to_the_field_keys(self, officer: User, settings: Any) -> None:
        settings.SECRET_KEY_FALLBACKS = [FORMER_KEY]
        out = StringIO()
        call_command("encrypt_second_factors", stdout=out)
        assert out.getvalue() == "1 encrypted, 0 cannot be read with any key\n"
        settings.SECRET_KEY_FALLBACKS = []
        assert encryption.looks_encrypted(secrets()[0])
        assert is_let_in(officer, code_at(SECRET))


class TestEncryptAgain:
    def test_former_field_key_can_be_removed_afterwards(self, officer: User, settings: Any) -> None:
        settings.FIELD_KEYS = {"1": "a" * 40}
        secret, codes = enrol(officer)
        settings.FIELD_KEYS = {"2": "b" * 40, "1": "a" * 40}
        assert encrypt_again() == (2, 0)
        settings.FIELD_KEYS = {"2": "b" * 40}
        assert is_let_in(officer, code_at(secret, steps=1))
        assert is_let_in(officer, codes[0])

    def test_unreadable_secrets_stay_unchanged(self, officer: User, settings: Any) -> None:
        settings.FIELD_KEYS = {"1": "a" * 40}
        lost = Authenticator.objects.create(
            user=officer, type="totp", data={"secret": encrypt_secret(SECRET)}
        )
        settings.FIELD_KEYS = {"2": "b" * 40}
        key = Authenticator.objects.create(user=officer, type="webauthn", data={"name": "khoá"})
        assert encrypt_again() == (0, 1)
        settings.FIELD_KEYS = {"1": "a" * 40}
        lost.refresh_from_db()
        assert decrypt_secret(lost.data["secret"]) == SECRET
        key.refresh_from_db()
        assert key.data == {"name": "khoá"}
