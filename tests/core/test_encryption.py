"""Single values are encrypted under keys that can be replaced."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core import encryption

OLD, NEW = {"2026": "a" * 40}, {"2027": "b" * 40}


def test_text_is_encrypted_differently_each_time_and_can_be_decrypted(settings: Any) -> None:
    settings.FIELD_KEYS = OLD
    first, second = encryption.encrypt("096185004242"), encryption.encrypt("096185004242")
    assert first != second
    assert "096185004242" not in first
    assert encryption.decrypt(first) == encryption.decrypt(second) == "096185004242"
    assert encryption.decrypt(encryption.encrypt(first)) == first, (
        "typed by somebody, and never decrypted for them"
    )
    assert encryption.decrypt("096185004242") == "096185004242", "a row from before"


def test_former_key_reads_until_it_is_removed(settings: Any, caplog: Any) -> None:
    settings.FIELD_KEYS = OLD
    sealed = encryption.encrypt("1")
    settings.FIELD_KEYS = {**NEW, **OLD}
    assert encryption.decrypt(sealed) == "1"
    settings.FIELD_KEYS = NEW
    unreadable = encryption.decrypt(sealed)
    assert unreadable == sealed
    assert encryption.encrypt(unreadable) == sealed, "unreadable, but not lost"
    assert "a key is missing" in caplog.text


def test_value_of_one_purpose_cannot_be_read_for_another(settings: Any) -> None:
    settings.FIELD_KEYS = OLD
    sealed = encryption.encrypt("1", purpose="a")
    assert encryption.decrypt(sealed, purpose="a") == "1"
    assert isinstance(encryption.decrypt(sealed, purpose="b"), encryption.Unreadable)
    assert isinstance(encryption.decrypt(sealed), encryption.Unreadable)


def test_identity_numbers_stored_before_stay_readable(settings: Any) -> None:
    """Their keys are derived from a fixed text; with another one every stored number would be lost."""
    settings.FIELD_KEYS = OLD
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal field encryption 1").derive(b"a" * 40)
    stored = "enc1:" + Fernet(base64.urlsafe_b64encode(key)).encrypt(b"096185004242").decode()
    assert encryption.decrypt(stored) == "096185004242"


@pytest.mark.parametrize("broken", ["enc1:", "enc1:x", "enc1:đ"])
def test_text_that_only_looks_encrypted_is_returned_unchanged(broken: str) -> None:
    assert encryption.decrypt(broken) == broken
