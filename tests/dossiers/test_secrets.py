"""The private link and the second secret: long enough, told once, in no log line, no referrer, no other page."""

from __future__ import annotations

import io
import logging
import logging.config
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.models import OutboxMessage
from core.outbox import relay
from forms_app.dossiers import access, redaction, services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import retention
from forms_app.dossiers.views.lookup import BY_CODE
from tests.dossiers.factories import at, enter, file_dossier, make_draft, make_officer

TOKENS = st.text("abcXYZ019_-", min_size=20, max_size=60)


class TestMasking:
    @pytest.mark.parametrize(
        ("line", "shown"),
        [
            ("GET /ho-so/AbC_9-x/ 200", "GET /ho-so/•••/ 200"),
            ("Not Found: /ho-so/v.MTIz:1abc:Zz9/giay/mau-01.pdf", "Not Found: /ho-so/•••/giay/mau-01.pdf"),
            ('"POST /ho-so/AbC/bo-sung/?x=1 HTTP/1.1"', '"POST /ho-so/•••/bo-sung/?x=1 HTTP/1.1"'),
            ("/en/ho-so/AbC/ and /ho-so/DeF/", "/en/ho-so/•••/ and /ho-so/•••/"),
            ("/nop-ho-so/1.001193/tiep/AbC/", "/nop-ho-so/1.001193/tiep/•••/"),
            ("https://x.vn/ho-so/AbC", "https://x.vn/ho-so/•••"),
            ("/mot-cua/ho-so/H12-261119-0001/", "/mot-cua/ho-so/H12-261119-0001/"),
            ("/nop-ho-so/1.001193/buoc/child/", "/nop-ho-so/1.001193/buoc/child/"),
            ("/mot-cua/tiep-theo/?muc=moi", "/mot-cua/tiep-theo/?muc=moi"),
            ("hồ sơ không có gì", "hồ sơ không có gì"),
        ],
    )
    def test_tokens_go_and_everything_else_stays(self, line: str, shown: str) -> None:
        assert redaction.masked(line) == shown

    @given(TOKENS, st.sampled_from(["/", "/noi-dung/", "/tep/5/", "?a=b", " 404", '"', "'"]))
    def test_no_token_survives(self, token: str, rest: str) -> None:
        for place in ("/ho-so/", "/nop-ho-so/1.001193/tiep/"):
            assert token not in redaction.masked(f"Bad Request: {place}{token}{rest}")

    def test_arguments_of_a_line_are_masked_and_the_line_is_kept(self) -> None:
        record = logging.LogRecord("x", logging.WARNING, "f", 1, "%s: %s", ("Not Found", "/ho-so/AbC/"), None)
        assert redaction.PrivateAddresses().filter(record)
        assert record.getMessage() == "Not Found: /ho-so/•••/"

    def test_a_line_without_a_token_keeps_its_arguments(self) -> None:
        record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", ("/mot-cua/",), None)
        assert redaction.PrivateAddresses().filter(record)
        assert record.args == ("/mot-cua/",)


@pytest.fixture
def lines(settings: Any) -> Any:
    """What the portal's own configuration would print, handler by handler."""
    printed = io.StringIO()
    configuration = {**settings.LOGGING, "handlers": dict(settings.LOGGING["handlers"])}
    for name, handler in configuration["handlers"].items():
        configuration["handlers"][name] = {**handler, "stream": printed}
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    logging.config.dictConfig(configuration)
    yield printed
    logging.config.dictConfig(settings.LOGGING)
    root.handlers[:] = before


