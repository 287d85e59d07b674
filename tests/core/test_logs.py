"""Log lines never contain the token of a private address."""

from __future__ import annotations

import io
import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from core.logs import PrivateAddressFilter
from tests.forms_app.dossiers.factories import file_dossier, make_draft

private_addresses = PrivateAddressFilter(portal_settings.LOGGING["filters"]["private"]["address"])
TOKENS = st.text("abcXYZ019_-", min_size=20, max_size=60)


def masked(text: str) -> str:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", (text,), None)
    private_addresses.filter(record)
    return record.getMessage()


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
            ("/tai-khoan/loi-moi/AbC-_9/", "/tai-khoan/loi-moi/•••/"),
            ("/tai-khoan/thu-dien-tu/xac-nhan/AbC-_9/", "/tai-khoan/thu-dien-tu/xac-nhan/•••/"),
            ("/quan-tri/password_reset/confirm/MQ/diu691-3198/", "/quan-tri/password_reset/confirm/MQ/•••/"),
            ("/mot-cua/ho-so/H12-261119-0001/", "/mot-cua/ho-so/H12-261119-0001/"),
            ("/nop-ho-so/1.001193/buoc/child/", "/nop-ho-so/1.001193/buoc/child/"),
            ("/mot-cua/tiep-theo/?muc=moi", "/mot-cua/tiep-theo/?muc=moi"),
            ("hồ sơ không có gì", "hồ sơ không có gì"),
        ],
    )
    def test_tokens_are_masked_and_everything_else_stays(self, line: str, shown: str) -> None:
        assert masked(line) == shown

    @given(TOKENS, st.sampled_from(["/", "/noi-dung/", "/tep/5/", "?a=b", " 404", '"', "'"]))
    def test_no_token_survives(self, token: str, rest: str) -> None:
        for place in ("/ho-so/", "/nop-ho-so/1.001193/tiep/"):
            assert token not in masked(f"Bad Request: {place}{token}{rest}")

    def test_arguments_of_a_line_are_masked_and_the_line_is_kept(self) -> None:
        record = logging.LogRecord("x", logging.WARNING, "f", 1, "%s: %s", ("Not Found", "/ho-so/AbC/"), None)
        assert private_addresses.filter(record)
        assert record.getMessage() == "Not Found: /ho-so/•••/"

    def test_a_line_without_a_token_keeps_its_arguments(self) -> None:
        record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", ("/mot-cua/",), None)
        assert private_addresses.filter(record)
        assert record.args == ("/mot-cua/",)


@pytest.fixture
def lines(settings: Any) -> Any:
    """The output of every handler in the portal's own logging configuration."""
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
    def test_missing_page_logs_no_token(self, lines: io.StringIO, path: str) -> None:
        receipt = file_dossier()
        assert Client().get(f"/ho-so/{receipt.token}/{path}").status_code == 404
        assert "/ho-so/•••/" in lines.getvalue()
        assert receipt.token not in lines.getvalue()

    def test_a_form_with_errors_prints_no_token(self, lines: io.StringIO) -> None:
        receipt = file_dossier()
        assert Client().post(f"/ho-so/{receipt.token}/rut/", {"version": 1}).status_code == 422
        assert "/ho-so/•••/rut/" in lines.getvalue()
        assert receipt.token not in lines.getvalue()

    def test_server_error_logs_no_token(self, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
        receipt = file_dossier()

        def broken(*args: Any, **facts: Any) -> None:
            raise RuntimeError("hỏng")

        monkeypatch.setattr("forms_app.dossiers.views.tracking.timeline", broken)
        answer = Client(raise_request_exception=False).get(f"/ho-so/{receipt.token}/")
        assert answer.status_code == 500
        assert "RuntimeError: hỏng" in lines.getvalue()
        assert receipt.token not in lines.getvalue()

    def test_the_link_of_a_draft_is_not_printed_either(self, lines: io.StringIO) -> None:
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
