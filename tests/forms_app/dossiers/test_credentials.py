"""Private link and lookup key: random, readable, never in referrers or other pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from forms_app.dossiers import credentials
from forms_app.dossiers.models import Dossier
from tests.forms_app.dossiers.factories import at, enter, file_dossier, make_draft, officer_of

SECRET = credentials.current_secret_id()


@pytest.mark.django_db
class TestAddresses:
    def test_tokens_have_at_least_128_random_bits(self) -> None:
        tokens = {credentials.link_token(credentials.new_token(), SECRET) for _n in range(200)}
        assert len(tokens) == 200
        assert all(len(token) == 32 and re.fullmatch(r"[\w-]+", token) for token in tokens)
        assert credentials.TOKEN_BYTES * 8 >= 128
        drafts = {credentials.new_token() for _n in range(200)}
        assert len(drafts) == 200
        assert set(map(len, drafts)) == {32}, "192 bits in base64"

    def test_lookup_keys_use_the_alphabet_evenly(self) -> None:
        letters = "".join(credentials.lookup_key(credentials.new_token(), SECRET) for _n in range(1000))
        assert len(letters) == 8 * 1000
        counts = [letters.count(letter) for letter in credentials.ALPHABET]
        assert 256 % len(credentials.ALPHABET) == 0, "a byte modulo the alphabet size is uniform"
        assert min(counts) > 150
        assert max(counts) < 360

    @given(
        st.text(credentials.ALPHABET, min_size=8, max_size=8),
        st.sampled_from([" ", "-", ".", "  ", "\u00a0"]),
    )
    def test_lookup_key_matches_however_it_is_typed(self, secret: str, gap: str) -> None:
        assert credentials.normalise_lookup_key(f" {secret[:4].lower()}{gap}{secret[4:]} ") == secret
        stored = credentials.lookup_key_hash(secret, SECRET)
        assert credentials.lookup_key_matches(stored, f"{secret[:4]}{gap}{secret[4:].lower()}", SECRET)

    def test_private_address_is_not_sent_as_referrer(self) -> None:
        receipt = file_dossier()
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        for path in (
            f"/ho-so/{receipt.token}/", f"/ho-so/{receipt.token}/noi-dung/", f"/ho-so/{receipt.token}/nguoi-xem/",
            f"/ho-so/{receipt.token}/rut/", f"/nop-ho-so/{code}/buoc/child/", f"/nop-ho-so/{code}/xem-lai/",
        ):  # fmt: skip
            answer = client.get(path)
            assert answer["Referrer-Policy"] == "same-origin", path
            assert answer["X-Robots-Tag"] == "noindex, nofollow"
            assert {"private", "no-store"} <= set(re.split(", ?", answer["Cache-Control"])), path
            foreign = re.findall(r'(?:href|src|action)="(https?://[^"]+)"', answer.content.decode())
            assert [link for link in foreign if "testserver" not in link] == [], path

    def test_desk_never_sees_link_or_lookup_key(self) -> None:
        receipt = file_dossier()
        desk = Client()
        desk.force_login(officer_of(receipt.dossier))
        page = desk.get(f"/mot-cua/ho-so/{receipt.code}/").content.decode()
        assert receipt.token not in page
        assert receipt.lookup_key not in page

    def test_visit_token_is_valid_only_for_its_dossier(self) -> None:
        first, second = file_dossier(), file_dossier()
        token = credentials.visit_token(first.dossier)
        assert first.code in Client().get(f"/ho-so/{token}/").content.decode()
        number, *rest = token.removeprefix(credentials.VISIT_PREFIX).split(":")
        forged = credentials.visit_token(second.dossier).removeprefix(credentials.VISIT_PREFIX).split(":")[0]
        assert forged != number
        assert (
            Client().get(f"/ho-so/{credentials.VISIT_PREFIX}{':'.join([forged, *rest])}/").status_code == 404
        )

    @pytest.mark.parametrize(
        "token", ["v.", "v.x", "v.::", "v." + "A" * 900, "%2e%2e", "a" * 900, "v.MQ:x:y"]
    )
    def test_malformed_token_opens_nothing(self, token: str) -> None:
        assert Client().get(f"/ho-so/{token}/").status_code == 404


class TestExpiry:
    """Tokens expire to the second: two hours after a lookup, seven days for a handover."""

    def test_visit_lasts_two_hours(self) -> None:
        with time_machine.travel(at("2026-11-23 09:00"), tick=False) as clock:
            dossier = Dossier(pk=7, link_token_hash="a" * 64)
            token = credentials.visit_token(dossier)
            clock.move_to(at("2026-11-23 11:00"))
            assert credentials.visit(token).opens(dossier)
            clock.shift(timedelta(seconds=1))
            assert not credentials.visit(token).opens(dossier)
            assert credentials.visit(token).dossier_id == 7

    def test_handover_link_lasts_seven_days(self) -> None:
        with time_machine.travel(at("2026-11-23 09:00"), tick=False) as clock:
            token = credentials.handover_token("a" * 64)
            clock.move_to(at("2026-11-30 09:00"))
            assert credentials.token_hash_from_handover(token) == "a" * 64
            clock.shift(timedelta(seconds=1))
            assert credentials.token_hash_from_handover(token) == ""

    def test_forged_handover_link_differs_from_an_expired_one(self) -> None:
        token = credentials.handover_token("a" * 64)
        assert credentials.token_hash_from_handover("b" + token[1:]) is None


class TestIdentityHash:
    def test_hash_is_keyed_and_ignores_spaces(self, settings: Any) -> None:
        settings.LOOKUP_SECRETS = {"b": "b" * 40, "a": "a" * 40}
        assert credentials.identity_hash("096 185 001 234") == credentials.identity_hash("096185001234")
        assert credentials.identity_hash("096185001234") != credentials.identity_hash("096185001235")
        assert credentials.identity_hash("096185001234") != credentials.identity_hash("096185001234", "a")
        assert credentials.identity_hash("") == ""
        assert "096185001234" not in credentials.identity_hash("096185001234")

    def test_number_is_looked_up_under_every_secret(self, settings: Any) -> None:
        settings.LOOKUP_SECRETS = {"a": "a" * 40}
        former = credentials.identity_hash("096185001234")
        settings.LOOKUP_SECRETS = {"b": "b" * 40, "a": "a" * 40}
        assert former in credentials.identity_hashes("096185001234")

    @pytest.mark.django_db
    def test_command_moves_the_hashes_to_the_current_secret(self, settings: Any, capsys: Any) -> None:
        settings.LOOKUP_SECRETS = {"a": "a" * 40}
        dossier = file_dossier().dossier
        settings.LOOKUP_SECRETS = {"b": "b" * 40, "a": "a" * 40}
        call_command("lookup_secrets", "--rehash-identity-numbers")
        assert "rehashed=1" in capsys.readouterr().out
        dossier.refresh_from_db()
        assert dossier.identity_number_hash == credentials.identity_hash("096185001234", "b")