@pytest.mark.django_db
class TestLogs:
    @pytest.mark.parametrize("path", ["khong-co/", "bo-sung/khong-co/", "tep/999999/", "giay/mau-99.pdf"])
    def test_a_page_that_is_missing_prints_no_token(self, lines: io.StringIO, path: str) -> None:
        told = file_dossier()
        assert Client().get(f"/ho-so/{told.token}/{path}").status_code == 404
        assert "/ho-so/•••/" in lines.getvalue()
        assert told.token not in lines.getvalue()

    def test_a_form_with_errors_prints_no_token(self, lines: io.StringIO) -> None:
        told = file_dossier()
        assert Client().post(f"/ho-so/{told.token}/rut/", {"version": 1}).status_code == 422
        assert "/ho-so/•••/rut/" in lines.getvalue()
        assert told.token not in lines.getvalue()

    def test_an_error_of_ours_prints_no_token(
        self, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = file_dossier()

        def broken(*args: Any, **facts: Any) -> None:
            raise RuntimeError("hỏng")

        monkeypatch.setattr("forms_app.dossiers.views.mine.timeline", broken)
        answer = Client(raise_request_exception=False).get(f"/ho-so/{told.token}/")
        assert answer.status_code == 500
        assert "RuntimeError: hỏng" in lines.getvalue()
        assert told.token not in lines.getvalue()

    def test_the_draft_s_link_is_not_printed_either(self, lines: io.StringIO) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        assert Client().get(f"/nop-ho-so/{code}/tiep/{token}x/").status_code == 404
        assert token not in lines.getvalue()

    def test_the_development_server_masks_too(self, lines: io.StringIO) -> None:
        logging.getLogger("django.server").info(
            '"%s" %s %s', "GET /ho-so/AbC/ HTTP/1.1", "200", "10",
            extra={"request": None, "server_time": "1/1/2026", "status_code": 200},
        )  # fmt: skip
        assert '"GET /ho-so/•••/ HTTP/1.1" 200 10' in lines.getvalue()

    def test_nothing_mails_requests_to_administrators(self) -> None:
        for name in ("", "django", "django.request", "django.security"):
            kinds = [type(handler).__name__ for handler in logging.getLogger(name).handlers]
            assert "AdminEmailHandler" not in kinds


@pytest.mark.django_db
class TestAddresses:
    def test_tokens_have_at_least_128_random_bits(self) -> None:
        tokens = {access.link_token(access.new_token()) for _n in range(200)}
        assert len(tokens) == 200
        assert all(len(token) == 32 and re.fullmatch(r"[\w-]+", token) for token in tokens)
        assert access.TOKEN_BYTES * 8 >= 128
        drafts = {access.new_token() for _n in range(200)}
        assert len(drafts) == 200
        assert min(map(len, drafts)) >= 32

    def test_secrets_use_the_whole_alphabet_evenly(self) -> None:
        drawn = "".join(access.lookup_secret(access.new_token()) for _n in range(1000))
        counts = [drawn.count(letter) for letter in access.ALPHABET]
        assert 256 % len(access.ALPHABET) == 0, "a byte modulo the alphabet has no favourites"
        assert min(counts) > 150
        assert max(counts) < 360

    @given(st.text(access.ALPHABET, min_size=8, max_size=8), st.sampled_from([" ", "-", ".", "  ", "\u00a0"]))
    def test_a_secret_is_read_as_people_write_it(self, secret: str, gap: str) -> None:
        assert access.normalise_secret(f" {secret[:4].lower()}{gap}{secret[4:]} ") == secret
        assert access.secret_matches(access.secret_hash(secret), f"{secret[:4]}{gap}{secret[4:].lower()}")

    def test_no_other_site_is_told_the_address(self) -> None:
        told = file_dossier()
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        for path in (
            f"/ho-so/{told.token}/", f"/ho-so/{told.token}/noi-dung/", f"/ho-so/{told.token}/nguoi-xem/",
            f"/ho-so/{told.token}/rut/", f"/nop-ho-so/{code}/buoc/child/", f"/nop-ho-so/{code}/xem-lai/",
        ):  # fmt: skip
            answer = client.get(path)
            assert answer["Referrer-Policy"] == "same-origin", path
            assert answer["X-Robots-Tag"] == "noindex, nofollow"
            assert {"private", "no-store"} <= set(re.split(", ?", answer["Cache-Control"])), path
            foreign = re.findall(r'(?:href|src|action)="(https?://[^"]+)"', answer.content.decode())
            assert [link for link in foreign if "testserver" not in link] == [], path

    def test_the_desk_never_learns_link_or_secret(self) -> None:
        told = file_dossier()
        desk = Client()
        desk.force_login(make_officer(told.dossier))
        page = desk.get(f"/mot-cua/ho-so/{told.code}/").content.decode()
        assert told.token not in page
        assert told.secret not in page

    def test_a_visit_token_of_one_dossier_opens_no_other(self) -> None:
        first, second = file_dossier(), file_dossier()
        token = access.visit_token(first.dossier.pk)
        assert first.code in Client().get(f"/ho-so/{token}/").content.decode()
        number, *rest = token.removeprefix(access.VISIT_PREFIX).split(":")
        forged = access.visit_token(second.dossier.pk).removeprefix(access.VISIT_PREFIX).split(":")[0]
        assert forged != number
        assert Client().get(f"/ho-so/{access.VISIT_PREFIX}{':'.join([forged, *rest])}/").status_code == 404

    @pytest.mark.parametrize(
        "token", ["v.", "v.x", "v.::", "v." + "A" * 900, "%2e%2e", "a" * 900, "v.MQ:x:y"]
    )
    def test_rubbish_is_nothing(self, token: str) -> None:
        assert Client().get(f"/ho-so/{token}/").status_code == 404


@pytest.mark.django_db
class TestSealing:
    def test_what_is_told_in_the_first_hour_and_never_again(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            told = file_dossier()
        assert services.answer_for(told.dossier) == told
        later = timezone.now() + retention.RECEIPT_OPEN + timedelta(minutes=1)
        assert retention.seal(now=later) == 1
        told.dossier.refresh_from_db()
        after = services.answer_for(told.dossier)
        assert (after.code, after.secret, after.token) == (told.code, "", "")
        assert Client().get(f"/ho-so/{told.token}/").status_code == 200, "the citizen's own link still opens"

    def test_a_mail_that_is_delivered_late_after_sealing_carries_no_secret(self) -> None:
        told = file_dossier()
        Dossier.objects.filter(pk=told.dossier.pk).update(secret_seed="")
        relay.run()
        (letter,) = mail.outbox
        assert told.code in letter.body
        for secret in (told.secret, told.token):
            assert secret not in letter.body
            assert secret not in str(letter.alternatives)
        assert "/tra-cuu/?ma=" in letter.body

    def test_only_the_first_mail_ever_carries_them(self, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            told = file_dossier()
            officer = make_officer(told.dossier)
            for version, action in enumerate(("accept", "process", "finish", "return_result"), start=1):
                services.perform(
                    dossier_id=told.dossier.pk, expected_version=version, action=action, actor=officer
                )
        assert len(mail.outbox) == 5
        assert [told.secret in letter.body for letter in mail.outbox] == [True] + [False] * 4
        assert [told.token in letter.body for letter in mail.outbox] == [True] + [False] * 4

    def test_the_queue_of_effects_holds_no_secret(self) -> None:
        told = file_dossier()
        rows = str(list(OutboxMessage.objects.values()))
        assert told.secret not in rows
        assert told.token not in rows


@pytest.mark.django_db
class TestThrottle:
    def test_the_window_passes(self) -> None:
        told = file_dossier(now=at("2026-11-23 09:00"))
        with time_machine.travel(at("2026-11-23 09:00"), tick=False) as clock:
            for _n in range(BY_CODE.limit):
                data = {"code": told.code, "secret": "AAAABBBB"}
                assert Client(REMOTE_ADDR="10.1.0.1").post("/tra-cuu/", data).status_code == 422
            right = {"code": told.code, "secret": told.secret}
            refused = Client(REMOTE_ADDR="10.1.0.1").post("/tra-cuu/", right)
            assert refused.status_code == 429
            assert told.secret in refused.content.decode(), "what was typed stands"
            clock.shift(timedelta(seconds=BY_CODE.seconds))
            assert Client(REMOTE_ADDR="10.1.0.1").post("/tra-cuu/", right).status_code == 302

    def test_an_unknown_code_is_counted_like_a_real_one(self) -> None:
        answers = [
            Client(REMOTE_ADDR="10.2.0.1")
            .post("/tra-cuu/", {"code": "H12.99-260101-0001", "secret": "AAAABBBB"})
            .status_code
            for _n in range(14)
        ]
        assert answers == [422] * BY_CODE.limit + [429] * 2

    def test_the_code_is_one_code_however_it_is_written(self) -> None:
        told = file_dossier()
        spellings = [told.code, told.code.lower(), f" {told.code} ", told.code.replace("-", "–")] * 4
        answers = [
            Client(REMOTE_ADDR="10.3.0.1").post("/tra-cuu/", {"code": code, "secret": "AAAABBBB"}).status_code
            for code in spellings
        ]
        assert answers == [422] * BY_CODE.limit + [429] * (len(spellings) - BY_CODE.limit)
        assert all(left <= right for left, right in pairwise(answers))

    @pytest.mark.parametrize("missing", ["code", "secret"])
    def test_a_form_that_is_not_filled_in_costs_no_try(self, missing: str) -> None:
        data = {"code": "H12.99-260101-0001", "secret": "AAAABBBB"} | {missing: ""}
        for _n in range(BY_CODE.limit + 3):
            assert Client().post("/tra-cuu/", data).status_code == 422

    @pytest.mark.parametrize("code", ["x" * 60, "’; DROP TABLE", "<script>", "H12-١٢٣-0001", "🙂"])
    def test_whatever_is_typed_gets_the_same_answer(self, code: str) -> None:
        answer = Client().post("/tra-cuu/", {"code": code, "secret": "AAAABBBB"})
        assert answer.status_code == 422
        assert "Không có hồ sơ nào" in answer.content.decode()
